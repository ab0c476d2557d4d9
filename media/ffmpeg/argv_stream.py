"""The argument list for sending pictures to an address as they are made; pure, as in `argv`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import ffmpeg

from foundation.errors import ManifestError
from media.ffmpeg.argv import BT709, SAFE_INPUT, compiled

SCHEMES = ("rtmp://", "rtmps://")
PATIENCE = 10
"""Seconds without an answer after which an address counts as dead."""
BITS_A_PIXEL = 0.12
KEY_SECONDS = 2
"""Streaming services want a picture that stands by itself this often."""


def is_address(written: str) -> bool:
    """Whether this names a place that pictures are sent to, and no file."""
    return written.lower().startswith(SCHEMES)


def stream_video(address: str, *, size: tuple[int, int], fps: Fraction, metadata: Mapping[str, str]) -> list[str]:
    """Raw RGB frames on stdin to an RTMP address, as H.264 in FLV without sound, each sent as soon as it is there.

    Args:
        address: rtmp://... or rtmps://..., as the user wrote it.
        size: (width, height), even.
    Raises:
        ManifestError: the address is another kind.
    """
    if not is_address(address):
        raise ManifestError("pictures are sent to rtmp:// and rtmps:// alone", cure="correct --to")
    width, height = size
    frames = ffmpeg.input(
        "pipe:0", format="rawvideo", pix_fmt="rgb24", s=f"{width}x{height}", framerate=str(fps), **SAFE_INPUT
    )
    picture = frames.video.filter("scale", out_color_matrix="bt709", out_range="tv").filter("format", "yuv420p")
    bits = round(BITS_A_PIXEL * width * height * float(fps))
    settings = {"c:v": "libx264", "preset": "ultrafast", "tune": "zerolatency", "g": round(KEY_SECONDS * fps)}
    settings |= {"b:v": bits, "maxrate": bits, "bufsize": bits, "r": str(fps), **BT709}
    settings |= {f"metadata:g:{number}": f"{key}={value}" for number, (key, value) in enumerate(metadata.items())}
    waiting = {"rw_timeout": PATIENCE * 1_000_000, "flvflags": "no_duration_filesize", "format": "flv"}
    return compiled(ffmpeg.output(picture, address, **waiting, **settings))
