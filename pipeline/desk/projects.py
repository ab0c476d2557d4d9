"""The list of projects: each manifest with its state, its length, its versions and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from foundation.codec import Json
from foundation.errors import DuetError, ManifestError
from media.image.images import fitted, is_image, read_image
from media.samples import SAMPLE, sample_path
from media.video.kind import is_video
from media.video.reader import frame_at
from pipeline.desk.folder import Folder
from pipeline.desk.versions import Result, Version, Versions
from pipeline.manifest.load import LoadedManifest, load_manifests
from pipeline.manifest.parts.performers import FrameOf
from pipeline.manifest.schema import Manifest
from pipeline.report.page import worst

State = Literal["new", "mistakes", "rendered", "checks failed"]
POSTER_SIDE = 320


@dataclass(frozen=True)
class Project:
    """A manifest, as the list shows it.

    Attributes:
        name: its file, relative to the folder.
        title: its own, or else the file's name.
        mistakes: all of them, a line each.
        versions: the newest first.
        fresh: results that are not kept as versions yet, the oldest first.
        loaded: once for each of its outputs; nothing if it has mistakes.
    """

    name: str
    title: str
    state: State
    mistakes: tuple[str, ...]
    versions: list[Version]
    fresh: list[Result]
    loaded: list[LoadedManifest]

    @property
    def report(self) -> Json | None:
        """Of the newest result."""
        return _newest(self.versions, self.fresh)

    @property
    def count(self) -> int:
        """Of versions, once it is opened."""
        return len(self.versions) + len(self.fresh)

    @property
    def about(self) -> str:
        """Who performs."""
        if not self.loaded:
            return ""
        manifest = self.loaded[0].manifest
        return "a batch of many videos" if manifest.batch else ", ".join(manifest.performers)


class Projects:
    """Those of a folder."""

    def __init__(self, folder: Folder) -> None:
        self.folder, self.versions = folder, Versions(folder)

    def all(self) -> list[Project]:
        return [self.of(path) for path in self.folder.manifests()]

    def of(self, path: Path) -> Project:
        """A manifest's."""
        name = self.folder.name_of(path)
        versions = self.versions.of(name)
        mistakes: tuple[str, ...] = ()
        loaded: list[LoadedManifest] = []
        fresh: list[Result] = []
        try:
            loaded = load_manifests(path, online=False)
            fresh = self.versions.fresh(name, loaded)
        except ManifestError as error:  # the second, of a result that can have no place
            mistakes, loaded = error.mistakes or (error.problem,), []
        except DuetError as error:
            mistakes = (error.problem,)
        title = (loaded[0].manifest.title if loaded else "") or path.stem
        state = _state(mistakes, _newest(versions, fresh))
        return Project(name, title, state, mistakes, versions, fresh, loaded)

    def opened(self, path: Path) -> Project:
        """A manifest's, its results kept. Raises: StageError if one cannot be."""
        project = self.of(path)
        self.versions.keep(project.name, project.loaded)
        return self.of(path)

    def picture(self, project: Project) -> Path | str | None:
        """What stands for it: a file, a picture of its newest report as a data URI, or nothing."""
        stills = project.report["stills"] if project.report else []
        if stills:
            return str(stills[len(stills) // 2])
        try:
            return self._portrait(project.loaded[0]) if project.loaded else None
        except DuetError:  # its name can be no file's
            return None

    def _portrait(self, loaded: LoadedManifest) -> Path | None:
        """The first performer's portrait, if it may be shown."""
        manifest: Manifest = loaded.manifest
        for performer in manifest.performers.values():
            portrait = performer.portrait
            written = portrait.frame_of if isinstance(portrait, FrameOf) else portrait
            if written.startswith(SAMPLE):
                return sample_path(written.removeprefix(SAMPLE))
            path = loaded.path(written)
            if self.folder.has_file(path):
                return path
        return None


def thumbnail(path: Path) -> NDArray[np.uint8]:
    """A small (H, W, 3) uint8 RGB picture of a picture or a video. Raises: InputError if it is neither."""
    if not is_image(path) and is_video(path):
        return fitted(frame_at(path, Fraction(0)), POSTER_SIDE)
    return fitted(read_image(path), POSTER_SIDE)


def _newest(versions: list[Version], fresh: list[Result]) -> Json | None:
    return fresh[-1].report if fresh else versions[0].report if versions else None


def _state(mistakes: tuple[str, ...], report: Json | None) -> State:
    if mistakes:
        return "mistakes"
    if report is None:
        return "new"
    return "checks failed" if worst(report["rows"]) == "fail" else "rendered"
