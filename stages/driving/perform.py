"""A driver made up from a voice and its words: mouth, head, brows, lids and gaze, as landmarks and nothing else.

Writes what normalize writes of a clip, without FRAMES: track/ and shots.json. Frame 0 is a face at rest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.shots import Shot, save_shots
from speech.acoustic import RATE
from speech.alignment import AlignedLine
from speech.curves import mouth
from speech.filmed import motion_of
from speech.loudness import Curve, loudness
from speech.motion import Look, Motion, at_rest, motion
from speech.performance import SIZE, Mood, perform
from speech.phones import Phone
from speech.timing import sequence
from speech.wordless import free_phones, wordless_mouth
from stages.contract import Report
from stages.contracts.perform import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Make it up."""
    fps, frames, how = float(settings.fps), settings.frames, settings
    seconds = frames / fps
    samples = _in_place(inputs.voice.heard().samples, float(how.delay), seconds)
    level = loudness(samples)
    lines = [] if inputs.phones is None else _own(inputs.phones.alignment().lines, settings)
    if inputs.phones is None:
        said = free_phones(samples)
        lips = wordless_mouth(samples, level, seconds, sung=how.sung, energy=how.energy, fps=fps)
    else:
        said = _later(sequence([line.phones for line in lines]), float(how.delay), seconds)
        lips = mouth(said, level, seconds, sung=how.sung, energy=how.energy, fps=fps)
    made = perform(lips, _motion(settings, inputs, said, level), fps, frames, mood=Mood(how.mood))
    made.track.save(out / "track")
    save_shots(out / "shots.json", [Shot(0, frames, seen=True)])
    report(frames, frames)
    return Facts(frames=frames, size=(SIZE, SIZE), lines=len(lines))


def _motion(settings: Settings, inputs: Inputs, said: list[Phone], level: Curve) -> Motion:
    how, fps = settings, float(settings.fps)
    seconds = how.frames / fps
    if how.mouth_alone:
        return at_rest(seconds)
    if inputs.filmed is not None:
        return motion_of(inputs.filmed.track(), fps, seconds, head=how.head, energy=how.energy)
    looks = [Look(float(one.since), float(one.until), (one.right, 0.0)) for one in how.glances]
    return motion(said, level, seconds, seed=how.seed, head=how.head, energy=how.energy, looks=looks)


def _in_place(samples: NDArray[np.float32], delay: float, seconds: float) -> NDArray[np.float32]:
    """A voice that begins `delay` seconds into a result, from its beginning to its end; silence around it."""
    before = round(delay * RATE)
    late = samples[max(0, -before) :]
    whole = np.zeros(round(seconds * RATE), np.float32)
    part = whole[max(0, before) :]
    part[: len(late)] = late[: len(part)]
    return whole


def _own(lines: tuple[AlignedLine, ...], settings: Settings) -> list[AlignedLine]:
    """The lines that are this singer's, and lie in the frames in which it sings."""

    def its(line: AlignedLine) -> bool:
        named = not line.line.singers or settings.singer is None or settings.singer in line.line.singers
        at = ((line.start + line.end) / 2 + float(settings.delay)) * float(settings.fps)
        return named and (settings.sings is None or any(turn.start <= at < turn.stop for turn in settings.sings))

    return [line for line in lines if its(line)]


def _later(phones: list[Phone], delay: float, seconds: float) -> list[Phone]:
    """The phones in the result's time, those outside of it left out."""
    return [phone for phone in (one.later(delay) for one in phones) if phone.end > 0 and phone.start < seconds]
