"""A face's motion as rows of numbers, one a frame, for what keeps numbers and knows no networks."""

from __future__ import annotations

import torch
from torch import Tensor

from liveportrait.driving import Ratios
from liveportrait.info import POINTS, MotionInfo

WIDTHS = (9, 3 * POINTS, 1, 3, 3 * POINTS)
"""Of rotation, expression, scale, place and canonical keypoints, as MotionInfo has them."""
MOTION, RATIOS = sum(WIDTHS), 3
"""Numbers of a row; and of the ratios of two eyes and the lips, which may follow."""


def packed(motion: MotionInfo, ratios: Ratios | None) -> Tensor:
    """(N, MOTION) float32, or with ratios (N, MOTION + RATIOS)."""
    parts = [motion.rotation, motion.exp, motion.scale, motion.t, motion.kp]
    parts += [] if ratios is None else [ratios.eyes, ratios.lips]
    return torch.cat([part.float().reshape(len(motion), -1) for part in parts], dim=1)


def unpacked(rows: Tensor) -> tuple[MotionInfo, Ratios | None]:
    """What `packed` packed, bit for bit.

    Raises: ValueError for rows of another width.
    """
    if rows.dim() != 2 or rows.shape[1] not in (MOTION, MOTION + RATIOS):
        raise ValueError(f"rows of {MOTION} or {MOTION + RATIOS} numbers, not of shape {tuple(rows.shape)}")
    count = len(rows)
    turn, exp, scale, t, kp = torch.split(rows[:, :MOTION], list(WIDTHS), dim=1)
    points = (count, POINTS, 3)
    motion = MotionInfo(turn.reshape(count, 3, 3), exp.reshape(points), scale, t, kp.reshape(points))
    more = rows[:, MOTION:]
    return motion, Ratios(more[:, :2], more[:, 2:]) if more.shape[1] else None
