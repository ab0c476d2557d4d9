"""The folder that the desk shows: what is in it, and nothing beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fastapi import HTTPException

from foundation.errors import InputError
from foundation.home import expanded
from foundation.limits import Limit
from foundation.printable import KEPT, printable

STATE = ".duet-desk"
"""The folder in it where the desk keeps versions and notes."""
SUFFIXES = (".yaml", ".yml")
MOST_FILES = 50_000
MOST_MANIFESTS = 1000
_HEAD = 64 << 10
_MANIFEST = re.compile(r"^version:", re.MULTILINE), re.compile(r"^(performers|batch|outputs?):", re.MULTILINE)


@dataclass(frozen=True)
class Folder:
    """Attributes:
    root: the folder, with no link in its path.
    work: where renders keep their work; not looked through.
    """

    root: Path
    work: Path

    @staticmethod
    def at(root: Path, work: Path) -> Folder:
        """Raises: InputError if there is no such folder."""
        try:
            home = expanded(str(root))
        except ValueError:
            home = root
        if not home.is_dir():
            raise InputError("is no folder", file=root, cure="name the folder that your manifests are in")
        return Folder(home.resolve(), work.resolve())

    def inside(self, name: str) -> Path:
        """The file of that name, relative to the folder.

        Raises: HTTPException 404 if it leads out of the folder, through a link or to a hidden file.
        """
        parts = PurePosixPath(name).parts
        path = self.root.joinpath(*parts) if parts else self.root
        plain = parts and "\0" not in name and not any(part.startswith(".") or part == "/" for part in parts)
        if not plain or not self.holds(path) or path.resolve() != path:
            raise HTTPException(404, f"{name!r} is not in this folder")
        return path

    def holds(self, path: Path) -> bool:
        """Whether a path lies in it, links followed; links that lead in circles lead nowhere."""
        try:
            return path.resolve().is_relative_to(self.root)
        except (OSError, RuntimeError):  # of circles, by the Python
            return False

    def has_file(self, path: Path) -> bool:
        """Whether a path is that of a file in it, links followed."""
        try:
            return self.holds(path) and path.is_file()
        except OSError:  # such as a name longer than any file's
            return False

    def name_of(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def manifest(self, name: str) -> Path:
        """A manifest's file.

        Raises: HTTPException 404 as `inside`, and if it is none.
        """
        path = self.inside(name)
        if path.suffix.lower() not in SUFFIXES or not looks_like_one(path):
            raise HTTPException(404, f"{name!r} is no manifest")
        return path

    def manifests(self) -> list[Path]:
        """Every manifest, wrong ones too, in the order of their names."""
        found = [path for path in self.files() if path.suffix.lower() in SUFFIXES and looks_like_one(path)]
        return sorted(found)[:MOST_MANIFESTS]

    def files(self) -> Iterator[Path]:
        """Every file that is shown, in the order of their names; what no address can name is not."""
        seen = 0
        for here, folders, files in os.walk(self.root):
            shown = filter(_in_addresses, folders)
            folders[:] = sorted(name for name in shown if not name.startswith(".") and Path(here, name) != self.work)
            for name in sorted(filter(_in_addresses, files)):
                seen += 1
                if seen > MOST_FILES:
                    return
                yield Path(here, name)


def _in_addresses(name: str) -> bool:
    """Whether a name can stand in an address and on a page: it is UTF-8, and has no control characters."""
    return printable(name) == name and not set(KEPT) & set(name)


def looks_like_one(path: Path) -> bool:
    """Whether a file of that ending begins as manifests do; mistakes in it do not matter."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > Limit.SETTINGS_BYTES.now:
            return False
        with path.open("rb") as file:
            text = file.read(_HEAD).decode("utf-8-sig", "replace")
    except OSError:
        return False
    return begins_like_one(text)


def begins_like_one(text: str) -> bool:
    """Whether a text says in its beginning what manifests say."""
    return all(each.search(text[:_HEAD]) for each in _MANIFEST)
