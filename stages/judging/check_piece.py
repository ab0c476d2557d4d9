"""Decode a piece of a finished video, as stages.judging.check does all of it, and keep what that needs of it."""

from __future__ import annotations

from pathlib import Path

from stages.contract import Report
from stages.contracts.check_piece import Facts, Inputs, Settings
from stages.findings import Watched
from stages.watching import Whole, watch


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Decode it.

    Raises:
        InputError: it cannot be decoded.
    """
    seen = watch(inputs.video, inputs.looks, Whole(settings.frames, settings.fps, settings.piece), out, report)
    seen.save(out / Watched.NAME)
    return Facts(frames=len(seen.light))
