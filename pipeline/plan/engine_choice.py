"""Which engine animates a performer, and why, in one line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineChoice:
    name: str
    reason: str


def choose_engine(wanted: str) -> EngineChoice:
    """The engine for what the manifest says: a name, or "auto"."""
    if wanted == "auto":
        return EngineChoice("landmark_tps", "auto: it needs no trained motion weights")
    return EngineChoice(wanted, "the manifest names it")
