"""Which sounds go into the result: each performer's clip, a file, or a vocal sung from a face."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from foundation.errors import InputError
from pipeline.manifest.parts.performers import Driving
from pipeline.plan.clip import Clip, read_clip
from pipeline.plan.performer import follow_face
from pipeline.plan.planning import Planning
from pipeline.plan.sources import VOCALS, VOCALS_CLIP
from pipeline.plan.task import Input, Task

Sound = tuple[dict[str, Input], dict[str, Any]]


def plan_sound(planning: Planning, clips: Mapping[str, Clip]) -> Sound:
    """The mux stage's sound inputs and settings.

    Returns:
        inputs by name, and {"entries": [{"input", "start", "offset", "gain_db", "pan"}, ...]}; `start` is where the
        sound begins on its file's clock, `offset` where it begins in the result, in seconds as fractions. No entries:
        silent.
    Raises:
        InputError: the file named as audio.source has no sound.
    """
    audio = planning.manifest.audio
    if audio.source == "none":
        return {}, {"entries": []}
    if audio.source == VOCALS:
        return _vocals(planning)
    if audio.source != "driving":
        if not planning.facts[audio.source]["audio"]:
            file = planning.sources[audio.source].path
            raise InputError("has no sound", file=file, cure="name a file with sound as audio.source")
        entry = _entry("sound0", Fraction(0), audio.offset)
        return {"sound0": planning.sources[audio.source]}, {"entries": [entry]}
    return _driving(planning, clips)


def _driving(planning: Planning, clips: Mapping[str, Clip]) -> Sound:
    """Each clip's own sound; a clip that several performers share sounds once."""
    audio, performers = planning.manifest.audio, planning.manifest.performers
    inputs: dict[str, Input] = {}
    entries: list[dict[str, Any]] = []
    heard: set[tuple[str, Fraction]] = set()
    if audio.mix is None:
        wanted = [(name, 0.0, 0.0) for name in performers]
    else:
        wanted = [(entry.from_, entry.gain_db, entry.pan) for entry in audio.mix]
    for name, gain, pan in wanted:
        clip, file = clips[name], performers[name].driving.video
        if not clip.sounds or (audio.mix is None and (file, clip.start) in heard):
            continue
        heard.add((file, clip.start))
        place = f"sound{len(entries)}"
        inputs[place] = planning.sources[file]
        entries.append(_entry(place, clip.start, audio.offset, clip.heard) | {"gain_db": gain, "pan": pan})
    return inputs, {"entries": entries}


def sound_end(planning: Planning, clips: Mapping[str, Clip]) -> Fraction | None:
    """When the last sound of the result ends, in seconds from the result's beginning; None without sound."""
    audio = planning.manifest.audio
    if audio.source == VOCALS:
        facts = planning.facts[VOCALS_CLIP]
        return read_clip(Driving(video=VOCALS_CLIP), facts, performer="vocals", file=VOCALS_CLIP).length + audio.offset
    if audio.source not in ("driving", "none"):
        ends = [
            Fraction(sound["start"]) + Fraction(sound["duration"]) for sound in planning.facts[audio.source]["audio"]
        ]
        return ends[0] + audio.offset if ends else None
    heard = clips if audio.mix is None else {entry.from_ for entry in audio.mix}
    ends = [clips[name].heard + audio.offset for name in heard if clips[name].sounds]
    return max(ends) if ends and audio.source == "driving" else None


def _vocals(planning: Planning) -> Sound:
    """The sample vocal, sung by the face of the sample clip."""
    driving = Driving(video=VOCALS_CLIP)
    file = planning.sources[VOCALS_CLIP].path
    clip = read_clip(driving, planning.facts[VOCALS_CLIP], performer="vocals", file=file)
    track = follow_face(planning, driving, clip, None)
    frames = clip.frames_at(planning.fps)
    settings = {"start": str(clip.start), "frames": frames, "fps": str(planning.fps)}
    sung = planning.graph.add(Task("vocals", settings, {"faces": track.output}, None, frames))
    return {"sound0": sung.output}, {"entries": [_entry("sound0", Fraction(0), planning.manifest.audio.offset)]}


def _entry(name: str, start: Fraction, offset: Fraction, length: Fraction | None = None) -> dict[str, Any]:
    return {
        "input": name,
        "start": str(start),
        "offset": str(offset),
        "length": None if length is None else str(length),
        "gain_db": 0.0,
        "pan": 0.0,
    }
