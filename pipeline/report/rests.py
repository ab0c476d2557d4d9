"""When portraits are at rest because their drivers' faces are away."""

from __future__ import annotations

from fractions import Fraction

from foundation.artifacts import ArtifactStore
from pipeline.plan.expand import Plan
from pipeline.plan.task import TaskInput

TOLD = 3
"""Rests that are told one by one."""


def rests(plan: Plan, store: ArtifactStore) -> list[str]:
    """A line for each performer whose driver is away for a while; times as the driving clip's player shows them."""
    lines = []
    for name, performer in plan.performers.items():
        faces = performer.clip.inputs["faces"]
        made = store.find(faces.stage, faces.key) if isinstance(faces, TaskInput) else None
        away = made.facts["away"] if made else []
        if away:
            times = [f"{float(Fraction(since)):.2f} s to {float(Fraction(until)):.2f} s" for since, until in away]
            more = f" and {len(times) - TOLD} more times" if len(times) > TOLD else ""
            lines.append(f"{name}: no face in the clip from {', '.join(times[:TOLD])}{more}; the portrait rests there")
    return lines
