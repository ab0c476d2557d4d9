"""What is uncertain about drivers: the face is away, something is in front of the mouth, words are not heard."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.artifacts import ArtifactStore
from pipeline.plan.expand import Plan
from pipeline.plan.made import facts_of
from stages.artifacts import Phones
from stages.contracts import faces, normalize, phones
from stages.contracts.shared import TimeSpan

TOLD = 3
"""Times that are told one by one."""


def lapses(plan: Plan, store: ArtifactStore) -> list[str]:
    """A line for each performer and kind; times as the driving clip's player shows them."""
    lines = []
    for name, performer in plan.performers.items():
        followed, clip = performer.clip.faces, performer.clip.clip
        if followed is None:
            made_up = performer.clip.made_up
            lines += _unsure(name, made_up.phones if made_up else None, store)
            continue
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


def _unsure(name: str, sung: Phones | None, store: ArtifactStore) -> list[str]:
    """What of its words is not sung for certain."""
    made = None if sung is None else store.find(sung.stage, sung.key)
    if made is None:
        return []
    told, lines = facts_of(phones.CONTRACT, made), []
    guessed = [line for line in told.lines if line.confidence < TRUSTED]
    if guessed:
        times = ", ".join(f"{line.start:.2f} s" for line in guessed[:TOLD])
        more = f" and {len(guessed) - TOLD} more" if len(guessed) > TOLD else ""
        where = f"of {len(told.lines)} lines, {len(guessed)} were not found in the sound (from {times}{more})"
        lines.append(f"{name}: {where}: they are sung where their times, or the lines around, put them")
    for what, words in (("spelt by rule", told.by_rule), ("not said", told.unsaid)):
        if words:
            lines.append(f"{name}: {what}: {', '.join(words)}")
    return lines


TRUSTED = 0.5
"""Confidence from which a line counts as found, as in speech.alignment."""


def _times(found: Sequence[TimeSpan]) -> str:
    times = [f"{float(span.since):.2f} s to {float(span.until):.2f} s" for span in found]
    more = f" and {len(times) - TOLD} more times" if len(times) > TOLD else ""
    return ", ".join(times[:TOLD]) + more
