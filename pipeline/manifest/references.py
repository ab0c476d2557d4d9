"""Mistakes between fields: names that nobody bears, scenes out of order. Works on raw data, so that they are reported
together with the mistakes inside fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from foundation.names import composed
from foundation.timecode import clock
from foundation.times import exact
from pipeline.manifest.parts.singing import THE_AUDIO, THE_LYRICS
from pipeline.manifest.paths import NO_SONG


def one_form(data: dict[str, object]) -> dict[str, object]:
    """The manifest with its performers' names composed wherever they stand; as it is where that would make two one."""
    performers, audio, scenes = data.get("performers"), data.get("audio"), data.get("scenes")
    if not isinstance(performers, dict) or len({_composed(name) for name in performers}) < len(performers):
        return data
    data = data | {"performers": {_composed(name): performer for name, performer in performers.items()}}
    if isinstance(scenes, list):
        data["scenes"] = [_composed_in(scene, "performers", "sings") for scene in scenes]
    if isinstance(audio, dict) and isinstance(audio.get("mix"), list):
        data["audio"] = audio | {"mix": [_composed_in(entry, "from") for entry in audio["mix"]]}
    return data


def _composed_in(value: object, *fields: str) -> object:
    """A mapping with the names in some of its fields composed; whatever else it is, as it is."""
    if not isinstance(value, dict):
        return value
    return value | {field: _composed(value[field]) for field in fields if field in value}


def _composed(value: object) -> object:
    if isinstance(value, list):
        return [_composed(each) for each in value]
    return composed(value) if isinstance(value, str) else value


def dangling(data: dict[str, Any]) -> list[str]:
    """One line for each mention of a performer that does not exist, and for scenes that do not ascend."""
    performers = data.get("performers")
    if not isinstance(performers, dict):
        return []
    mentions = [
        (f"scenes.{n}.{field}", name)
        for n, scene in enumerate(_dicts(data.get("scenes")))
        for field in ("performers", "sings")
        for name in _list(scene.get(field))
    ]
    audio = data.get("audio")
    mix = _dicts(audio.get("mix")) if isinstance(audio, dict) else []
    mentions += [(f"audio.mix.{n}.from", entry["from"]) for n, entry in enumerate(mix) if "from" in entry]
    names = ", ".join(map(str, performers))
    lines = [
        f"{where}: no performer is called {name!r} (use one of: {names})"
        for where, name in mentions
        if isinstance(name, str) and name not in performers
    ]
    heard = [name for where, name in mentions if where.startswith("audio.mix.") and isinstance(name, str)]
    lines += [
        f"audio.mix: {name!r} stands there {count} times (name each performer once)"
        for name, count in Counter(heard).items()
        if count > 1
    ]
    return lines + _order(_dicts(data.get("scenes")))


def performances(data: Mapping[str, object]) -> list[str]:
    """One line for each performer who has nothing to follow or to sing, or too much, or whose song is not named."""
    performers, audio = data.get("performers"), data.get("audio")
    lines = []
    for name, performer in performers.items() if isinstance(performers, dict) else ():
        if not isinstance(performer, dict):
            continue
        driven, singing = performer.get("driving") is not None, performer.get("singing")
        if singing is None:
            lines += [] if driven else [f"performers.{name}.driving: is missing (add it, or singing)"]
            continue
        if driven:
            cure = "remove one of them, or name the clip as singing.performance"
            lines.append(f"performers.{name}.singing: cannot go with driving ({cure})")
        if isinstance(singing, dict):
            source = audio.get("source", "driving") if isinstance(audio, dict) else "driving"
            lines += _unnamed(f"performers.{name}.singing", singing, source, lyrics=data.get("lyrics") is not None)
    return lines


def _unnamed(where: str, singing: Mapping[str, object], source: object, *, lyrics: bool) -> list[str]:
    """Sound and words that are the manifest's, which has none."""
    lines = []
    if singing.get("sound", THE_AUDIO) == THE_AUDIO and source in NO_SONG:
        lines.append(f"{where}.sound: audio.source is {source}, which is no song (name one there, or a file here)")
    if singing.get("words", THE_LYRICS) == THE_LYRICS and not lyrics:
        cure = "add lyrics: FILE, name the words here, or null where they are not known"
        lines.append(f"{where}.words: there are no lyrics ({cure})")
    return lines


def _order(scenes: list[dict[str, Any]]) -> list[str]:
    """Scenes that do not ascend, or overlap. What is no time is reported where it stands."""
    starts = [_time(scene.get("start", 0)) for scene in scenes]
    if any(a is not None and b is not None and a >= b for a, b in pairwise(starts)):
        return ["scenes: each scene must start later than the one before it (sort them by start)"]
    lines = []
    for number, (scene, then) in enumerate(zip(scenes, starts[1:], strict=False)):
        end = _time(scene.get("end"))
        if end is not None and then is not None and end > then:
            told = f"scenes.{number} ends at {float(end):g} s, after scenes.{number + 1} begins at {float(then):g} s"
            lines.append(f"{told}: they overlap (end it earlier, or leave end out)")
    return lines


def _time(value: Any) -> Fraction | None:
    try:
        told = clock(value) if isinstance(value, str) else None
        return exact(value) if told is None else told
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]
