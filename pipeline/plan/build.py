"""Manifest + files -> the first tasks: reading what each media file is. All else depends on that (see expand)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from foundation.digests import digest_of
from foundation.errors import ManifestError
from media.ffmpeg.encoder_choice import Choice
from media.video.kind import is_still_in_a_video, is_video
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.performers import FrameOf, Performer
from pipeline.manifest.parts.scenes import VideoBackground
from pipeline.manifest.parts.singing import THE_AUDIO
from pipeline.plan.encoder import choose_encoder
from pipeline.plan.engine_choice import EngineChoice, choose_engine
from pipeline.plan.graph import Graph
from pipeline.plan.sources import VOCALS, VOCALS_CLIP, Sources, find_sources
from pipeline.plan.subtitles import subtitles_task
from pipeline.plan.task import Task


@dataclass(frozen=True)
class Job:
    """A manifest whose engines and files are known.

    Attributes:
        choices: each performer's engine.
        encoder: the picture's.
        probes: the probe task of each media file, by the manifest's name for it.
        subtitles: the task that reads lyrics and titles, if there are any.
        plates: the performers whose portrait is a whole video.
        stills: those whose portrait is a video of one frame. In `loaded` it is that frame.
    """

    loaded: LoadedManifest
    choices: dict[str, EngineChoice]
    sources: Sources
    probes: dict[str, Task]
    subtitles: Task | None
    plates: frozenset[str]
    stills: frozenset[str]
    encoder: Choice

    @property
    def graph(self) -> Graph:
        graph = Graph()
        for task in (*(gathered.task for gathered in self.sources.gathered.values()), *self.first):
            graph.add(task)
        return graph

    @property
    def first(self) -> list[Task]:
        """The tasks on whose facts all else depends."""
        return [*self.probes.values(), *([self.subtitles] if self.subtitles else [])]

    @property
    def reads(self) -> frozenset[Path]:
        """Every file that is read, and the names of numbered pictures."""
        return self.sources.paths | self.loaded.files


def build(loaded: LoadedManifest, digest: Callable[[Path], str] = digest_of) -> Job:
    """The job of a manifest.

    Args:
        digest: hashes a file.
    Raises: InputError for files that are missing; ManifestError for a batch, which is many jobs; StageError if this
        machine has no encoder for the output.
    """
    if loaded.manifest.batch is not None:
        raise ManifestError(f"{loaded.name} has a batch section: it is many videos", cure="use `batch`, or `plan`")
    choices = {name: choose_engine(loaded, name) for name in loaded.manifest.performers}
    sources = find_sources(loaded, choices, digest)
    portraits = {
        name: Path(sources[performer.portrait].path)
        for name, performer in loaded.manifest.performers.items()
        if isinstance(performer.portrait, str)
    }
    plates = frozenset(name for name, path in portraits.items() if is_video(path))
    for name in sorted(plates):
        if choices[name].subject == "whole":
            told = "subject: whole moves a still picture, and this portrait is a video"
            raise ManifestError(told, performer=name, cure="take a frame with portrait: {frame_of: ...}")
    stills = frozenset(name for name, path in portraits.items() if is_still_in_a_video(path))
    loaded = _with_frames(loaded, stills)
    media = _media(loaded, plates)
    probes = {file: sources.probe(file, owner) for file, owner in media.items()}
    return Job(
        loaded,
        choices,
        sources,
        probes,
        subtitles_task(loaded, sources),
        plates,
        stills,
        choose_encoder(loaded.manifest.output),
    )


def _with_frames(loaded: LoadedManifest, stills: frozenset[str]) -> LoadedManifest:
    """The manifest with the one frame of each of these portraits in place of a video that would last a frame."""
    performers = dict(loaded.manifest.performers)
    for name in stills:
        frame = FrameOf(frame_of=str(performers[name].portrait))
        performers[name] = performers[name].model_copy(update={"portrait": frame})
    return replace(loaded, manifest=loaded.manifest.model_copy(update={"performers": performers}))


def _heard_and_followed(performer: Performer) -> list[str]:
    """The clip and the song of a performer that are files of its own."""
    found = [] if performer.clip is None else [performer.clip.video]
    return found + ([performer.singing.sound] if performer.singing and performer.singing.sound != THE_AUDIO else [])


def _media(loaded: LoadedManifest, plates: frozenset[str]) -> dict[str, str | None]:
    """Each file with a clock, and the first performer that it belongs to."""
    owners: dict[str, str | None] = {}
    for name, performer in loaded.manifest.performers.items():
        for file in _heard_and_followed(performer):
            owners.setdefault(file, name)
        if name in plates:
            owners.setdefault(str(performer.portrait), name)
        if isinstance(performer.portrait, FrameOf):
            owners.setdefault(performer.portrait.frame_of, name)
    behind = [performer.composite.background for performer in loaded.manifest.performers.values()]
    for background in [*behind, *(scene.background for scene in loaded.manifest.scenes or ())]:
        if isinstance(background, VideoBackground):
            owners.setdefault(background.video, None)
    source = loaded.manifest.audio.source
    if source == VOCALS:
        owners.setdefault(VOCALS_CLIP, None)
    elif source not in ("driving", "none"):
        owners.setdefault(source, None)
    return owners
