"""Where a person goes, as its moved picture tells: for engines that do not say where they have moved it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Image

FLOW_SIDE = 256
"""Pixels of the longer side at which motion is looked for."""
SMOOTH = 0.02
"""Face heights over which it is evened out."""

Places = NDArray[np.float32]


def places(still: Image, moved: Image, height: float) -> Places:
    """(H, W, 2) where each pixel of a moved picture comes from, x and y, by optical flow (Farnebäck 2003).

    Args:
        still: (H, W, 3).
        moved: (H, W, 3) the same, moved.
        height: of the face, pixels.
    """
    rows, columns = still.shape[:2]
    step = max(1.0, max(rows, columns) / FLOW_SIDE)
    size = max(8, round(columns / step)), max(8, round(rows / step))
    before, after = (
        cv2.cvtColor(cv2.resize(each, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
        for each in (still, moved)
    )
    flow = cv2.calcOpticalFlowFarneback(after, before, None, 0.5, 4, 21, 3, 7, 1.5, 0)
    flow = cv2.GaussianBlur(flow, (0, 0), max(0.3, SMOOTH * height / step))
    flow *= np.array([columns / size[0], rows / size[1]], np.float32)
    come = cv2.resize(flow, (columns, rows), interpolation=cv2.INTER_LINEAR)
    come[:, :, 0] += np.arange(columns, dtype=np.float32)
    come[:, :, 1] += np.arange(rows, dtype=np.float32)[:, None]
    return np.asarray(come, np.float32)


def carried(mask: NDArray[np.uint8], come: Places) -> NDArray[np.uint8]:
    """(H, W) a mask of the still picture as it lies in the moved one; `come`: see `places`."""
    return np.asarray(cv2.remap(mask, come, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
