"""Putting a finished result where the user wants it: whole, sound, signed if asked for, and on the disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path, PurePath

from foundation.artifacts import ArtifactStore, Spoilt
from foundation.atomic import make_folder, replacing
from foundation.digests import digest_of
from foundation.label import Stored
from media.credentials.claims import Claim
from media.credentials.signing import Signer, sign
from pipeline.cli.place import Place
from pipeline.manifest.paths import SequenceName
from pipeline.plan.expand import Plan
from pipeline.report.verdict import Verdict, verdict_of
from stages.artifacts import Film
from stages.findings import Verdict as Judged
from stages.handles import Handle

Finish = Callable[[Path], None]


def deliver(plan: Plan, store: ArtifactStore, wanted: Place) -> tuple[Verdict, Place]:
    """Copy a plan's video and all that belongs to it where they are wanted, or beside that if it failed its checks.

    Returns:
        what the checks say, and where everything is.
    Raises: as `put`; InputError if it cannot be signed.
    """
    verdict, place = deliver_video(plan.verdict, plan.video, store, wanted, plan.claim)
    for ending, (made, file) in plan.passes.items():
        put(store, made, file, place.beside(ending))
    return verdict, place


def deliver_video(
    checked: Judged, video: Film, store: ArtifactStore, wanted: Place, claim: Claim
) -> tuple[Verdict, Place]:
    """As `deliver`, of a video and what checks it, alone."""
    verdict = verdict_of(checked, store)
    place = wanted.at(verdict.place(wanted.target))
    made = _Made(store, video)
    for kind, path in (("poster", place.poster), ("preview", place.preview)):
        if path:
            made.put(next(name for name in made.names if name.startswith(f"{kind}.")), path)
    if place.sequence:
        _sequence(made, place, place.sequence)
    else:
        finish = _signing(place.signer, place.container, claim) if place.signer else None
        made.put(f"video.{place.container}", place.target, finish)
    return verdict, place


def put(store: ArtifactStore, given: Handle, name: str, target: Path) -> None:
    """Copy one file of an artifact to `target`; one that is there already, byte for byte, is left alone.

    Raises: Spoilt if the artifact is gone, or the file was damaged; StageError if `target` cannot be written.
    """
    _Made(store, given).put(name, target)


class _Made:
    """An artifact, from which files are put where they belong."""

    def __init__(self, store: ArtifactStore, given: Handle) -> None:
        self._store, self._given, self._found = store, given, store.need(given.stage, given.key)

    @property
    def names(self) -> list[str]:
        """Its files, as paths in it."""
        return sorted(self._found.label.files)

    def put(self, name: str, target: Path, finish: Finish | None = None) -> None:
        """As the function; `finish` changes the copy before it takes its place."""
        stored = self._found.label.files[name]
        if finish is None and _is_there(target, stored):
            return
        source = self._found.folder / name
        make_folder(target.parent)  # it was there when the work began
        with replacing(target, durable=True) as temporary:
            try:
                shutil.copyfile(source, temporary, follow_symlinks=False)
            except FileNotFoundError as error:
                if os.path.lexists(source):  # the place is gone, and not what goes there
                    raise
                raise self._spoilt(name) from error
            if temporary.is_symlink() or digest_of(temporary) != stored.sha256:
                raise self._spoilt(name)
            if finish:
                finish(temporary)

    def _spoilt(self, name: str) -> Spoilt:
        self._store.discard(self._given.stage, self._given.key)
        problem = "was damaged on the disk, and has been removed"
        return Spoilt.of(self._given.key, problem=problem, file=self._found.folder / name)


def _is_there(target: Path, stored: Stored) -> bool:
    return target.is_file() and target.stat().st_size == stored.size and digest_of(target) == stored.sha256


def _signing(signer: Signer, container: str, claim: Claim) -> Finish:
    return lambda path: sign(path, container, signer, claim)


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
