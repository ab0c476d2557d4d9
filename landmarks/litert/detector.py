"""BlazeFace, short range (Bazarevsky et al., 2019): faces of about a fifth of the picture's side and up."""

from __future__ import annotations

import cv2
import numpy as np

from foundation.geometry import Array
from landmarks.base import Image
from landmarks.litert.network import Floats, Network
from landmarks.litert.regions import sampled_whole

SIDE = 128
CONFIDENCE = 0.5
"""The least score of a face."""
_LAYERS = ((16, 2), (8, 6))
"""Cells along a side, and boxes that each proposes."""
_POINTS = 8
"""Pairs of numbers in an output row: the box's middle, its size, and six points, the right and left eye first."""


def _anchors() -> Floats:
    """(896, 2): the middles of the cells that the output rows belong to, 0..1."""
    rows = []
    for cells, boxes in _LAYERS:
        middles = (np.arange(cells, dtype=np.float32) + np.float32(0.5)) / np.float32(cells)
        rows.append(np.repeat(np.stack(np.meshgrid(middles, middles), -1).reshape(-1, 2), boxes, axis=0))
    return np.concatenate(rows)


_ANCHORS = _anchors()


class Detector:
    """Remembers nothing; any number of threads may use it."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(self, image: Image, shared: float) -> Array:
        """(N, 17), the surest first: x0, y0, x1, y1 (brows to chin, ear to ear), x and y of six points, pixels, and
        the score, CONFIDENCE..1.

        Args:
            shared: boxes that share more of their union are one face. MediaPipe's FaceLandmarker takes 0.5, its
                FaceDetector 0.3.
        """
        height, width = image.shape[:2]
        whole = max(width, height)
        shown = sampled_whole(image, SIDE, cv2.BORDER_CONSTANT)
        raw, logits = self._network((shown * np.float32(2 / 255) - np.float32(1))[None])
        scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0].astype(np.float64), -100, 100)))
        kept = np.flatnonzero(scores >= CONFIDENCE)
        rows = raw[0, kept].reshape(-1, _POINTS, 2).astype(np.float64) / SIDE
        rows[:, [0, *range(2, _POINTS)]] += _ANCHORS[kept, None]
        low, high = rows[:, 0] - rows[:, 1] / 2, rows[:, 0] + rows[:, 1] / 2
        boxes = np.concatenate([low, high, rows[:, 2:].reshape(-1, 12), scores[kept, None]], axis=1)
        found = averaged(boxes[(high > low).all(axis=1)], shared)
        left, top = (whole - width) / 2, (whole - height) / 2
        found[:, :-1] = found[:, :-1] * whole - np.tile([left, top], _POINTS)
        return found


def averaged(rows: Array, shared: float) -> Array:
    """Weighted non-maximum suppression: the surest row and all that share more than `shared` of the union with it
    become their mean by score, with the surest one's score; then the surest of the rest, and so on.

    Args:
        rows: (N, 17) as in Detector.find, boxes not empty.
    """
    left, out = rows[np.argsort(-rows[:, -1], kind="stable")], []
    while len(left):
        same = _shared(left, left[0]) > shared
        mean = np.average(left[same], axis=0, weights=left[same, -1])
        mean[-1] = left[0, -1]
        out.append(mean)
        left = left[~same]
    return np.array(out).reshape(-1, rows.shape[1])


def _shared(rows: Array, row: Array) -> Array:
    """(N,) intersection over union of the boxes with one box."""
    width = np.clip(np.minimum(rows[:, 2], row[2]) - np.maximum(rows[:, 0], row[0]), 0, None)
    height = np.clip(np.minimum(rows[:, 3], row[3]) - np.maximum(rows[:, 1], row[1]), 0, None)
    areas = (rows[:, 2] - rows[:, 0]) * (rows[:, 3] - rows[:, 1])
    both = width * height
    shared: Array = both / (areas + (row[2] - row[0]) * (row[3] - row[1]) - both)
    return shared
