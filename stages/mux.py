"""Cut the sound by samples and join it to the picture, which is copied, not encoded again.

Writes video.mp4 with the index in front, bt709 tags, and metadata that says the picture is synthetic; or video.mkv,
whose sound stays as it was cut, where the picture is lossless.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from media import argv
from media.audio import cut_wav
from media.mix import MixInput, mix
from media.run import run_ffmpeg
from stages import Report


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: fps, frames, title, audio, sound. Inputs: picture, and each of the sound's entries."""
    length = Fraction(settings["frames"]) / Fraction(settings["fps"])
    picture = next(inputs["picture"].glob("picture.*"))
    video = out / f"video{picture.suffix}"
    entries = [_sound(entry, inputs) for entry in settings["sound"]["entries"]]
    sound = out / "sound.wav" if entries else None
    samples = 0
    if sound and len(entries) == 1 and _plain(entries[0], length):
        _, samples = cut_wav(entries[0].path, sound, start=entries[0].start, duration=length)
    elif sound:
        _, samples = mix(entries, sound, duration=length)
    command = argv.mux(
        video,
        video=picture,
        audio=sound,
        encode_audio=video.suffix == ".mp4",
        audio_bitrate=settings["audio"]["bitrate_kbps"] * 1000,
        metadata={"title": settings["title"]},
    )
    run_ffmpeg(command, stage="mux", file=video)
    if sound:
        sound.unlink()
    report(settings["frames"], settings["frames"])
    return {"frames_out": settings["frames"], "samples": samples}


def _sound(entry: Mapping[str, Any], inputs: Mapping[str, Path]) -> MixInput:
    """One entry of the plan's sound; what would begin before the picture is cut off."""
    place = inputs[entry["input"]]
    offset = Fraction(entry["offset"])
    return MixInput(
        place / "vocals.wav" if place.is_dir() else place,
        gain_db=entry["gain_db"],
        pan=entry["pan"],
        offset=max(offset, Fraction(0)),
        start=Fraction(entry["start"]) + max(-offset, Fraction(0)),
        duration=None if entry["length"] is None else Fraction(entry["length"]),
    )


def _plain(sound: MixInput, length: Fraction) -> bool:
    """Whether cutting is all: the samples then stay exactly as they were."""
    whole = sound.duration is None or sound.duration >= length
    return whole and not sound.offset and not sound.gain_db and not sound.pan
