"""When drivers show less than a face: it is away, or something is in front of the mouth."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.artifacts import ArtifactStore
from pipeline.plan.expand import Plan
from pipeline.plan.made import facts_of
from stages.contracts import faces, normalize
from stages.contracts.shared import TimeSpan

TOLD = 3
"""Times that are told one by one."""


def lapses(plan: Plan, store: ArtifactStore) -> list[str]:
    """A line for each performer and kind; times as the driving clip's player shows them."""
    lines = []
    for name, performer in plan.performers.items():
        followed, clip = performer.clip.faces, performer.clip.clip
        made = store.find(followed.stage, followed.key)
        away = facts_of(faces.CONTRACT, made).away if made else ()
        if away:
            lines.append(f"{name}: no face in the clip from {_times(away)}; the portrait rests there")
        written = store.find(clip.stage, clip.key)
        hidden = facts_of(normalize.CONTRACT, written).hidden if written else ()
        if hidden:
            seconds = sum(float(span.until - span.since) for span in hidden)
            told = f"{seconds:.2f} s, from {_times(hidden)}"
            lines.append(f"{name}: something hides the mouth in the clip for {told}; what it does there is made up")
    return lines


def _times(found: Sequence[TimeSpan]) -> str:
    times = [f"{float(span.since):.2f} s to {float(span.until):.2f} s" for span in found]
    more = f" and {len(times) - TOLD} more times" if len(times) > TOLD else ""
    return ", ".join(times[:TOLD]) + more
