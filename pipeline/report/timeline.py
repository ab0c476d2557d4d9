"""What is where on the result's timeline, in frames: scenes, and the words that are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import pysubs2

from foundation.artifacts import ArtifactStore
from pipeline.plan.expand import Plan
from stages.artifacts import Scripts


@dataclass(frozen=True)
class Shown:
    """What is shown from frame `start` up to, not including, `stop`."""

    start: int
    stop: int
    text: str


def scenes(plan: Plan) -> list[Shown]:
    """Every scene, gaps included: its layout, and who is in it."""
    return [
        Shown(
            each.range.start, each.range.stop, f"{each.layout}: {', '.join(each.performers)}" if each.performers else ""
        )
        for each in plan.timeline.scenes
    ]


def words(plan: Plan, store: ArtifactStore) -> list[Shown]:
    """Every line of the lyrics and every title; nothing if their artifact is gone."""
    task = next((task for task in plan.graph if task.stage == "subtitles"), None)
    made = store.find(task.stage, task.key) if task else None
    if made is None or not (made.folder / Scripts.NAME).is_file():
        return []
    script = pysubs2.load(str(made.folder / Scripts.NAME), encoding="utf-8")
    found = {
        Shown(
            _frame(line.start, plan.fps), min(plan.frames, _frame(line.end, plan.fps)), " ".join(line.plaintext.split())
        )
        for line in script
        if not line.is_comment and line.plaintext.strip()
    }
    return sorted((line for line in found if line.start < plan.frames), key=lambda line: (line.start, line.text))


def _frame(milliseconds: int, fps: Fraction) -> int:
    """The first frame that appears then or later."""
    return ceil(Fraction(milliseconds, 1000) * fps)
