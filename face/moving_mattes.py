"""The person of a moving plate, frame after frame, steady in time.

A frame is looked at once: in turn all of it, and what is around the head. What was seen before is carried along by
optical flow (Farnebäck 2003), and what is seen now is added to it: little by little where the flow explains the frame,
at once where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.masks import inner_ramp
from face.mattes import (
    LIMITS,
    Share,
    about_face,
    connected,
    joined,
    refined,
    seen,
    uncertainty,
)
from foundation.facetrack import Face, head_frame
from foundation.geometry import Box, Image, square_around


@dataclass(frozen=True, kw_only=True)
class SteadyLimits:
    """How a matte is followed from frame to frame. Shares are 0..1.

    Set by looks: of mattes at full size, one after another.

    Attributes:
        side: pixels of the longer side of the grid on which the person is followed.
        flow_side: pixels of the one on which motion is looked for.
        new: share of what is seen now where the flow explains the frame.
        changed: levels that the frame is away from what the flow makes of the one before: up to the first it is
            explained, from the second on it is not.
        cut: mean share that is not explained from which a frame has nothing to do with the one before.
        evened: pixels of that grid over which those levels are evened out.
        asked: of so many frames, one is asked whether it can be relied on.
        doubted: share of those that may be uncertain.
    """

    side: int = 512
    flow_side: int = 192
    new: float = 0.35
    changed: tuple[float, float] = (6.0, 18.0)
    cut: float = 0.3
    evened: float = 2.0
    asked: int = 8
    doubted: float = 0.25


STEADY = SteadyLimits()


class MovingMatte:
    """Tells a plate's person from what is behind, given its frames in order.

    Args:
        size: (width, height) of the frames.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        by = max(1.0, max(size) / STEADY.side)
        self._grid = max(8, round(size[0] / by)), max(8, round(size[1] / by))
        less = max(1.0, max(self._grid) / STEADY.flow_side)
        self._small = max(8, round(self._grid[0] / less)), max(8, round(self._grid[1] / less))
        self._share: Share | None = None
        self._gray: NDArray[np.uint8] | None = None
        self._number = 0
        self._doubts: list[str | None] = []

    @property
    def doubt(self) -> str | None:
        """Why what was told so far cannot be relied on; None: it can."""
        told = [doubt for doubt in self._doubts if doubt is not None]
        return max(set(told), key=told.count) if len(told) > STEADY.doubted * len(self._doubts) else None

    def __call__(self, picture: Image, face: Face) -> NDArray[np.uint8]:
        """(H, W) how much of each pixel of the next frame is the person.

        Args:
            picture: (H, W, 3).
            face: in its pixels.
        """
        height, width = picture.shape[:2]
        head = head_frame(face.points, face.scheme)
        box = square_around(head.centre, LIMITS.reach * head.height).clipped(width, height)
        small = cv2.resize(picture, self._small, interpolation=cv2.INTER_AREA)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
        self._share = self._followed(gray, picture, box)
        if self._share is None:
            looks = seen(picture, mirrored=True), seen(picture[box.slices], mirrored=True)
            self._share = self._fitted(joined(*looks, box))
        coarse = np.asarray(cv2.resize(self._share, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        inside = about_face(face, (height, width))
        own = connected(refined(picture, coarse, head.height), inside)
        if self._number % STEADY.asked == 0:
            self._doubts.append(uncertainty(own, inside, box, head))
        self._gray, self._number = gray, self._number + 1
        return np.rint(own * 255).astype(np.uint8)

    def _followed(self, gray: NDArray[np.uint8], picture: Image, box: Box) -> Share | None:
        """The person in the next frame; None: it is the first, or of another scene."""
        share, before = self._share, self._gray
        if share is None or before is None:
            return None
        flow = cv2.calcOpticalFlowFarneback(gray, before, None, 0.5, 4, 15, 3, 5, 1.1, 0)
        carried, changed = self._carried(share, flow), np.abs(_moved(before, flow).astype(np.float32) - gray)
        low, high = STEADY.changed
        unexplained = np.clip((cv2.GaussianBlur(changed, (0, 0), STEADY.evened) - low) / (high - low), 0, 1)
        if float(unexplained.mean()) > STEADY.cut:
            return None
        taken = np.asarray(cv2.resize(STEADY.new + (1 - STEADY.new) * unexplained, self._grid), np.float32)
        close, scale = self._number % 2 == 0, (self._grid[0] / picture.shape[1], self._grid[1] / picture.shape[0])
        there = _scaled(box, scale).clipped(*self._grid)
        edges = there.x0 > 0, there.y0 > 0, there.x1 < self._grid[0], there.y1 < self._grid[1]
        size = there.width, there.height
        near = inner_ramp(size, edges, LIMITS.passage / (2 * LIMITS.reach) * max(size))
        if close:
            look = np.asarray(cv2.resize(seen(picture[box.slices]), size, interpolation=cv2.INTER_AREA), np.float32)
            carried[there.slices] += taken[there.slices] * near * (look - carried[there.slices])
            return carried
        taken[there.slices] *= 1 - near
        return np.asarray(carried + taken * (self._fitted(seen(picture)) - carried), np.float32)

    def _fitted(self, share: Share) -> Share:
        return np.asarray(cv2.resize(share, self._grid, interpolation=cv2.INTER_AREA), np.float32)

    def _carried(self, share: Share, flow: NDArray[np.float32]) -> Share:
        """The share where the flow, of the smaller grid, has moved it."""
        by = np.array([self._grid[0] / self._small[0], self._grid[1] / self._small[1]], np.float32)
        return np.asarray(_moved(share, cv2.resize(flow, self._grid, interpolation=cv2.INTER_LINEAR) * by), np.float32)


def _moved(image: NDArray[np.generic], flow: NDArray[np.float32]) -> NDArray[np.generic]:
    """What lies where the flow says, in each pixel's place."""
    height, width = flow.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    at = np.stack([x, y], axis=2) + flow
    return np.asarray(cv2.remap(image, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _scaled(box: Box, by: tuple[float, float]) -> Box:
    x0, y0 = round(box.x0 * by[0]), round(box.y0 * by[1])
    return Box(x0, y0, max(x0 + 2, round(box.x1 * by[0])), max(y0 + 2, round(box.y1 * by[1])))
