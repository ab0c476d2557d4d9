"""Sound for ffmpeg's encoders: bits, bits a second, and no rounding where the codec keeps every sample."""

from __future__ import annotations

from typing import Any

from media.ffmpeg.codecs import AUDIO

STEREO = 2


def bits_a_second(codec: str, channels: int, kbps: int | None) -> int | None:
    """What a lossy codec may use for all channels; None for one that keeps every sample.

    Args:
        kbps: thousands of bits a second for all channels; None: the codec's usual number, more for surround sound.
    """
    table = AUDIO[codec]
    if not table.kbps:
        return None
    return (kbps or table.kbps * max(STEREO, channels) // STEREO) * 1000


def encoding(codec: str, *, channels: int, whole: bool, kbps: int | None = None) -> dict[str, Any]:
    """ffmpeg's options for a track.

    Args:
        codec: a name of AUDIO.
        channels: of the sound.
        whole: the samples are whole numbers of 16 bits; else they are floats, which lossless codecs keep to 24 bits.
    """
    if codec in ("flac", "alac"):
        planar = "p" if codec == "alac" else ""
        bits = {"sample_fmt": f"s16{planar}"} if whole else {"sample_fmt": f"s32{planar}", "bits_per_raw_sample": 24}
        return {"c": codec, **bits}
    if codec == "pcm":
        return {"c": "pcm_s16le" if whole else "pcm_s24le"}
    options = {"c": "libopus" if codec == "opus" else codec, "b": bits_a_second(codec, channels, kbps)}
    if codec == "opus" and channels > STEREO:
        options["mapping_family"] = 1  # left to itself, libopus gets the middle and the sides of 5.0 and 6.1 wrong
    return options
