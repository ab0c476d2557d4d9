"""Manifest, version 1. Every field here is honoured; what is planned but absent is refused by name (see messages)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from foundation.part import Part
from pipeline.manifest.engine_sections import Backend, EngineName, OfDefaults
from pipeline.manifest.fields import Name
from pipeline.manifest.parts.batch import Batch
from pipeline.manifest.parts.checks import Checks
from pipeline.manifest.parts.output import Output
from pipeline.manifest.parts.performers import Performer
from pipeline.manifest.parts.scenes import Scene
from pipeline.manifest.parts.sound import Audio
from pipeline.manifest.parts.words import LyricsField, Title


class _Defaults(Part):
    engine: EngineName = "auto"
    landmarks: Backend = "litert"
    chunk_frames: Annotated[int, Field(ge=1, le=10_000)] = 64


class Defaults(OfDefaults, _Defaults):
    """What performers take who do not say otherwise."""


class Manifest(Part):
    """The whole file."""

    version: Literal[1]
    title: Annotated[str, Field(max_length=200)] = ""
    defaults: Defaults = Defaults()
    performers: Annotated[dict[Name, Performer], Field(min_length=1, max_length=1000)] = Field(default_factory=dict)
    """Needed, unless there is a batch."""
    batch: Batch | None = None
    audio: Audio = Audio()
    scenes: Annotated[list[Scene], Field(min_length=1)] | None = None
    lyrics: LyricsField | None = None
    titles: Annotated[tuple[Title, ...], Field(max_length=200, strict=False)] = ()
    font: str | None = None
    """A font file for lyrics and titles; without it, those that come with packages."""
    output: Output
    checks: Checks = Checks()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest, for editors."""
    return Manifest.model_json_schema()
