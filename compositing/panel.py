"""A picture of which one part moves, shown in a panel: the still part is prepared once, the moving part every frame."""

from __future__ import annotations

import cv2
import numpy as np

from foundation.facetrack import HeadFrame
from foundation.geometry import Box, Image
from foundation.layout import Covered, Fit, View, view
from media.image.resample import blur_for, enlarge, reduce_by


class Panel:
    """Draws one performer into one panel.

    A picture larger than the panel is first reduced by a whole number and smoothed. The moving part goes through the
    same steps with enough of the picture around it, so there is no edge where the two meet.

    Args:
        picture: (H, W, 3) uint8 RGB, the whole portrait.
        box: the part of it that moves.
        size: (width, height) of the panel.
        head: where the face is.
        fit, covered: as in foundation.layout.view.
    Attributes:
        target: the part of the panel that the picture covers; all of it, unless the picture is shown whole.
    """

    def __init__(
        self,
        picture: Image,
        box: Box,
        size: tuple[int, int],
        head: HeadFrame,
        fit: Fit = "auto",
        *,
        covered: Covered | None = None,
    ) -> None:
        height, width = picture.shape[:2]
        seen = view((width, height), size, head, fit, covered)
        shrink = seen.window.width / seen.target.width
        by = self._by = max(1, int(shrink))
        self._sigma = blur_for(by / shrink)
        reach = int(np.ceil(4 * self._sigma)) + 1
        whole = picture[: height // by * by, : width // by * by]
        self._view = _reduced(seen, by, (width // by, height // by))
        box = box.clipped(whole.shape[1], whole.shape[0])
        self._size = (box.height, box.width)
        self._changed = _aligned(box, by, reach * by, whole)
        self._around = _aligned(box, by, 2 * reach * by, whole)
        self._still = np.ascontiguousarray(whole[self._around.slices])
        self._patch = _inside(box, self._around)
        self._base = self._smooth(whole)
        self.target = seen.target

    def draw(self, patch: Image) -> Image:
        """The panel's `target` with the moving part as in `patch`, (box height, box width, 3) uint8 RGB."""
        around = self._still.copy()
        around[self._patch.slices] = patch[: self._size[0], : self._size[1]]
        by = self._by
        moved = self._smooth(around)
        inner = _inside(self._changed, self._around)
        base, changed = self._base, self._changed
        base[_divided(changed, by).slices] = moved[_divided(inner, by).slices]
        target = self._view.target
        return enlarge(base[self._view.window.slices], (target.width, target.height))

    def _smooth(self, image: Image) -> Image:
        reduced = reduce_by(image, self._by)
        if self._sigma < 0.2:
            return reduced
        return np.asarray(cv2.GaussianBlur(reduced, (0, 0), self._sigma), np.uint8)


def _aligned(box: Box, by: int, margin: int, picture: Image) -> Box:
    """The box with a margin, its sides on multiples of `by`, inside the picture (whose sides are multiples, too)."""
    x0, y0 = (box.x0 - margin) // by * by, (box.y0 - margin) // by * by
    x1, y1 = -(-(box.x1 + margin) // by) * by, -(-(box.y1 + margin) // by) * by
    return Box(x0, y0, x1, y1).clipped(picture.shape[1], picture.shape[0])


def _inside(part: Box, whole: Box) -> Box:
    """`part` in the pixels of `whole`."""
    return Box(part.x0 - whole.x0, part.y0 - whole.y0, part.x1 - whole.x0, part.y1 - whole.y0)


def _divided(box: Box, by: int) -> Box:
    return Box(box.x0 // by, box.y0 // by, box.x1 // by, box.y1 // by)


def _reduced(seen: View, by: int, picture: tuple[int, int]) -> View:
    """The view of the reduced picture: its window in reduced pixels."""
    window = seen.window
    width, height = max(1, round(window.width / by)), max(1, round(window.height / by))
    width, height = min(width, picture[0]), min(height, picture[1])
    x = min(round(window.x0 / by), picture[0] - width)
    y = min(round(window.y0 / by), picture[1] - height)
    return View(Box(x, y, x + width, y + height), seen.target, seen.fills)
