"""What files are, made up, for tests of planning: no byte of them is looked at."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from media.files.info import AudioInfo, MediaInfo, VideoInfo

_VIDEO = VideoInfo(
    codec="h264",
    width=640,
    height=480,
    coded_width=640,
    coded_height=480,
    fps=Fraction(30000, 1001),
    variable=False,
    frames=300,
    expected_frames=300,
    truncated=False,
    start=Fraction(0),
    end=Fraction(10),
    rotation=0,
    mirrored=False,
    sar=Fraction(1),
    pix_fmt="yuv420p",
    bits=8,
    color_range="tv",
    color_space="bt709",
    color_primaries="bt709",
    color_transfer="bt709",
    interlaced=False,
)


def sound(start: str = "0", duration: str = "10", track: int = 0) -> AudioInfo:
    """A sound track."""
    return AudioInfo("aac", 48000, 2, "stereo", Fraction(start), Fraction(duration), track)


def video(**changes: Any) -> MediaInfo:
    """A clip of ten seconds with sound; times and rates may be written as text."""
    exact: dict[str, Any] = {
        name: Fraction(value) if isinstance(value, str) else value for name, value in changes.items()
    }
    return MediaInfo("mov", Fraction(10), replace(_VIDEO, **exact), (sound(),))


def song(duration: str = "10") -> MediaInfo:
    """Sound alone."""
    return MediaInfo("wav", Fraction(duration), None, (sound(duration=duration),))
