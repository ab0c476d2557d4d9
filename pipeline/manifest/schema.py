"""Manifest, version 1. Every field here is honoured; what is planned but absent is refused by name (see messages)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from pipeline.manifest.fields import (
    FaceSelect,
    Name,
    Rate,
    Reference,
    Seconds,
    SignedSeconds,
    Size,
)

FILE_TAG, FRAME_TAG = "<file>", "<frame>"
Gain = Annotated[float, Field(ge=0, le=2)]
EngineName = Literal["auto", "landmark_tps", "tpsmm"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FrameOf(_Part):
    """A frame of a video as the portrait."""

    frame_of: str
    at: Seconds = Field(default=0, validate_default=True)


PortraitSource = Annotated[
    Annotated[str, Tag(FILE_TAG)] | Annotated[FrameOf, Tag(FRAME_TAG)],
    Discriminator(lambda value: FRAME_TAG if isinstance(value, dict | FrameOf) else FILE_TAG),
]


class Driving(_Part):
    """The clip that a portrait follows."""

    video: str
    face: FaceSelect = "largest"
    start: Seconds = Field(default=0, validate_default=True)
    end: Seconds | None = None
    allow_truncated: bool = False
    """Use what decodes of a damaged file instead of refusing it."""

    @model_validator(mode="after")
    def _has_length(self) -> Driving:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({float(self.end):g}) must be later than start ({float(self.start):g})")
        return self


class Motion(_Part):
    """How much of the driver's movement the portrait takes."""

    mode: Literal["relative", "absolute"] = "relative"
    reference: Reference = "best"
    head: Gain = 1.0
    expression: Gain = 1.0
    mouth: Gain = 1.0
    smoothing: Gain = 0.5


class Tpsmm(_Part):
    """What the engine tpsmm needs."""

    config: str = "vox-256"
    """A name in configs/models, or a file in the published schema."""
    checkpoint: str | None = None
    """A file; without it, the one that `models fetch` has fetched for this config."""
    precision: Literal["fp32", "fast", "bf16", "fp16"] = "fast"
    mode: Literal["relative", "standard", "avd"] | None = None
    """The published modes; without it, what motion.mode says."""


class Composite(_Part):
    """How the moving region goes back into the picture."""

    into: Literal["portrait", "crop"] = "portrait"
    feather: Annotated[float, Field(ge=0, le=0.5)] = 0.08
    match_color: bool = True


class Performer(_Part):
    """One portrait that sings."""

    portrait: PortraitSource
    face: FaceSelect = "largest"
    driving: Driving
    engine: EngineName | None = None
    tpsmm: Tpsmm | None = None
    motion: Motion = Motion()
    composite: Composite = Composite()


class MixEntry(_Part):
    """One performer's sound in the mix."""

    from_: Name = Field(alias="from")
    gain_db: Annotated[float, Field(ge=-60, le=24)] = 0.0
    pan: Annotated[float, Field(ge=-1, le=1)] = 0.0


class Audio(_Part):
    """The sound of the result."""

    source: str = "driving"
    """driving | none | a file | sample:vocals"""
    mix: list[MixEntry] | None = None
    offset: SignedSeconds = Field(default=0, validate_default=True)
    """How much later (or, below 0, earlier) than the picture a file starts."""


class Scene(_Part):
    """Who is seen, from `start` to the next scene."""

    start: Seconds = Field(default=0, validate_default=True)
    layout: Literal["full", "side_by_side"]
    performers: Annotated[list[Name], Field(min_length=1, max_length=16)]


class Video(_Part):
    """The lossy encode."""

    codec: Literal["h264"] = "h264"
    crf: Annotated[int, Field(ge=0, le=51)] = 18
    preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"] = "veryfast"
    """The encoder's effort: slower makes smaller files of the same quality."""


class AudioCodec(_Part):
    """The sound's encode."""

    codec: Literal["aac"] = "aac"
    bitrate_kbps: Annotated[int, Field(ge=32, le=512)] = 192


class Output(_Part):
    """Where and how the result is written."""

    path: Annotated[str, Field(pattern=r"(?i)\.mp4$")]
    size: Size = (1280, 720)
    fps: Rate | None = None
    """Frames a second; none takes the first performer's clip's own rate."""
    video: Video = Video()
    audio: AudioCodec = AudioCodec()


class Defaults(_Part):
    """What performers take who do not say otherwise."""

    engine: EngineName = "auto"
    tpsmm: Tpsmm = Tpsmm()
    landmarks: Literal["mediapipe", "face_alignment"] = "mediapipe"
    chunk_frames: Annotated[int, Field(ge=1, le=10_000)] = 64


class Manifest(_Part):
    """The whole file."""

    version: Literal[1]
    title: Annotated[str, Field(max_length=200)] = ""
    defaults: Defaults = Defaults()
    performers: Annotated[dict[Name, Performer], Field(min_length=1, max_length=1000)]
    audio: Audio = Audio()
    scenes: Annotated[list[Scene], Field(min_length=1)] | None = None
    output: Output


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest, for editors."""
    return Manifest.model_json_schema()
