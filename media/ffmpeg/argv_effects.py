"""Argument lists for the ffmpeg binary that change or measure finished files; pure, as in `argv`."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from media.ffmpeg.argv import REPRODUCIBLE, SAFE_INPUT, WAV, compiled, seconds
from media.files.checks import file_url


def preview(
    source: Path, destination: Path, *, start: Fraction, seconds_shown: Fraction, width: int, fps: int
) -> list[str]:
    """A stretch of a video as a loop that repeats for ever: GIF with a palette of its own, or WebP."""
    span = {"ss": seconds(start), "t": seconds(seconds_shown)}
    small = (
        ffmpeg.input(file_url(source), **span, **SAFE_INPUT)["v:0"]
        .filter("fps", fps)
        .filter("scale", width, -2, flags="lanczos+accurate_rnd+full_chroma_inp")
    )
    if destination.suffix.lower() == ".gif":
        both = small.filter_multi_output("split")
        palette = both[1].filter("palettegen", stats_mode="full")
        small = ffmpeg.filter([both[0], palette], "paletteuse", dither="sierra2_4a")
        kind: dict[str, Any] = {"format": "gif", "loop": 0}
    else:
        kind = {"format": "webp", "c:v": "libwebp_anim", "loop": 0, "quality": 75}
    return compiled(ffmpeg.output(small, file_url(destination), map_metadata=-1, **kind, **REPRODUCIBLE))


def change_level(source: Path, destination: Path, *, rate: int, gain_db: float, ceiling_db: float | None) -> list[str]:
    """A WAV louder or softer, as 32-bit float WAV.

    Args:
        rate: samples a second of both.
        ceiling_db: peaks are kept under it, dBTP; None: they do not reach it.
    """
    heard = ffmpeg.input(file_url(source), **SAFE_INPUT)["a:0"]
    sound = heard.filter("volume", f"{gain_db:.4f}dB", precision="double")
    if ceiling_db is not None:
        # four times the rate shows the peaks between the samples (ITU-R BS.1770-5, annex 2)
        sound = (
            sound.filter("aresample", 4 * rate)
            .filter("alimiter", limit=f"{10 ** (ceiling_db / 20):.6f}", attack=5, release=80, level=0, latency=1)
            .filter("aresample", rate)
        )
    wav = WAV | {"c:a": "pcm_f32le"}
    return compiled(ffmpeg.output(sound, file_url(destination), **wav, map_metadata=-1, **REPRODUCIBLE))
