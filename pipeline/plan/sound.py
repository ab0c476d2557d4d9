"""Which sounds go into the result: each performer's clip, a file, or a vocal sung from a face."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from foundation.errors import InputError, ManifestError
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
        inputs by name, and {"entries": [...], "stems": [{"name", "entries"}, ...], "loudness"}. An entry is {"input",
        "start", "offset", "length", "gain_db", "pan", "fade_in", "fade_out"}; `start` is where the sound begins on its
        file's clock, `offset` where it begins in the result, in seconds as fractions. No entries: silent.
    Raises:
        InputError: the file named as audio.source has no sound.
        ManifestError: audio.trim leaves nothing of it.
    """
    audio = planning.manifest.audio
    inputs: dict[str, Input] = {}
    entries: list[dict[str, Any]] = []
    stems: list[dict[str, Any]] = []
    if audio.source == VOCALS:
        inputs, entries = _vocals(planning)
    elif audio.source not in ("driving", "none"):
        inputs, entries = _file(planning)
    elif audio.source == "driving":
        inputs, entries = _driving(planning, clips)
        stems = _stems(planning, clips, inputs) if audio.stems else []
    return inputs, {"entries": entries, "stems": stems, "loudness": audio.loudness_lufs if entries else None}


def _file(planning: Planning) -> tuple[dict[str, Input], list[dict[str, Any]]]:
    """A file, or the part of it that is asked for."""
    audio = planning.manifest.audio
    source = planning.sources[audio.source]
    streams = planning.facts[audio.source]["audio"]
    if not streams:
        raise InputError("has no sound", file=source.path, cure="name a file with sound as audio.source")
    number = _chosen(planning)
    if audio.trim is None:
        return {"sound0": source}, [_entry(planning, "sound0", Fraction(0)) | {"stream": number}]
    end = sound_stop(streams[number])
    if audio.trim.start >= end:
        problem = f"audio.trim.start is {float(audio.trim.start):g} s, but the sound ends after {float(end):.2f} s"
        raise ManifestError(problem, file=source.path, cure="choose an earlier start")
    length = None if audio.trim.end is None else audio.trim.end - audio.trim.start
    return {"sound0": source}, [_entry(planning, "sound0", audio.trim.start, length) | {"stream": number}]


def _chosen(planning: Planning) -> int:
    """The place of audio.track among the tracks that the probe tells of, the first where none is asked for.

    Raises: ManifestError if the file has no such track that can be decoded.
    """
    audio = planning.manifest.audio
    tracks = [each.get("track", 0) + 1 for each in planning.facts[audio.source]["audio"]]
    if audio.track is None or audio.track in tracks:
        return 0 if audio.track is None else tracks.index(audio.track)
    cure = f"choose {' or '.join(map(str, sorted(tracks)))}"
    path = planning.sources[audio.source].path
    raise ManifestError(f"audio.track is {audio.track}, and there is no such sound track", file=path, cure=cure)


def _driving(planning: Planning, clips: Mapping[str, Clip]) -> tuple[dict[str, Input], list[dict[str, Any]]]:
    """Each clip's own sound; a clip that several performers share sounds once."""
    performers = planning.manifest.performers
    inputs: dict[str, Input] = {}
    entries: list[dict[str, Any]] = []
    heard: set[tuple[str, Fraction]] = set()
    for name, levels in _wanted(planning):
        clip, file = clips[name], performers[name].driving.video
        if not clip.sounds or (planning.manifest.audio.mix is None and (file, clip.start) in heard):
            continue
        heard.add((file, clip.start))
        place = _place(inputs, planning.sources[file])
        entries.append(_entry(planning, place, clip.start, clip.heard) | levels)
    return inputs, entries


def _stems(planning: Planning, clips: Mapping[str, Clip], inputs: dict[str, Input]) -> list[dict[str, Any]]:
    """Each performer's sound alone, as it goes into the mix; `inputs` gets what is not there yet."""
    stems = []
    for name, levels in _wanted(planning):
        clip, file = clips[name], planning.manifest.performers[name].driving.video
        if clip.sounds:
            place = _place(inputs, planning.sources[file])
            entry = _entry(planning, place, clip.start, clip.heard) | levels
            stems.append({"name": name, "entries": [entry]})
    return stems


def _wanted(planning: Planning) -> list[tuple[str, dict[str, float]]]:
    """Who is heard, and how loud and where."""
    audio = planning.manifest.audio
    if audio.mix is None:
        return [(name, {}) for name in planning.manifest.performers]
    return [(entry.from_, {"gain_db": entry.gain_db, "pan": entry.pan}) for entry in audio.mix]


def _place(inputs: dict[str, Input], source: Input) -> str:
    """The input's name for a file, the same for the same file."""
    for name, given in inputs.items():
        if given == source:
            return name
    name = f"sound{len(inputs)}"
    inputs[name] = source
    return name


def told_tracks(planning: Planning) -> list[str]:
    """A notice for every file with several sound tracks: which of them is heard."""
    source = planning.manifest.audio.source
    files = [one.driving.video for one in planning.manifest.performers.values()] if source == "driving" else [source]
    notices = []
    for written in dict.fromkeys(files):
        tracks = planning.facts[written]["audio"] if written in planning.facts else []
        asked = planning.manifest.audio.track is not None
        if not asked and (len(tracks) > 1 or (tracks and tracks[0].get("track"))):
            number = tracks[0]["track"] + 1
            cure = "audio.source and audio.track choose another"
            notices.append(f"{written}: of several sound tracks, number {number} is heard ({cure})")
    return notices


def sound_end(planning: Planning, clips: Mapping[str, Clip]) -> Fraction | None:
    """When the last sound of the result ends, in seconds from the result's beginning; None without sound."""
    audio = planning.manifest.audio
    if audio.source == VOCALS:
        facts = planning.facts[VOCALS_CLIP]
        sung = read_clip(Driving(video=VOCALS_CLIP), facts, performer="vocals", file=VOCALS_CLIP).length
        return _trimmed(planning, sung) + audio.offset
    if audio.source not in ("driving", "none"):
        whole = planning.facts[audio.source]["audio"]
        return _trimmed(planning, sound_stop(whole[_chosen(planning)])) + audio.offset if whole else None
    heard = clips if audio.mix is None else {entry.from_ for entry in audio.mix}
    ends = [clips[name].heard + audio.offset for name in heard if clips[name].sounds]
    return max(ends) if ends and audio.source == "driving" else None


def sound_stop(stream: Mapping[str, Any]) -> Fraction:
    """When an audio stream ends on its file's clock, seconds."""
    return Fraction(stream["start"]) + Fraction(stream["duration"])


def _trimmed(planning: Planning, end: Fraction) -> Fraction:
    """How long a sound that ends at `end` on its file's clock is heard."""
    trim = planning.manifest.audio.trim
    return end if trim is None else (end if trim.end is None else min(end, trim.end)) - trim.start


def _vocals(planning: Planning) -> tuple[dict[str, Input], list[dict[str, Any]]]:
    """The sample vocal, sung by the face of the sample clip."""
    audio, driving = planning.manifest.audio, Driving(video=VOCALS_CLIP)
    file = planning.sources[VOCALS_CLIP].path
    clip = read_clip(driving, planning.facts[VOCALS_CLIP], performer="vocals", file=file)
    track = follow_face(planning, driving, clip, None)
    frames = clip.frames_at(planning.fps)
    settings = {"start": str(clip.start), "frames": frames, "fps": str(planning.fps)}
    sung = planning.graph.add(Task("sample_vocals", settings, {"faces": track.output}, None, frames))
    start, end = (audio.trim.start, audio.trim.end) if audio.trim else (Fraction(0), None)
    return {"sound0": sung.output}, [_entry(planning, "sound0", start, None if end is None else end - start)]


def _entry(planning: Planning, name: str, start: Fraction, length: Fraction | None = None) -> dict[str, Any]:
    audio = planning.manifest.audio
    return entry(name, start, length) | {
        "offset": str(audio.offset),
        "fade_in": str(audio.fade_in),
        "fade_out": str(audio.fade_out),
    }


def entry(name: str, start: Fraction, length: Fraction | None = None) -> dict[str, Any]:
    """One sound of the result, as it is: from `start` on its file's clock, for `length` seconds or to its end."""
    return {
        "input": name,
        "stream": 0,
        "start": str(start),
        "offset": "0",
        "length": None if length is None else str(length),
        "gain_db": 0.0,
        "pan": 0.0,
        "fade_in": "0",
        "fade_out": "0",
    }
