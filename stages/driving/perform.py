"""A driver made up from a voice and its words: mouth, head, brows, lids and gaze, as landmarks and nothing else.

Writes what normalize writes of a clip, without FRAMES: track/ and shots.json. Frame 0 is a face at rest.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from foundation.shots import Shot, save_shots
from speech.alignment import Alignment
from speech.curves import mouth
from speech.filmed import motion_of
from speech.loudness import Curve, loudness
from speech.motion import Look, Motion, at_rest, motion
from speech.performance import SIZE, Mood, perform
from speech.phones import Phone
from speech.wordless import free_phones, wordless_mouth
from stages.contract import Report
from stages.contracts.perform import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Make it up."""
    fps, frames, how = float(settings.fps), settings.frames, settings
    seconds, lines = frames / fps, 0
    samples = inputs.voice.heard().placed(float(how.part.delay), seconds)
    level = loudness(samples)
    if inputs.phones is None:
        said = free_phones(samples)
        lips = wordless_mouth(said, level, seconds, sung=how.sung, energy=how.energy, fps=fps)
    else:
        alignment = inputs.phones.alignment()
        lines, said = len(how.part.lines(alignment, how.fps)), how.part.phones(alignment, how.fps, seconds)
        lips = mouth(said, level, seconds, sung=how.sung, energy=how.energy, fps=fps)
    moves = _motion(settings, inputs, said, level)
    made = perform(lips, moves, fps, frames, mood=Mood(how.mood), mouth_alone=how.mouth_alone)
    made.track.save(out / "track")
    save_shots(out / "shots.json", [Shot(0, frames, seen=True)])
    report(frames, frames)
    return Facts(frames=frames, size=(SIZE, SIZE), lines=lines)


def _motion(settings: Settings, inputs: Inputs, said: list[Phone], level: Curve) -> Motion:
    how, fps = settings, float(settings.fps)
    seconds = how.frames / fps
    if how.mouth_alone:
        return at_rest(seconds)
    if inputs.filmed is not None:
        return motion_of(inputs.filmed.track(), fps, seconds, head=how.head, energy=how.energy)
    looks = [] if inputs.phones is None else _looks(settings, inputs.phones.alignment())
    return motion(said, level, seconds, seed=how.seed, head=how.head, energy=how.energy, looks=looks)


def _looks(settings: Settings, alignment: Alignment) -> list[Look]:
    """At each partner, while it sings lines that are not the singer's own, a little before and until their end."""
    fps, delay = float(settings.fps), float(settings.part.delay)
    own = settings.part.lines(alignment, settings.fps)
    found = []
    for partner in settings.partners:
        theirs = replace(settings.part, singer=settings.part.singer and partner.name, turns=partner.turns)
        for line in theirs.lines(alignment, settings.fps):
            start = max(line.start + delay - EARLY, partner.seen.start / fps)
            end = min(line.end + delay, partner.seen.stop / fps)
            if line not in own and start < end:
                found.append(Look(start, end, (partner.right, partner.down)))
    return found


EARLY = 0.3
"""Seconds before somebody sings in which who listens turns there."""
