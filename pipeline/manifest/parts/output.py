"""What is written, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from foundation.part import Part
from pipeline.manifest.fields import Rate, Seconds, Size
from pipeline.manifest.paths import (
    DELIVERED,
    PICTURES,
    PREVIEWS,
    delivered_path,
    ending_in,
    picture_path,
    preview_path,
)

VideoCodecName = Literal["h264", "h265", "av1", "vp9", "prores_422_hq", "prores_4444", "ffv1", "png", "tiff", "exr"]
Effort = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"]
PresetName = Literal["web", "youtube", "tiktok_vertical", "broadcast", "editorial"]


class Video(Part):
    """The picture's encode."""

    codec: VideoCodecName | None = None
    """None: what the container usually holds: H.264 in MP4, VP9 in WebM, ProRes 422 HQ in MOV, FFV1 in MKV."""
    crf: Annotated[int, Field(ge=0, le=63)] | None = None
    """Quality, lower is better; none takes the codec's usual one."""
    preset: Effort = "veryfast"
    """The encoder's effort: slower makes smaller files of the same quality."""
    bits: Literal[8, 10, 16] | None = None
    """A channel; none takes what the codec usually has."""
    alpha: bool = False
    """Keep what is transparent in the portraits transparent."""
    encoder: Literal["software", "auto", "nvenc", "qsv", "vaapi", "videotoolbox"] = "software"
    """What encodes: the processor, a vendor's chip, or (auto) whichever chip works here."""


class AudioCodec(Part):
    """The sound's encode."""

    codec: Literal["auto", "aac", "opus", "flac", "pcm", "alac"] = "auto"
    """auto copies sound that nothing changes, and encodes as the container usually has it otherwise."""
    bitrate_kbps: Annotated[int, Field(ge=32, le=1024)] | None = None
    """Of a lossy codec, for all channels; a bitrate that is named asks for an encode, never for a copy."""


class Poster(Part):
    """One frame as a picture."""

    path: Annotated[str, AfterValidator(picture_path), WithJsonSchema(ending_in(PICTURES))]
    """A picture, by its ending."""
    at: Seconds | None = None
    """None: a third into the video."""


class Preview(Part):
    """A short silent loop, as GIF or WebP."""

    path: Annotated[str, AfterValidator(preview_path), WithJsonSchema(ending_in(PREVIEWS))]
    """A .gif or .webp."""
    start: Seconds = Field(default=0, validate_default=True)
    """Where the loop begins, in seconds."""
    seconds: Annotated[float, Field(gt=0, le=60)] = 4
    """How long the loop is."""
    width: Annotated[int, Field(ge=16, le=1920)] = 480
    """Pixels; the height follows."""
    fps: Annotated[int, Field(ge=1, le=50)] = 12
    """Frames a second."""


class Sign(Part):
    """Content Credentials (C2PA): a signature that says what the file is and who made it."""

    certificate: str
    """A PEM file: the signer's certificate and those above it, but for the root."""
    key: str
    """The PEM file of the signer's private key."""
    algorithm: Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"] = "es256"
    """The one that the key is for."""
    timestamp_url: str | None = None
    """A time-stamping service (RFC 3161) to ask; none asks nobody."""


class Output(Part):
    """Where and how the result is written."""

    path: Annotated[str, AfterValidator(delivered_path), WithJsonSchema(ending_in(DELIVERED))]
    """The suffix decides the container; a number's place, such as shot_%04d.png, makes a sequence of pictures."""
    preset: PresetName | None = None
    """Fills in what is not written here (docs/delivery.md)."""
    size: Size = (1280, 720)
    """Width and height in pixels, even numbers."""
    fps: Rate | None = None
    """Frames a second; none takes the first performer's clip's own rate."""
    video: Video = Video()
    """The encode of the picture."""
    audio: AudioCodec = AudioCodec()
    """The encode of the sound."""
    start_number: Annotated[int, Field(ge=0, le=100_000_000)] = 1
    """Of the first file of a sequence."""
    poster: Poster | None = None
    """One frame as a picture beside the video."""
    preview: Preview | None = None
    """A short loop beside the video."""
    sign: Sign | None = None
    """Sign the result."""
