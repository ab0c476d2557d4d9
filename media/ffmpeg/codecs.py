"""What can be delivered: containers, picture codecs, sound codecs, and which go together. Tables, nothing is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Vendor = Literal["nvenc", "qsv", "vaapi", "videotoolbox"]
VENDORS: tuple[Vendor, ...] = ("nvenc", "qsv", "vaapi", "videotoolbox")
EFFORTS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower")
"""x264's names, for every codec that trades time for size."""


@dataclass(frozen=True)
class VideoCodec:
    """One way to encode the picture.

    Attributes:
        title: what people call it.
        name: what a probe calls it.
        software: encoders of ffmpeg that run anywhere, the best first.
        hardware: those of a vendor's chip.
        formats: ffmpeg's pixel format for each (bits a channel, alpha) that the codec is written in; the first is taken
            where nothing is asked for.
        containers: which can hold it; "sequence" is a file a frame.
        quality: the quality factor (lower is better) where none is given, and the greatest; None: it has none.
        lossless: every pixel stays as it was.
        suffixes: of a sequence's files.
        opaque_in: containers that hold the codec, but not its opacity.
    """

    title: str
    name: str
    software: tuple[str, ...]
    formats: Mapping[tuple[int, bool], str]
    containers: tuple[str, ...]
    quality: tuple[int, int] | None = None
    lossless: bool = False
    hardware: Mapping[Vendor, str] = field(default_factory=dict)
    suffixes: tuple[str, ...] = ()
    opaque_in: tuple[str, ...] = ()

    @property
    def alpha(self) -> bool:
        """Whether it can be transparent."""
        return any(alpha for _, alpha in self.formats)

    @property
    def bits(self) -> list[int]:
        """Bits a channel, the usual number first."""
        return list(dict.fromkeys(bits for bits, _ in self.formats))


_420 = {(8, False): "yuv420p", (10, False): "yuv420p10le"}
SEQUENCE = "sequence"

VIDEO: dict[str, VideoCodec] = {
    "h264": VideoCodec(
        "H.264",
        "h264",
        ("libx264",),
        _420,
        ("mp4", "mov", "mkv"),
        (18, 51),
        hardware={vendor: f"h264_{vendor}" for vendor in VENDORS},
    ),
    "h265": VideoCodec(
        "H.265",
        "hevc",
        ("libx265",),
        _420,
        ("mp4", "mov", "mkv"),
        (20, 51),
        hardware={vendor: f"hevc_{vendor}" for vendor in VENDORS},
    ),
    "av1": VideoCodec(
        "AV1",
        "av1",
        ("libsvtav1", "libaom-av1"),
        _420,
        ("mp4", "mkv", "webm"),
        (26, 63),
        hardware={"nvenc": "av1_nvenc", "qsv": "av1_qsv", "vaapi": "av1_vaapi"},
    ),
    "vp9": VideoCodec(
        "VP9",
        "vp9",
        ("libvpx-vp9",),
        {**_420, (8, True): "yuva420p"},
        ("webm", "mkv", "mp4"),
        (24, 63),
        hardware={"qsv": "vp9_qsv", "vaapi": "vp9_vaapi"},
        opaque_in=("mp4",),
    ),
    "prores_422_hq": VideoCodec(
        "ProRes 422 HQ", "prores", ("prores_ks",), {(10, False): "yuv422p10le"}, ("mov", "mkv")
    ),
    "prores_4444": VideoCodec(
        "ProRes 4444",
        "prores",
        ("prores_ks",),
        {(10, False): "yuv444p10le", (10, True): "yuva444p10le"},
        ("mov", "mkv"),
    ),
    "ffv1": VideoCodec("FFV1", "ffv1", ("ffv1",), {(8, False): "bgr0", (8, True): "bgra"}, ("mkv",), lossless=True),
    "png": VideoCodec(
        "PNG", "png", (), {(8, False): "rgb24", (8, True): "rgba"}, (SEQUENCE,), lossless=True, suffixes=(".png",)
    ),
    "tiff": VideoCodec(
        "TIFF",
        "tiff",
        (),
        {(16, False): "rgb48le", (16, True): "rgba64le"},
        (SEQUENCE,),
        lossless=True,
        suffixes=(".tif", ".tiff"),
    ),
    "exr": VideoCodec(
        "OpenEXR, half float",
        "exr",
        (),
        {(16, False): "gbrpf16le", (16, True): "gbrapf16le"},
        (SEQUENCE,),
        lossless=True,
        suffixes=(".exr",),
    ),
}


@dataclass(frozen=True)
class AudioCodec:
    """One way to encode the sound.

    Attributes:
        title: what people call it.
        containers: which can hold it.
        lossless: every sample stays as it was.
        kbps: where nothing is asked for: thousands of bits a second of a mono or stereo sound; 0: it has no such thing.
        names: what a probe calls it.
        channels: the most that it has places for.
    """

    title: str
    containers: tuple[str, ...]
    lossless: bool
    kbps: int
    names: tuple[str, ...]
    channels: int = 8


AUDIO: dict[str, AudioCodec] = {
    "aac": AudioCodec("AAC", ("mp4", "mov", "mkv"), False, 192, ("aac",)),
    "opus": AudioCodec("Opus", ("webm", "mkv", "mp4"), False, 160, ("opus", "libopus")),
    "flac": AudioCodec("FLAC", ("mkv", "mp4"), True, 0, ("flac",)),
    "alac": AudioCodec("ALAC", ("mov", "mp4", "mkv"), True, 0, ("alac",), 7),
    "pcm": AudioCodec("PCM", ("mov", "mkv", SEQUENCE), True, 0, ("pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le")),
}

CARRIED: dict[str, frozenset[str]] = {
    "mp4": frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"}),
    "mov": frozenset({"aac", "mp3", "ac3", "eac3", "alac", *AUDIO["pcm"].names}),
    "mkv": frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac", "vorbis", *AUDIO["pcm"].names}),
    "webm": frozenset({"opus", "vorbis"}),
    SEQUENCE: frozenset(),
}
"""Sound that may be copied into a container, packet for packet, by what a probe calls it."""


@dataclass(frozen=True)
class Container:
    """A kind of file. `video`, `audio`: what it gets where nothing is asked for. `muxer`: ffmpeg's name of it."""

    muxer: str
    video: str
    audio: str


CONTAINERS: dict[str, Container] = {
    "mp4": Container("mp4", "h264", "aac"),
    "mov": Container("mov", "prores_422_hq", "pcm"),
    "mkv": Container("matroska", "ffv1", "flac"),
    "webm": Container("webm", "vp9", "opus"),
    SEQUENCE: Container("image2", "png", "pcm"),
}


def container_of(suffix: str) -> str | None:
    """The container that a file's suffix names (".MP4" is "mp4"); None: none that is written here."""
    known = {f".{name}": name for name in CONTAINERS if name != SEQUENCE}
    still = {ending: SEQUENCE for codec in VIDEO.values() for ending in codec.suffixes}
    return (known | still).get(suffix.lower())


def codecs_in(container: str) -> list[str]:
    """The picture codecs that a container can hold."""
    return [name for name, codec in VIDEO.items() if container in codec.containers]


def sounds_in(container: str) -> list[str]:
    """The sound codecs that a container can hold."""
    return [name for name, codec in AUDIO.items() if container in codec.containers]


@dataclass(frozen=True)
class Encode:
    """A picture's encode, all of it decided.

    Attributes:
        container: a name of CONTAINERS.
        codec: a name of VIDEO.
        encoder: ffmpeg's, "" for a sequence.
        crf: quality factor, None where the codec has none.
        preset: one of EFFORTS.
        bits: a channel.
        alpha: frames have opacity, and it is kept.
    """

    container: str = "mp4"
    codec: str = "h264"
    encoder: str = "libx264"
    crf: int | None = 18
    preset: str = "veryfast"
    bits: int = 8
    alpha: bool = False

    @property
    def pix_fmt(self) -> str:
        return VIDEO[self.codec].formats[self.bits, self.alpha]

    @property
    def is_sequence(self) -> bool:
        return self.container == SEQUENCE
