"""Which frames of a picture the scenes show: no others are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from foundation.times import FrameRange, chunks
from pipeline.plan.planning import Planning, Ranges
from stages.contracts.edit import PlannedScene


def shown_ranges(scenes: Sequence[PlannedScene], picture: str) -> Ranges:
    """The frames of the result in which the edit draws a picture: its scenes, and the transitions out of them."""
    stops = [max(one.range.stop, after.settled) for one, after in pairwise(scenes)] + [scenes[-1].range.stop]
    return tuple(
        FrameRange(scene.range.start, stop)
        for scene, stop in zip(scenes, stops, strict=True)
        if picture in scene.performers
    )


def drawn(planning: Planning, picture: str, frames: int, *, whole: bool = False) -> list[FrameRange]:
    """The chunks of a picture, or of a performer in it, that are drawn, ascending.

    A chunk is drawn whole: scenes that change a little find it again.

    Args:
        frames: how many it moves for; then it stays at the last one.
        whole: all are drawn, seen or not.
    """
    every, last = chunks(frames, planning.manifest.defaults.chunk_frames), frames - 1
    seen = [FrameRange(min(each.start, last), min(each.stop, frames)) for each in planning.shown[picture]]
    return [part for part in every if whole or any(part.meets(each) for each in seen)]
