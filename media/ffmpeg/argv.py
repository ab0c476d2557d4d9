"""Argument lists for the ffmpeg binary: pure functions, no file is touched and nothing is run.

Every file is named with the `file:` protocol, so that no name can be taken for an option, a pattern or an address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from foundation.errors import StageError
from media.ffmpeg.binary import ffmpeg as ffmpeg_binary
from media.ffmpeg.codecs import CONTAINERS, VIDEO, Encode
from media.ffmpeg.encoders import VAAPI_DEVICE, encoder_options, pixel_format, vendor_of
from media.files.checks import file_url

BT709 = {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
_RGB = BT709 | {"colorspace": "rgb", "color_range": "pc"}

SAFE_INPUT = {"protocol_whitelist": "file,pipe"}
_SCALE_FLAGS = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
WAV = {"format": "wav", "rf64": "auto"}
REPRODUCIBLE = {"fflags": "+bitexact", "flags:v": "+bitexact", "flags:a": "+bitexact"}


PLANES = "yuv420p"
"""The planes that frames come in where an encoder takes these as they are, see media.ffmpeg.planes."""


def takes_planes(encode: Encode) -> bool:
    """Whether frames are converted to PLANES before they come to ffmpeg."""
    return encode.pix_fmt == PLANES and vendor_of(encode.encoder) is None


def encode_video(destination: Path, *, size: tuple[int, int], fps: Fraction, encode: Encode) -> list[str]:
    """Raw frames on stdin, RGB or RGBA or PLANES, to a file without sound: bt709, tagged in stream and container.

    Raises: StageError if a side is odd and the encode halves the colours' resolution, which odd sides have no half of.
    """
    width, height = size
    check_sides(size, encode, destination)
    planes = takes_planes(encode)
    frames = ffmpeg.input(
        "pipe:0",
        format="rawvideo",
        pix_fmt=PLANES if planes else "rgba" if encode.alpha else "rgb24",
        s=f"{width}x{height}",
        framerate=str(fps),
        **SAFE_INPUT,
    )
    return _encoding(frames.video, destination, fps, encode, ready=planes)


def check_sides(size: tuple[int, int], encode: Encode, file: Path) -> None:
    """Raises: StageError as `encode_video`."""
    width, height = size
    across = 2 if "420" in encode.pix_fmt or "422" in encode.pix_fmt else 1
    down = 2 if "420" in encode.pix_fmt else 1
    if width % across or height % down or width < 2 or height < 2:
        cure = f"choose {max(2, width + width % across)}x{max(2, height + height % down)}"
        raise StageError(f"{VIDEO[encode.codec].title} needs even sides, not {width}x{height}", file=file, cure=cure)


def encode_noise(destination: Path, encode: Encode) -> list[str]:
    """A few frames of a test picture, encoded: whether an encoder works is known only by trying."""
    picture = ffmpeg.input("testsrc2=size=320x240:rate=25:duration=0.2", format="lavfi").video
    return _encoding(picture, destination, Fraction(25), encode)


def _encoding(picture: Any, destination: Path, fps: Fraction, encode: Encode, *, ready: bool = False) -> list[str]:
    """`ready`: the picture has the encoder's format, range and matrix."""
    vendor = vendor_of(encode.encoder)
    wanted = pixel_format(encode)
    tags = _RGB if VIDEO[encode.codec].lossless else BT709
    if not (ready or VIDEO[encode.codec].lossless):
        picture = picture.filter("scale", out_color_matrix="bt709", out_range="tv", flags=_SCALE_FLAGS)
    picture = picture.filter("format", wanted).filter(
        "setparams",
        range=tags["color_range"],
        color_primaries=tags["color_primaries"],
        color_trc=tags["color_trc"],
        colorspace="gbr" if tags is _RGB else tags["colorspace"],
    )
    device = {}
    if vendor == "vaapi":
        picture, device = picture.filter("hwupload"), {"vaapi_device": VAAPI_DEVICE}
    # the rate is said at both ends: left to itself ffmpeg takes 119.88 frames a second for 120
    settings = {"c:v": encode.encoder, **encoder_options(encode), "r": str(fps), **tags, **REPRODUCIBLE}
    container = container_options(encode.container)
    if encode.codec == "h265" and encode.container in ("mp4", "mov"):
        settings["tag:v"] = "hvc1"  # what Apple's players look for; hev1 they refuse
    return compiled(ffmpeg.output(picture, file_url(destination), **container, **settings), **device)


def container_options(container: str) -> dict[str, Any]:
    """The muxer and its options: an index in front, so that files play while they load."""
    options: dict[str, Any] = {"format": CONTAINERS[container].muxer}
    if container in ("mp4", "mov"):
        options["movflags"] = "+faststart"
    return options


@dataclass(frozen=True)
class Track:
    """A sound track to be muxed.

    Attributes:
        path: a file.
        number: which of its audio streams it is.
        title: what players call it; "" for nothing.
        options: how it is encoded (see `media.ffmpeg.sound_codecs`), {"c": "copy"} for packet for packet.
    """

    path: Path
    title: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: {"c": "copy"})
    number: int = 0


def mux(
    destination: Path,
    *,
    container: str,
    video: Path | None,
    tracks: Sequence[Track] = (),
    duration: Fraction | None = None,
    metadata: Mapping[str, str] | None = None,
    alpha_beside: bool = False,
) -> list[str]:
    """The picture of one file, untouched, and sound tracks, into a container.

    Args:
        container: a name of CONTAINERS, or "wav".
        video: its first video stream is copied, packet for packet; None: no picture.
        tracks: the first is the one that is played where nobody chooses.
        duration: leave out what starts later than this, seconds.
        metadata: the container's tags, such as title and comment.
        alpha_beside: the picture's opacity is a second picture beside each of its packets, as VP9 in Matroska and WebM
            has it; players only look for it where the track says so (AlphaMode, RFC 9559, 5.1.4.1.28.5).
    """
    inputs = [ffmpeg.input(file_url(video), **SAFE_INPUT)["v:0"]] if video else []
    settings: dict[str, Any] = {"c:v": "copy", "disposition:v:0": "default"} if video else {}
    if alpha_beside:
        settings["metadata:s:v:0"] = "alpha_mode=1"
    for number, track in enumerate(tracks):
        inputs.append(ffmpeg.input(file_url(track.path), **SAFE_INPUT)[f"a:{track.number}"])
        settings |= {f"{name}:a:{number}": value for name, value in track.options.items()}
        if track.title:
            # MP4 and MOV call a track's title its handler's name
            key = "handler_name" if container in ("mp4", "mov") else "title"
            settings[f"metadata:s:a:{number}"] = f"{key}={track.title}"
        settings[f"disposition:a:{number}"] = "default" if number == 0 else "0"
    if duration is not None:
        settings["t"] = seconds(duration)
    tags = [f"{key}={value}" for key, value in (metadata or {}).items()]
    settings |= {f"metadata:g:{number}": tag for number, tag in enumerate(tags)}
    settings |= WAV if container == "wav" else container_options(container)
    return compiled(ffmpeg.output(*inputs, file_url(destination), map_metadata=-1, **settings, **REPRODUCIBLE))


def join(destination: Path, *, listing: Path, container: str, fps: Fraction) -> list[str]:
    """Files that were encoded alike, one after the other, packet for packet.

    Args:
        listing: names them, in the form of ffmpeg's concat demuxer.
    """
    pieces = ffmpeg.input(file_url(listing), format="concat", **SAFE_INPUT)["v:0"]
    settings = {"c:v": "copy", "r": str(fps), **container_options(container), **REPRODUCIBLE}
    return compiled(ffmpeg.output(pieces, file_url(destination), map_metadata=-1, **settings))


def seconds(value: Fraction) -> str:
    """A time as ffmpeg takes it: microseconds, its own unit, rounded to the nearest."""
    return f"{round(value * 1_000_000)}us"


def compiled(node: Any, **options: str) -> list[str]:
    """The command of a filter graph's output, with global `options`."""
    command = [ffmpeg_binary(), "-nostdin", "-hide_banner", "-loglevel", "error"]
    for name, value in options.items():
        command += [f"-{name}", value]
    return [str(word) for word in ffmpeg.compile(node, cmd=command, overwrite_output=True)]
