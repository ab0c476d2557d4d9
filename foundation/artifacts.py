"""The artifact store: finished work on disk, named by what it was made from, never half written.

An artifact is a folder `<root>/<stage>/<key>/` whose `artifact.json` says what it holds: each file's size and sha256.
It is made in a temporary folder beside its place and renamed there whole, so a reader sees all of it or nothing, and
two workers that race for one key both end with the same bytes.

What a power failure or a bad disk does to finished work is found by digest before the work is used again (see
`damage`), so most intermediate files are not forced to the disk: that would cost more than making a few anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.atomic import to_disk, write_error
from foundation.errors import StageError
from foundation.leases import Lease, Leases

LABEL = "artifact.json"
LARGE = 256 << 20
"""Bytes: larger files are forced to the disk when they are made, since reading them again to check them costs too."""

USED_SECONDS = 3600.0
"""How exactly the store knows when an artifact was last used."""


def canonical(value: Any) -> str:
    """JSON with one spelling for each value: sorted keys, no spaces, no NaN.

    Raises: TypeError or ValueError for what JSON cannot say.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(path: Path) -> str:
    """sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Artifact:
    """A finished artifact.

    Attributes:
        folder: where its files are. facts: what the stage said of its work. label: all that artifact.json says.
    """

    folder: Path
    facts: Mapping[str, Any]
    label: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(told["size"] for told in self.label["files"].values())


class ArtifactStore:
    """Artifacts under one root folder, and the leases of those that are being made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.leases = Leases(root)

    def folder(self, stage: str, key: str) -> Path:
        return self.root / stage / key

    def find(self, stage: str, key: str) -> Artifact | None:
        """The artifact, if it is there whole: labelled, with every file at its size. Bytes are not looked at."""
        folder = self.folder(stage, key)
        try:
            label = json.loads((folder / LABEL).read_text(encoding="utf-8"))
            whole = all((folder / name).stat().st_size == told["size"] for name, told in label["files"].items())
            return Artifact(folder, label["facts"], label) if whole else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def damage(self, stage: str, key: str) -> str | None:
        """The first file of the artifact whose bytes are not what they were when it was made; None if it is sound."""
        found = self.find(stage, key)
        if found is None or found.label.get("seal") != _seal(found.label):
            return LABEL
        for name, told in found.label["files"].items():
            try:
                if digest_of(found.folder / name) != told["sha256"]:
                    return str(name)
            except (OSError, KeyError, TypeError):
                return str(name)
        return None

    def discard(self, stage: str, key: str) -> None:
        """Remove an artifact. It goes out of sight first, so nobody meets a part of it."""
        place = self.folder(stage, key)
        gone = place.with_name(f".{key}-{secrets.token_hex(8)}")
        with contextlib.suppress(OSError):
            place.replace(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def used(self, artifact: Artifact) -> None:
        """Note that an artifact was of use, for those who clean up by age."""
        label = artifact.folder / LABEL
        with contextlib.suppress(OSError):
            if time.time() - label.stat().st_mtime > USED_SECONDS:
                os.utime(label)

    @contextlib.contextmanager
    def create(self, lease: Lease, stage: str, key: str, about: Mapping[str, Any]) -> Iterator[Draft]:
        """A folder to fill; what lies in it becomes the artifact when the block ends without an error.

        Args:
            lease: of `key`; a draft whose lease is dead is removed by `sweep`.
            about: JSON-safe, kept in the label beside the facts (settings, inputs, versions).
        Raises: StageError if the work folder cannot be written to.
        """
        place = self.folder(stage, key)
        folder = place.with_name(f".{key}-{lease.token}")
        draft = Draft(folder)
        try:
            folder.mkdir(parents=True)
            yield draft
            files = {str(p.relative_to(folder)): _told(p) for p in sorted(folder.rglob("*")) if p.is_file()}
            label = {"stage": stage, "key": key, "about": about, "files": files, "facts": draft.facts, **draft.spent}
            label["seal"] = _seal(label)
            (folder / LABEL).write_text(json.dumps(label, indent=1, ensure_ascii=False), encoding="utf-8")
            self._move(folder, place)
        except OSError as error:
            raise write_error(error, place.parent) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

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
        """Remove what dead processes left (killed, or the power failed): their leases and their drafts."""
        drafts = list(self.root.glob("*/.*-*"))  # before the leases: a draft's lease is older than the draft
        self.leases.sweep()
        tokens = {lease.token for lease in self.leases.living()}
        for draft in drafts:
            if draft.name.rpartition("-")[2] not in tokens:
                shutil.rmtree(draft, ignore_errors=True)


def _told(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    if size > LARGE:
        to_disk(path)
    return {"size": size, "sha256": digest_of(path)}


def _seal(label: Mapping[str, Any]) -> str:
    """sha256 of all else that the label says."""
    said = {name: value for name, value in label.items() if name != "seal"}
    return hashlib.sha256(canonical(said).encode()).hexdigest()


@dataclass
class Draft:
    """An artifact in the making: write files into `folder`, say things in `facts` (JSON-safe).

    Attributes:
        spent: what making it took, JSON-safe; goes into the label.
    """

    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)
    spent: dict[str, Any] = field(default_factory=dict)
