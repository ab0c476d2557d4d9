"""Which driving frame the motion is measured from, and how large the driving face is beside the source's."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def hull_area(points: NDArray[np.floating]) -> float:
    """Area of the convex hull of (P, 2) points; 0 where they lie on a line, on one spot, or are not finite."""
    from scipy.spatial import ConvexHull, QhullError  # noqa: PLC0415  (slow to import, for this alone)

    if not np.isfinite(points).all():
        return 0.0
    try:
        return float(ConvexHull(points).volume)  # in the plane, qhull's "volume" is the area
    except QhullError:
        return 0.0


def movement_scale(source: Tensor, initial: Tensor) -> float:
    """How far the source moves when the driving face moves by 1: the root of the ratio of their hulls' areas.

    Args:
        source, initial: (1, 5K, 2) keypoints of the portrait and of the reference driving frame.
    Returns:
        the published scale, or 1.0 where a hull has no area (a driving frame of one colour).
    """
    areas = [hull_area(keypoints[0].double().cpu().numpy()) for keypoints in (source, initial)]
    if min(areas) < 1e-8:
        return 1.0
    return float(np.sqrt(areas[0]) / np.sqrt(areas[1]))


def best_reference(source: Tensor, driving: Iterable[Tensor]) -> int:
    """The driving frame whose keypoints, freed of place and size, are nearest the source's.

    Args:
        source: (1, P, 2), or (P, 2).
        driving: N times (P, 2). Face landmarks or the model's own keypoints.
    Returns:
        0..N-1; the first of equals.
    Raises:
        ValueError: no frames.
    """
    target = _normalised(source.reshape(-1, 2))
    distances = [float(((_normalised(frame) - target) ** 2).sum()) for frame in driving]
    if not distances:
        raise ValueError("no driving frames to choose from")
    return int(np.argmin(distances))


def outward_order(frames: int, best: int) -> list[int]:
    """The order of the published best-frame animation: from `best` to the end, then from before it to the start."""
    return [*range(best, frames), *reversed(range(best))]


def _normalised(points: Tensor) -> Tensor:
    centred = points.double() - points.double().mean(dim=0)
    area = hull_area(centred.cpu().numpy())
    return centred / torch.tensor(area if area > 0 else 1.0).sqrt()
