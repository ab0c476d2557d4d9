"""Scene cuts, found by PySceneDetect while a clip is read: memory does not grow with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

LOOKED_AT = 160
"""Longer side, in pixels, of the pictures that are compared."""
AROUND = 2
"""A change is a cut if it stands out from so many frames on both sides."""
SHORTEST = 8
"""Frames between two cuts: fewer are a flicker."""
FLASH = 12.0
"""A picture that comes back after a change, to within so many levels, was not cut away from: something flashed."""


@dataclass(frozen=True)
class Marked:
    """A frame, when it appears, and whether a new shot begins with it."""

    seconds: Fraction
    image: Image
    cut: bool


def marked(frames: Iterable[tuple[Fraction, Image]]) -> Iterator[Marked]:
    """The frames with the cuts between them, each given when a few later ones have been seen.

    A change stands out if PySceneDetect's content score (hue, saturation, brightness) is several times that of the
    frames around it; what changes slowly, a pan or a fade, is no cut.
    """
    from scenedetect.common import FrameTimecode  # noqa: PLC0415  (brings MoviePy and asyncio)
    from scenedetect.detectors import AdaptiveDetector  # noqa: PLC0415

    detector = AdaptiveDetector(window_width=AROUND, min_scene_len=SHORTEST)
    waiting: deque[tuple[int, Fraction, Image]] = deque()
    small: deque[Image] = deque(maxlen=AROUND + 2)
    cuts: set[int] = set()
    for number, (seconds, image) in enumerate(frames):
        small.append(_small(image))
        for at in detector.process_frame(FrameTimecode(number, Fraction(25)), small[-1]):
            if not _came_back(small):
                cuts.add(at.frame_num)
        waiting.append((number, seconds, image))
        if len(waiting) > AROUND:
            yield _next(waiting, cuts)
    while waiting:
        yield _next(waiting, cuts)


def _next(waiting: deque[tuple[int, Fraction, Image]], cuts: set[int]) -> Marked:
    number, seconds, image = waiting.popleft()
    cut = number in cuts
    cuts.discard(number)
    return Marked(seconds, image, cut)


def _small(image: Image) -> Image:
    """BGR, as PySceneDetect takes it."""
    height, width = image.shape[:2]
    scale = min(1.0, LOOKED_AT / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), np.uint8)


def _came_back(seen: deque[Image]) -> bool:
    """Whether the frame before the change looks like the latest one."""
    before, latest = seen[0].astype(np.int16), seen[-1].astype(np.int16)
    return float(np.abs(before - latest).mean()) < FLASH
