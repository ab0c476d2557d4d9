"""Which driving frame the motion is measured from."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Array


def most_alike(source: NDArray[np.floating], shapes: Iterable[NDArray[np.floating]]) -> int:
    """The shape that, freed of place and size, is nearest the source's, as the published demo's --find_best_frame does.

    Size is the root of the area of the convex hull.

    Args:
        source: (P, 2) landmarks.
        shapes: N times (P, 2).
    Returns:
        0..N-1; the first of equals.
    Raises:
        ValueError: there are no shapes.
    """
    target = _freed(source)
    return int(np.argmin([((_freed(shape) - target) ** 2).sum() for shape in shapes]))


def _freed(points: NDArray[np.floating]) -> Array:
    from scipy.spatial import ConvexHull, QhullError  # noqa: PLC0415  (slow to import, for this alone)

    centred = np.asarray(points, np.float64) - np.asarray(points, np.float64).mean(axis=0)
    try:
        area = float(ConvexHull(centred).volume)  # in the plane, qhull's "volume" is the area
    except (QhullError, ValueError):  # all on one line, or not finite
        area = 0.0
    freed: Array = centred / np.sqrt(area if area > 0 else 1.0)
    return freed
