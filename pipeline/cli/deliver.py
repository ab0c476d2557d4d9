"""Putting a finished result where the user wants it: whole, sound, signed if asked for, and on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path, PurePath

from foundation.artifacts import ArtifactStore, Spoilt
from foundation.atomic import replacing
from foundation.digests import digest_of
from foundation.label import Stored
from media.credentials.provenance import Provenance
from media.credentials.signing import Signer, sign
from pipeline.cli.place import Place
from pipeline.manifest.paths import SequenceName
from pipeline.plan.expand import Plan
from pipeline.plan.task import Task
from pipeline.report.verdict import Verdict, verdict_of

Finish = Callable[[Path], None]


def deliver(plan: Plan, store: ArtifactStore, wanted: Place) -> tuple[Verdict, Place]:
    """Copy a plan's video and all that belongs to it where they are wanted, or beside that if it failed its checks.

    Returns:
        what the checks say, and where everything is.
    Raises: as `put`; InputError if it cannot be signed.
    """
    verdict, place = deliver_tasks(plan.result, plan.video, store, wanted)
    for ending, (task, file) in plan.passes.items():
        put(store, task, file, place.beside(ending))
    return verdict, place


def deliver_tasks(result: Task, video: Task, store: ArtifactStore, wanted: Place) -> tuple[Verdict, Place]:
    """As `deliver`, of the task that checks a video and the one that makes it."""
    verdict = verdict_of(result, store)
    place = wanted.at(verdict.place(wanted.target))
    made = _Made(store, video)
    for kind, path in (("poster", place.poster), ("preview", place.preview)):
        if path:
            made.put(next(name for name in made.names if name.startswith(f"{kind}.")), path)
    if place.sequence:
        _sequence(made, place, place.sequence)
    else:
        finish = _signing(place.signer, place.container, video) if place.signer else None
        made.put(f"video.{place.container}", place.target, finish)
    return verdict, place


def put(store: ArtifactStore, task: Task, name: str, target: Path) -> None:
    """Copy one file of a task's artifact to `target`; one that is there already, byte for byte, is left alone.

    Raises: Spoilt if the artifact is gone, or the file was damaged; StageError if `target` cannot be written.
    """
    _Made(store, task).put(name, target)


class _Made:
    """A task's artifact, from which files are put where they belong."""

    def __init__(self, store: ArtifactStore, task: Task) -> None:
        self._store, self._task, self._found = store, task, store.need(task.stage, task.key)

    @property
    def names(self) -> list[str]:
        """Its files, as paths in it."""
        return sorted(self._found.label.files)

    def put(self, name: str, target: Path, finish: Finish | None = None) -> None:
        """As the function; `finish` changes the copy before it takes its place."""
        stored = self._found.label.files[name]
        if finish is None and _is_there(target, stored):
            return
        with replacing(target, durable=True) as temporary:
            try:
                shutil.copyfile(self._found.folder / name, temporary, follow_symlinks=False)
            except FileNotFoundError as error:
                raise self._spoilt(name) from error
            if temporary.is_symlink() or digest_of(temporary) != stored.sha256:
                raise self._spoilt(name)
            if finish:
                finish(temporary)

    def _spoilt(self, name: str) -> Spoilt:
        self._store.discard(self._task.stage, self._task.key)
        problem = "was damaged on the disk, and has been removed"
        return Spoilt.of(self._task.key, problem=problem, file=self._found.folder / name)


def _is_there(target: Path, stored: Stored) -> bool:
    return target.is_file() and target.stat().st_size == stored.size and digest_of(target) == stored.sha256


def _signing(signer: Signer, container: str, video: Task) -> Finish:
    about = Provenance(**video.settings["about"])
    return lambda path: sign(path, container, signer, about)


def _sequence(made: _Made, place: Place, name: SequenceName) -> None:
    """The pictures under their numbers, the sound beside them."""
    home = place.target.parent
    for file in made.names:
        path = PurePath(file)
        if path.parent.name == "frames":
            made.put(file, home / name.file(place.first + int(path.stem)))
        elif file == "sound.wav":
            made.put(file, home / f"{name.stem}.wav")
        elif path.parent.name == "stems":
            made.put(file, home / f"{name.stem}.{path.name}")
