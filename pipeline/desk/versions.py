"""Versions of a result: what was rendered once stays as it was, with its notes, when it is rendered again.

In the desk's folder, versions/<project>/<number>/: copies of the video and its report, and about.json. Whoever renders
on the command line gets versions, too: the desk keeps what it finds when somebody opens the project.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from foundation.atomic import make_folder, replacing, write_error
from foundation.codec import Json
from foundation.errors import DuetError, InputError
from pipeline.desk.folder import STATE, Folder
from pipeline.manifest import delivery
from pipeline.manifest.load import LoadedManifest
from pipeline.report.page import read_page, worst
from pipeline.report.verdict import failed_name

Status = Literal["pending", "changes wanted", "approved", "final"]
STATUSES: tuple[Status, ...] = get_args(Status)
REPORT, ABOUT = "report.html", "about.json"
_KEEPING = threading.Lock()


@dataclass(frozen=True)
class Version:
    """A kept result.

    Attributes:
        number: counts from 1.
        folder: where it is kept.
        made: when it was found, ISO 8601.
        status: what people say of it.
    """

    number: int
    folder: Path
    made: str
    status: Status

    @property
    def report(self) -> Json:
        """What its report tells. Raises: InputError if that is damaged."""
        path = self.folder / REPORT
        return _page(path, path.stat().st_mtime_ns)

    @property
    def video(self) -> Path:
        return next(self.folder.glob("video.*"))

    @property
    def verdict(self) -> str:
        """fail, warn or ok."""
        return worst(self.report["rows"])

    @property
    def fps(self) -> Fraction:
        return Fraction(self.report["fps"])

    @property
    def frames(self) -> int:
        return int(self.report["frames"])


@dataclass(frozen=True)
class Result:
    """A video that `render` left, and its report: the page, and what it tells."""

    video: Path
    page: Path
    report: Json


@lru_cache(maxsize=64)
def _page(path: Path, changed: int) -> Json:
    return read_page(path)


class Versions:
    """Of the projects in a folder."""

    def __init__(self, folder: Folder) -> None:
        self._folder, self._home = folder, folder.root / STATE / "versions"

    def of(self, name: str) -> list[Version]:
        """Those of a project, the newest first."""
        home = self._home_of(name)
        found = [self._read(path) for path in home.iterdir() if path.name.isdecimal()] if home.is_dir() else []
        return sorted(filter(None, found), key=lambda one: -one.number)

    def get(self, name: str, number: int) -> Version | None:
        return self._read(self._home_of(name) / str(number))

    def judge(self, version: Version, status: Status) -> None:
        """Say what people think of it. Raises: StageError if that cannot be written."""
        _write(version.folder / ABOUT, {"made": version.made, "status": status})

    def keep(self, name: str, loaded: Iterable[LoadedManifest]) -> None:
        """Keep the results that `fresh` tells of. Raises: StageError if one cannot be kept."""
        with _KEEPING:
            for one in self.fresh(name, loaded):
                self._add(name, one)

    def fresh(self, name: str, loaded: Iterable[LoadedManifest]) -> list[Result]:
        """What lies where a manifest writes its results, has a report, and is not kept yet; the oldest first.

        Args:
            loaded: the manifest, once for each of its outputs.
        """
        known = {_identity(one.report) for one in self.of(name)}
        found = [one for each in loaded for one in self._results(each) if _identity(one.report) not in known]
        return sorted(found, key=lambda one: one.page.stat().st_mtime_ns)

    def _results(self, loaded: LoadedManifest) -> Iterator[Result]:
        """Videos with their reports: a good result, and one that failed its checks."""
        output = loaded.manifest.output
        target = loaded.path(output.path)
        if delivery.is_sequence(output) or not self._folder.holds(target.parent):
            return
        for video in (target, failed_name(target)):
            path = video.with_suffix(".html")
            with suppress(DuetError, OSError):
                report = _page(path, path.stat().st_mtime_ns)
                if report["video"] == video.name and video.is_file() and not video.is_symlink():
                    yield Result(video, path, report)

    def _add(self, name: str, result: Result) -> None:
        home = self._home_of(name)
        number = max((one.number for one in self.of(name)), default=0) + 1
        fresh = home / f".{number}.{secrets.token_hex(4)}"
        make_folder(fresh)
        try:
            shutil.copyfile(result.video, fresh / f"video{result.video.suffix}", follow_symlinks=False)
            shutil.copyfile(result.page, fresh / REPORT, follow_symlinks=False)
        except OSError as problem:
            shutil.rmtree(fresh, ignore_errors=True)
            raise write_error(problem, fresh) from problem
        _write(fresh / ABOUT, {"made": datetime.now(UTC).isoformat(timespec="seconds"), "status": STATUSES[0]})
        fresh.rename(home / str(number))

    def _home_of(self, name: str) -> Path:
        return self._home / hashlib.sha256(name.encode()).hexdigest()[:16]

    @staticmethod
    def _read(folder: Path) -> Version | None:
        """None if it is not whole."""
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
            status = about["status"] if about["status"] in STATUSES else STATUSES[0]
            version = Version(int(folder.name), folder, str(about["made"]), status)
            return version if version.report and version.video else None
        except (OSError, ValueError, KeyError, TypeError, StopIteration, InputError):
            return None


def _identity(report: Json) -> str:
    """Of a result: its video's digest, and what the checks said of it."""
    told = json.dumps([report["hashes"][:1], report["rows"]], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _write(path: Path, data: Json) -> None:
    with replacing(path, durable=True) as temporary:
        temporary.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
