"""When portraits are at rest because their drivers' faces are away."""

from __future__ import annotations

from foundation.artifacts import ArtifactStore
from pipeline.plan.expand import Plan
from pipeline.plan.made import facts_of
from stages.contracts import faces

TOLD = 3
"""Rests that are told one by one."""


def rests(plan: Plan, store: ArtifactStore) -> list[str]:
    """A line for each performer whose driver is away for a while; times as the driving clip's player shows them."""
    lines = []
    for name, performer in plan.performers.items():
        followed = performer.clip.faces
        made = store.find(followed.stage, followed.key)
        away = facts_of(faces.CONTRACT, made).away if made else ()
        if away:
            times = [f"{float(rest.since):.2f} s to {float(rest.until):.2f} s" for rest in away]
            more = f" and {len(times) - TOLD} more times" if len(times) > TOLD else ""
            lines.append(f"{name}: no face in the clip from {', '.join(times[:TOLD])}{more}; the portrait rests there")
    return lines
