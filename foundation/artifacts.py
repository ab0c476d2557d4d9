"""The artifact store: finished work on disk, named by what it was made from, never half written.

An artifact is a folder `<root>/<stage>/<key>/` whose `artifact.json` says what it holds. It is made in a temporary
folder beside its place and renamed there whole, so a reader sees all of it or nothing, and two workers that race for
one key both end with the same bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.atomic import write_error
from foundation.errors import StageError

LABEL = "artifact.json"


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
    """A finished artifact: its folder and its label's `facts` (what the stage said of its work)."""

    folder: Path
    facts: Mapping[str, Any]


class ArtifactStore:
    """Artifacts under one root folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, stage: str, key: str) -> Path:
        return self.root / stage / key

    def find(self, stage: str, key: str) -> Artifact | None:
        """The artifact, if it is there whole: labelled, with every file at its size."""
        folder = self.folder(stage, key)
        try:
            label = json.loads((folder / LABEL).read_text(encoding="utf-8"))
            whole = all((folder / name).stat().st_size == size for name, size in label["files"].items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return Artifact(folder, label["facts"]) if whole else None

    @contextlib.contextmanager
    def create(self, stage: str, key: str, about: Mapping[str, Any]) -> Iterator[Draft]:
        """A folder to fill; what lies in it becomes the artifact when the block ends without an error.

        Args:
            about: JSON-safe, kept in the label beside the facts (settings, inputs, versions).
        Raises: StageError if the work folder cannot be written to.
        """
        place = self.folder(stage, key)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=f".{key[:12]}-{os.getpid()}-", dir=place.parent))
        except OSError as error:
            raise write_error(error, place.parent) from error
        draft = Draft(folder)
        try:
            yield draft
            files = {str(p.relative_to(folder)): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()}
            label = {
                "stage": stage,
                "key": key,
                "about": about,
                "files": files,
                "facts": draft.facts,
                "seconds": round(draft.seconds, 3),
            }
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
            shutil.rmtree(place, ignore_errors=True)
            with contextlib.suppress(OSError):
                folder.replace(place)
                return
        raise StageError("could not put finished work in its place", file=place, cure="remove that folder, run again")

    def sweep(self) -> None:
        """Remove drafts whose process is gone (killed, or the power failed)."""
        for draft in self.root.glob("*/.*-*-*"):
            owner = draft.name.split("-")[1]
            if owner.isdigit() and not _alive(int(owner)):
                shutil.rmtree(draft, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass
class Draft:
    """An artifact in the making: write files into `folder`, say things in `facts` (JSON-safe)."""

    folder: Path
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
