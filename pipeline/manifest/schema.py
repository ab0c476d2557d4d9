"""Manifest, version 1. Every field here is honoured; what is planned but absent is refused by name (see messages)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from foundation.part import Part
from pipeline.manifest.engine_sections import Backend, EngineName, OfDefaults
from pipeline.manifest.fields import Name
from pipeline.manifest.parts.batch import Batch
from pipeline.manifest.parts.checks import Checks
from pipeline.manifest.parts.output import Output
from pipeline.manifest.parts.performers import Performer
from pipeline.manifest.parts.scenes import Scene
from pipeline.manifest.parts.sound import Audio, AudioField
from pipeline.manifest.parts.words import LyricsField, Title


class _Defaults(Part):
    engine: EngineName = "auto"
    """What animates portraits; `auto` takes the first that is ready, and says why."""
    landmarks: Backend = "litert"
    """What finds faces (docs/faces.md)."""
    chunk_frames: Annotated[int, Field(ge=1, le=10_000)] = 64
    """Frames a task; how a job is cut up never changes the result."""


class Defaults(OfDefaults, _Defaults):
    """What performers take who do not say otherwise."""


class Manifest(Part):
    """What a manifest may say."""

    version: Literal[1]
    """Of the manifest: 1."""
    title: Annotated[str, Field(max_length=200)] = ""
    """Goes into the metadata of the video."""
    defaults: Defaults = Defaults()
    """What performers take who do not say otherwise."""
    performers: Annotated[dict[Name, Performer], Field(min_length=1, max_length=1000)] = Field(default_factory=dict)
    """Needed, unless there is a batch."""
    batch: Batch | None = None
    """Many videos of many portraits and clips, instead of performers."""
    audio: AudioField = Audio()
    """The sound of the result; a file's name alone is its source."""
    scenes: Annotated[list[Scene], Field(min_length=1)] | None = None
    """Who is seen when; without them, everyone side by side for the whole length."""
    lyrics: LyricsField | None = None
    """Lines that are shown while they are sung; a file name alone takes them as they are by default."""
    titles: Annotated[tuple[Title, ...], Field(max_length=200, strict=False)] = ()
    """Texts that are shown for a while."""
    font: str | None = None
    """A font file for lyrics and titles; without it, those that come with packages."""
    output: Output
    """Where and how the result is written."""
    outputs: Annotated[list[Output], Field(min_length=1, max_length=20)] | None = None
    """Several results of one render, such as 16:9 and 9:16, instead of `output`."""
    checks: Checks = Checks()
    """What is checked of the result."""
