"""Where a picture goes when it is moved, as it tells itself: for engines that do not say where they have moved it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Image

FLOW_SIDE = 128
"""Pixels of the longer side at which motion is looked for: it is evened out over more than what is lost."""
SMOOTH = 0.02
"""Face heights over which it is evened out."""
LEVELS, WINDOW, ROUNDS, NEAR = 4, 13, 3, 5
"""Of the flow: how often that side is halved; pixels over which motion is taken to be one; how often it is looked for
anew; pixels from which a place is told. Found by how far seams are off and tremble: as at twice the side, in a quarter
of the time."""
TURNED = 4
"""Rounds in which a flow is turned round: each leaves a tenth of what was missing where motion is smooth."""

Places = NDArray[np.float32]
"""(h, w, 2) positions in another picture, x and y."""
Flow = NDArray[np.float32]
"""(h, w, 2) how far each pixel goes, x and y, pixels."""


def lightness(image: Image) -> NDArray[np.uint8]:
    """(H, W, 3) -> (h, w) at FLOW_SIDE, or as it is if it is smaller."""
    step = max(1.0, max(image.shape[:2]) / FLOW_SIDE)
    size = max(8, round(image.shape[1] / step)), max(8, round(image.shape[0] / step))
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def flow(before: NDArray[np.uint8], after: NDArray[np.uint8], smooth: float) -> Flow:
    """(h, w, 2) where each pixel of the first picture goes in the second (Farnebäck 2003).

    Flow that is looked for patch by patch is as quick and trembles where a wall is plain.

    Args:
        before, after: (h, w), see `lightness`.
        smooth: pixels over which it is evened out.
    """
    gone = cv2.calcOpticalFlowFarneback(before, after, None, 0.5, LEVELS, WINDOW, ROUNDS, NEAR, 0.22 * NEAR, 0)
    return np.asarray(cv2.GaussianBlur(gone, (0, 0), max(0.3, smooth)), np.float32)


def back(forth: Flow, here: Places) -> Flow:
    """(h, w, 2) the way back from where a smooth flow leads: each pixel of the second picture to the first.

    Args:
        forth: (h, w, 2).
        here: (h, w, 2), see `pixels`.
    """
    come = -forth
    for _ in range(TURNED):
        come = -sampled(forth, cv2.add(here, come))
    return come


def sampled(field: Flow, at: Places) -> Flow:
    """(h, w, 2) a flow at other places."""
    return np.asarray(cv2.remap(field, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def pixels(shape: tuple[int, ...]) -> Places:
    """(h, w, 2) where each pixel of a picture of (h, w) is."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.stack([x, y], axis=2)


def places(still: Image, moved: Image, height: float) -> Places:
    """(H, W, 2) where each pixel of a moved picture comes from.

    Args:
        still: (H, W, 3).
        moved: (H, W, 3) the same, moved.
        height: of the face, pixels.
    """
    rows, columns = still.shape[:2]
    before, after = lightness(still), lightness(moved)
    come = flow(after, before, SMOOTH * height * before.shape[0] / rows)
    come *= np.array([columns / before.shape[1], rows / before.shape[0]], np.float32)
    return pixels((rows, columns)) + np.asarray(cv2.resize(come, (columns, rows)), np.float32)


def carried(mask: NDArray[np.uint8], come: Places) -> NDArray[np.uint8]:
    """(H, W) a mask of the still picture as it lies in the moved one; `come`: see `places`."""
    return np.asarray(cv2.remap(mask, come, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
