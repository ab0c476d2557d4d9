"""What is uncertain about drivers: the face is away, something is in front of the mouth, words are not heard."""

from __future__ import annotations

from collections.abc import Sequence

from foundation.artifacts import ArtifactStore
from pipeline.plan.driving import MadeUp
from pipeline.plan.expand import Plan
from pipeline.plan.made import facts_of
from stages.contracts import faces, normalize, phones, voice
from stages.contracts.shared import TimeSpan

TOLD = 3
"""Times that are listed one by one."""


def lapses(plan: Plan, store: ArtifactStore) -> list[str]:
    """A line for each performer and kind; times as the driving clip's player shows them."""
    lines = []
    for name, performer in plan.performers.items():
        followed, clip = performer.clip.faces, performer.clip.clip
        if followed is None:
            lines += _unsure(name, performer.clip.made_up, store)
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


def _unsure(name: str, made_up: MadeUp | None, store: ArtifactStore) -> list[str]:
    """What of its words is not sung for certain."""
    sung = made_up.phones if made_up else None
    made = None if sung is None else store.find(sung.stage, sung.key)
    if made is None or made_up is None:
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
    return lines + _few(name, made_up, store, told)


TRUSTED = 0.5
"""Confidence from which a line counts as found, as in speech.alignment."""


def _few(name: str, made_up: MadeUp, store: ArtifactStore, told: phones.Facts) -> list[str]:
    """Words for a small part of a song are perhaps not all."""
    heard = store.find(made_up.voice.stage, made_up.voice.key)
    seconds = facts_of(voice.CONTRACT, heard).seconds if heard else 0.0
    sung = sum(line.end - line.start for line in told.lines)
    few = f"{name}: the words last {sung:.1f} s of {seconds:.1f} s of sound: are they all there?"
    return [few] if sung < FEW * seconds else []


FEW = 0.1
"""Share of the sound that words last at least, or it is told."""


def _times(found: Sequence[TimeSpan]) -> str:
    times = [f"{float(span.since):.2f} s to {float(span.until):.2f} s" for span in found]
    more = f" and {len(times) - TOLD} more times" if len(times) > TOLD else ""
    return ", ".join(times[:TOLD]) + more
