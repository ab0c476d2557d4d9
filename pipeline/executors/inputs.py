"""What a task reads: whether it is what the task names, and whether it stayed so while it was read."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from foundation.artifacts import LARGE, Artifact, ArtifactStore, Disturbed, Spoilt
from foundation.digests import Digests, digest_of, settled, stamp_of
from foundation.errors import InputError
from foundation.reading import why
from pipeline.plan.task import FileInput, Task, TaskInput
from stages.handles import located

_digests = Digests()
"""Of the user's files: a worker reads a clip, or a model, once to compare it, however many tasks need it."""


class Inputs:
    """The inputs of one attempt at a task.

    Args:
        check: keys of the artifacts whose bytes are compared with their digests; None: all that are not large. Of the
            others only what was written to since it was made is read.
    Attributes:
        located: as the stage takes them, each where it lies.
    Raises: InputError if a file of the user's is not the one that the task names; Spoilt.
    """

    def __init__(self, task: Task, store: ArtifactStore, check: Collection[str] | None) -> None:
        self._store = store
        self._files = {Path(given.path): given.digest for _, given in task.given if isinstance(given, FileInput)}
        self._made = self._find({given for _, given in task.given if isinstance(given, TaskInput)})
        for path in self._files:
            _check_there(path)
        try:
            self._stamps = dict(self._look())
            self._sure = {path for path in self._files if settled(path.stat())}
        except OSError as error:
            raise Disturbed(f"an input was removed: {error.filename}") from error
        for path, digest in self._files.items():
            _compare(path, digest, _digests.of)
        self._spoil([found for found in self._made if self._damaged(found, check)])
        self.located = located(task.inputs, lambda given: _path(given, store))

    def stayed(self) -> None:
        """Have what was read been what was compared?

        Raises: Disturbed if one of them was written to, moved or removed since.
        """
        try:
            changed = [path for path, stamp in self._look() if stamp != self._stamps[path]]
            changed += [path for path in self._files.keys() - self._sure if digest_of(path) != self._files[path]]
        except OSError as error:
            raise Disturbed(f"an input was removed while it was read: {error.filename}") from error
        if changed:
            raise Disturbed(f"an input was changed while it was read: {changed[0]}")

    def blame(self, error: Exception) -> None:
        """The stage failed with `error`: are its inputs to blame?

        Raises: Spoilt, Disturbed or InputError if they are.
        """
        self._spoil([found for found in self._made if self._damaged(found, None) or _lacks(found, error)])
        self.stayed()
        for path, digest in self._files.items():
            _compare(path, digest, digest_of)

    def _find(self, wanted: Collection[TaskInput]) -> list[Artifact]:
        """The artifacts, once each.

        Raises: Spoilt if some are not there, or not whole.
        """
        found = {given: self._store.find(given.stage, given.key) for given in wanted}
        missing = [given for given, made in found.items() if made is None or not _whole(given, made)]
        for given in missing:
            self._store.discard(given.stage, given.key)
        if missing:
            names = ", ".join(sorted(f"the {given.stage} task {given.key[:12]}" for given in missing))
            cure = "run the task files in order"
            raise Spoilt.of(*(given.key for given in missing), problem=f"needs {names}, which has not run", cure=cure)
        for made in found.values():
            if made:
                self._store.used(made)
        return list({made.folder: made for made in found.values() if made}.values())

    def _damaged(self, found: Artifact, check: Collection[str] | None) -> bool:
        label = found.label
        wanted = found.size <= LARGE if check is None else label.key in check
        return bool(self._store.damage(label.stage, label.key) if wanted else self._store.altered(found))

    def _spoil(self, damaged: list[Artifact]) -> None:
        """Raises: Spoilt if there are any; they are removed."""
        for found in damaged:
            self._store.discard(found.label.stage, found.label.key)
        if damaged:
            names = ", ".join(f"{found.label.stage} {found.label.key[:12]}" for found in damaged)
            problem = f"finished work was damaged on the disk, and has been removed: {names}"
            cure = "run those tasks again, then this one"
            raise Spoilt.of(*(found.label.key for found in damaged), problem=problem, cure=cure)

    def _look(self) -> Iterator[tuple[Path, str]]:
        """Everything that is read, and its stamp; of a link to a file of the user's the link's as well."""
        for path in self._files:
            yield path, f"{stamp_of(path.lstat())} {stamp_of(path.stat())}"
        for found in self._made:
            for name in found.label.files:
                yield found.folder / name, stamp_of((found.folder / name).lstat())


def _whole(given: TaskInput, made: Artifact) -> bool:
    return given.file is None or given.file in made.label.files


def _path(given: FileInput | TaskInput, store: ArtifactStore) -> Path:
    if isinstance(given, FileInput):
        return Path(given.path)
    folder = store.folder(given.stage, given.key)
    return folder / given.file if given.file else folder


def _check_there(path: Path) -> None:
    """Raises: InputError if there is no file."""
    if not path.is_file():
        raise InputError("is not there any more", file=path, cure="put it back and run again")


def _compare(path: Path, digest: str, read: Callable[[Path], str]) -> None:
    """Raises: InputError if a file of the user's is not the one whose `digest` the task names."""
    _check_there(path)
    try:
        found = read(path)
    except OSError as error:
        raise InputError(why(error), file=path, cure="make it readable and run again") from error
    if found != digest:
        problem = f"is not the file that was planned with: its sha256 is {found[:12]}..., not {digest[:12]}..."
        raise InputError(problem, file=path, cure="leave it as it is while work goes on, and plan, or run, again")


def _lacks(made: Artifact, error: BaseException | None) -> bool:
    """Whether an error, or what caused it, is about a file that should be in an artifact and is not: it was removed
    while the artifact was made."""
    while error is not None:
        name = error.filename if isinstance(error, OSError) else getattr(error, "file", None)
        if isinstance(name, str | os.PathLike) and made.folder in Path(name).parents and not Path(name).exists():
            return True
        error = error.__cause__ or error.__context__
    return False
