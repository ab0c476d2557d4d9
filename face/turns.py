"""Whose turn it is: a performer who is not singing listens, with its mouth shut and its motion damped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from foundation.geometry import Array


def singing_shares(motion: Mapping[str, Any], frames: int) -> Array | None:
    """How much of each frame's singing is taken, (N,) 1 sings, 0 listens; None where all frames sing.

    A voice that sets in finds the face in full motion: it is eased in before each turn, and out after it.

    Args:
        motion: as of engines.base.Engine.prepare; "turns", if there, has `sings`, ranges of frames [start, stop], and
            `ease`, in frames.
    """
    turns = motion.get("turns")
    if turns is None:
        return None
    shares = np.zeros(frames)
    index = np.arange(frames)
    for start, stop in turns["sings"]:
        away = np.maximum(0, np.maximum(start - index, index - (stop - 1)))
        near = np.clip(1 - away / (turns["ease"] + 1), 0, 1)
        np.maximum(shares, near * near * (3 - 2 * near), out=shares)
    return shares


def kept(shares: Array, listening: float | Array) -> Array:
    """How much of a motion is taken of which a listener takes the share `listening`."""
    return shares + (1 - shares) * listening
