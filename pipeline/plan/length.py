"""Where picture and sound differ in length: which of them decides (`driving.to_sound`)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from foundation.errors import ManifestError
from foundation.fitting import Way
from pipeline.plan.clip import Clip
from pipeline.plan.planning import Planning
from pipeline.plan.sound import sound_end

LEFT_OUT = Fraction(1, 2)
"""Seconds of a sound that are cut off before it is told."""
_WAYS: dict[str, Way | None] = {"cut": None, "hold": None, "loop": "loop", "mirror": "mirror", "stretch": "stretch"}


def to_length(planning: Planning, clips: Mapping[str, Clip]) -> dict[str, Clip]:
    """The clips as they play in the result, each brought to the sound's length as its performer asks.

    Raises: ManifestError if one is to follow the sound and there is none.
    """
    asked = _asked(planning)
    if not any(asked.values()):
        return dict(clips)
    end = sound_end(planning, clips)
    return {name: _fitted(name, clip, asked[name], end) for name, clip in clips.items()}


def told_cut(planning: Planning, clips: Mapping[str, Clip], length: Fraction) -> list[str]:
    """A notice if a file's sound goes on after the video's end, `length` seconds, and nobody asked for its end."""
    audio = planning.manifest.audio
    asked = audio.trim is not None and audio.trim.end is not None
    singing = any(one.singing for one in planning.manifest.performers.values())
    followed = singing or any(_asked(planning).values())
    end = None if asked or followed or audio.source in ("driving", "none") else sound_end(planning, clips)
    if end is None or end - length < LEFT_OUT:
        return []
    told = f"the sound ends after {float(end):.2f} s, the video after {float(length):.2f} s"
    return [f"{told}: driving.to_sound (loop, mirror, hold, stretch) brings a clip to the sound's length"]


def check_heard(planning: Planning, clips: Mapping[str, Clip], length: Fraction) -> None:
    """Raises: ManifestError if `audio.offset` leaves nothing of the sound in the video of `length` seconds."""
    offset, end = planning.manifest.audio.offset, sound_end(planning, clips)
    if end is None or (end > 0 and offset < length):
        return
    when = f"ends {float(-end):.2f} s before the video begins" if end <= 0 else f"begins at {float(offset):.2f} s"
    told = f"audio.offset is {float(offset):g} s: the sound {when}, and nothing of it is heard in {float(length):.2f} s"
    raise ManifestError(told, cure="choose one nearer to 0, or audio: none")


def _asked(planning: Planning) -> dict[str, str | None]:
    """What each performer's clip asks for."""
    performers = planning.manifest.performers.items()
    return {name: one.driving.to_sound if one.driving else None for name, one in performers}


def _fitted(name: str, clip: Clip, wanted: str | None, end: Fraction | None) -> Clip:
    if wanted is None:
        return clip
    if end is None or end <= 0:
        raise ManifestError(
            f"performers.{name}.driving.to_sound is {wanted}, and there is no sound to follow",
            performer=name,
            cure="remove it, or name a file with sound as audio.source",
        )
    return clip.played(min(clip.length, end) if wanted == "cut" else end, _WAYS[wanted])
