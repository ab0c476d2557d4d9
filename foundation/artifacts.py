"""The artifact store: finished work on disk, named by what it was made from, never half written.

An artifact is a folder `<root>/<stage>/<key>/` whose `artifact.json` says what it holds: each file's size and sha256.
It is made in a temporary folder beside its place and renamed there whole, so a reader sees all of it or nothing, and
two workers that race for one key both end with the same bytes.

What a power failure or a bad disk does to finished work is found by digest before the work is used again (see
`damage`), so most intermediate files are not forced to the disk: that would cost more than making a few anew. What
somebody writes into it is found by the files' stamps, at every use (see `altered`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.atomic import concerns_writing, to_disk, write_error
from foundation.claims import Claims
from foundation.digests import Digests, digest_of, stamp_of
from foundation.errors import StageError
from foundation.label import Label, OtherFormat, Stored
from foundation.leases import Lease, Leases
from foundation.plain_files import plain_folders, read_plain, stat_plain

LABEL = "artifact.json"
LARGE = 256 << 20
"""Bytes: larger files are forced to the disk when they are made, since reading them again to check them costs too."""

_GONE = "the folder that it was written into has been removed"
USED_SECONDS = 3600.0
"""How exactly the store knows when an artifact was last used."""


class Spoilt(StageError):  # noqa: N818  (nobody is in error: it is made again)
    """Finished work is missing or damaged; what was damaged has been removed.

    Attributes:
        keys: of these artifacts.
    """

    exit_code = 75  # EX_TEMPFAIL of sysexits.h: try again later
    keys: tuple[str, ...] = ()

    @staticmethod
    def of(*keys: str, problem: str, cure: str = "run again", file: Path | None = None) -> Spoilt:
        error = Spoilt(problem, file=file, cure=cure)
        error.keys = keys
        return error


class Disturbed(Exception):  # noqa: N818  (no error: begin anew)
    """Others have removed or changed what was being worked on."""


@dataclass(frozen=True)
class Artifact:
    """A finished artifact. `folder`: where its files are. `label`: what artifact.json says."""

    folder: Path
    label: Label

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the stage said of its work."""
        return self.label.facts

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(stored.size for stored in self.label.files.values())


class ArtifactStore:
    """Artifacts under one root folder, the leases of those that are being made, and what runs at work need."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.leases = Leases(root)
        self.claims = Claims(root)
        self._digests = Digests()

    def folder(self, stage: str, key: str) -> Path:
        return self.root / stage / key

    def find(self, stage: str, key: str) -> Artifact | None:
        """The artifact, if it is there whole: its label sealed, every file at its size. Bytes are not looked at."""
        try:
            found = Artifact(self.folder(stage, key), self.label(stage, key))
            whole = all(about.st_size == stored.size for stored, about in _looked_at(found))
        except (OSError, ValueError):
            return None
        return found if whole else None

    def need(self, stage: str, key: str) -> Artifact:
        """The artifact.

        Raises: Spoilt if it is not there whole.
        """
        found = self.find(stage, key)
        if found is None:
            problem = "has vanished from the work folder"
            raise Spoilt.of(key, problem=problem, file=self.folder(stage, key))
        return found

    def label(self, stage: str, key: str) -> Label:
        """What an artifact says of itself.

        Raises: OSError; ValueError, OtherFormat as Label.read.
        """
        return Label.read(read_plain(self.root, f"{stage}/{key}/{LABEL}"), stage, key)

    def damage(self, stage: str, key: str) -> str | None:
        """The first file of the artifact whose bytes are not what they were when it was made; None if it is sound.

        Raises: OtherFormat.
        """
        try:
            found = Artifact(self.folder(stage, key), self.label(stage, key))
        except OtherFormat:
            raise
        except (OSError, ValueError):
            return LABEL
        return next((name for name in found.label.files if not _holds(found, name, digest_of)), None)

    def altered(self, found: Artifact) -> str | None:
        """The first file that was written to since it was made, and has other bytes now. It is read only then."""
        try:
            names = [
                name
                for name, (stored, about) in zip(found.label.files, _looked_at(found), strict=True)
                if stamp_of(about) != stored.stamp
            ]
        except OSError:
            return LABEL
        return next((name for name in names if not _holds(found, name, self._digests.of)), None)

    def discard(self, stage: str, key: str) -> None:
        """Remove an artifact; what lies behind a link is none."""
        if not (self.root / stage).is_symlink():
            _remove(self.folder(stage, key))

    def used(self, artifact: Artifact) -> None:
        """Note that an artifact was of use, for those who clean up by age."""
        label = artifact.folder / LABEL
        with contextlib.suppress(OSError):
            if time.time() - label.lstat().st_mtime > USED_SECONDS:
                os.utime(label, follow_symlinks=False)

    @contextlib.contextmanager
    def create(self, lease: Lease, stage: str, key: str, about: Mapping[str, Any]) -> Iterator[Draft]:
        """A folder to fill; what lies in it becomes the artifact when the block ends without an error.

        Args:
            lease: of `key`; a draft whose lease is dead is removed by `sweep`.
            about: JSON-safe, kept in the label beside the facts (settings, inputs, versions).
        Raises:
            StageError if the work folder cannot be written to.
            Disturbed if somebody has removed the folder meanwhile, whatever else went wrong because of that.
        """
        place = self.folder(stage, key)
        folder = place.with_name(f".{key}-{lease.token}")
        draft = Draft(folder)
        if place.parent.is_symlink():
            raise StageError("is a link, and none of the work folder's", file=place.parent, cure="remove it")
        try:
            folder.mkdir(parents=True)
        except FileNotFoundError as error:
            raise Disturbed(_GONE) from error
        except OSError as error:
            raise write_error(error, place.parent) from error
        try:
            yield draft
            files = {str(p.relative_to(folder)): _stored(p) for p in sorted(folder.rglob("*")) if p.is_file()}
            label = Label(stage=stage, key=key, about=about, files=files, facts=draft.facts, spent=draft.spent)
            (folder / LABEL).write_text(label.written(), encoding="utf-8")
            self._move(folder, place)
        except Exception as error:
            if not folder.is_dir() or _is_missing(error, folder):
                raise Disturbed(_GONE) from error
            if isinstance(error, OSError) and concerns_writing(error, folder, place):
                raise write_error(error, place.parent) from error
            raise
        finally:
            _remove(folder)

    def _move(self, folder: Path, place: Path) -> None:
        """Rename the draft to its place; when another worker was first, its work stands; a damaged one gives way."""
        stage, key = place.parent.name, place.name
        for _ in range(3):
            if self.find(stage, key):
                return
            self.discard(stage, key)
            with contextlib.suppress(OSError):
                folder.replace(place)
                return
        raise StageError("could not put finished work in its place", file=place, cure="remove that folder, run again")

    def sweep(self) -> None:
        """Remove what dead processes left (killed, or the power failed): their leases, claims and drafts."""
        with contextlib.suppress(OSError):  # somebody removes the folder meanwhile
            # before the leases: a draft's lease is older than the draft
            drafts = [draft for stage in plain_folders(self.root) for draft in stage.glob(".*-*")]
            self.leases.sweep()
            self.claims.sweep()
            tokens = {lease.token for lease in self.leases.living()}
            for draft in drafts:
                if draft.name.rpartition("-")[2] not in tokens:
                    _remove(draft)


def _is_missing(error: Exception, folder: Path) -> bool:
    """Whether an error is about a file that should be in a folder, and is not."""
    return isinstance(error, FileNotFoundError) and folder in Path(str(error.filename)).parents


def _looked_at(found: Artifact) -> Iterator[tuple[Stored, os.stat_result]]:
    """Each file of the artifact, as it was and as it is.

    Raises: OSError if one is missing, or a link, or lies behind one.
    """
    inner = {folder for name in found.label.files for folder in (found.folder / name).parents}
    for folder in inner - set(found.folder.parents):
        if folder.is_symlink():
            raise NotADirectoryError(str(folder))
    for name, stored in found.label.files.items():
        yield stored, stat_plain(found.folder / name)


def _holds(found: Artifact, name: str, digest: Callable[[Path], str]) -> bool:
    """Whether a file of the artifact has the bytes that it had."""
    try:
        stat_plain(found.folder / name)
        return digest(found.folder / name) == found.label.files[name].sha256
    except OSError:
        return False


def _stored(path: Path) -> Stored:
    if path.stat().st_size > LARGE:
        to_disk(path)
    digest, about = digest_of(path), path.stat()
    return Stored(about.st_size, digest, stamp_of(about))


def _remove(folder: Path) -> None:
    """A folder and all in it; of a link, only the link. It goes out of sight first, so nobody meets a part of it."""
    gone = folder.with_name(f".gone-{secrets.token_hex(8)}")
    with contextlib.suppress(OSError):
        folder.replace(gone)
        if gone.is_symlink() or gone.is_file():
            gone.unlink()
        shutil.rmtree(gone, ignore_errors=True)


@dataclass
class Draft:
    """An artifact in the making: write files into `folder`, say things in `facts` (JSON-safe).

    Attributes:
        spent: what making it took, JSON-safe; goes into the label.
    """

    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)
    spent: dict[str, Any] = field(default_factory=dict)
