"""Mistakes between fields: names that nobody bears, scenes out of order. Works on raw data, so that they are reported
together with the mistakes inside fields."""

from __future__ import annotations

from typing import Any


def dangling(data: dict[str, Any]) -> list[str]:
    """One line for each mention of a performer that does not exist, and for scenes that do not ascend."""
    performers = data.get("performers")
    if not isinstance(performers, dict):
        return []
    mentions = [
        (f"scenes.{n}.performers", name)
        for n, scene in enumerate(_dicts(data.get("scenes")))
        for name in _list(scene.get("performers"))
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
    starts = [scene.get("start", 0) for scene in _dicts(data.get("scenes"))]
    numbers = [start for start in starts if isinstance(start, int | float)]
    if numbers != sorted(set(numbers)):
        lines.append("scenes: each scene must start later than the one before it (sort them by start)")
    return lines


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]
