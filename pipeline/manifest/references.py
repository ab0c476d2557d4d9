"""Mistakes between fields: names that nobody bears, scenes out of order. Works on raw data, so that they are reported
together with the mistakes inside fields."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from foundation.times import exact


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
    return lines + _order(_dicts(data.get("scenes")))


def _order(scenes: list[dict[str, Any]]) -> list[str]:
    """Scenes that do not ascend, or overlap. What is no time is told where it stands."""
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
        return exact(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]
