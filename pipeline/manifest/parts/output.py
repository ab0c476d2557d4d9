"""What is written, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.manifest.fields import Rate, Size
from pipeline.manifest.parts.base import Part


class Video(Part):
    """The lossy encode."""

    codec: Literal["h264"] = "h264"
    crf: Annotated[int, Field(ge=0, le=51)] = 18
    preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"] = "veryfast"
    """The encoder's effort: slower makes smaller files of the same quality."""


class AudioCodec(Part):
    """The sound's encode."""

    codec: Literal["aac"] = "aac"
    bitrate_kbps: Annotated[int, Field(ge=32, le=512)] = 192


class Output(Part):
    """Where and how the result is written."""

    path: Annotated[str, Field(pattern=r"(?i)\.mp4$")]
    size: Size = (1280, 720)
    fps: Rate | None = None
    """Frames a second; none takes the first performer's clip's own rate."""
    video: Video = Video()
    audio: AudioCodec = AudioCodec()
