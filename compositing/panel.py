"""A picture of which one part moves, shown in a panel: the still part is prepared once, the moving part every frame."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from foundation.facetrack import HeadFrame
from foundation.geometry import Box, Image
from foundation.layout import Covered, Fit, View, view
from media.image.resample import blur_for, enlarge, reduce_by

LEAST_BLUR = 0.2
"""Sigma, in pixels, below which a picture is not smoothed."""


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
        patch: (box height, box width, C) the part that moves, for others to write into.
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
        self._reach = (int(np.ceil(4 * self._sigma)) + 1) * by
        whole = self._whole = Box(0, 0, width // by * by, height // by * by)
        self._view = _reduced(seen, by, (width // by, height // by))
        self._box = box = box.clipped(width, height)
        self._held = _aligned(box, by, 2 * self._reach, whole).around(box)
        self._plain = by == 1 and self._sigma < LEAST_BLUR
        # what moves is drawn into these; of what is around the patch nothing is ever changed
        self._base = picture.copy() if self._plain else self._smooth(picture[whole.slices])
        self._now = self._base[self._held.slices] if self._plain else picture[self._held.slices].copy()
        self.patch = self._now[box.seen_from(self._held).slices]
        self.target = seen.target

    def draw(self, patch: Image, into: Image | None = None) -> Image:
        """The panel's `target` with the moving part as in `patch`, (box height, box width, C) uint8.

        Args:
            into: as `redraw` takes it.
        """
        self.patch[:] = patch
        return self.redraw(None, into)

    def redraw(self, changed: Sequence[Box] | None, into: Image | None = None) -> Image:
        """The panel's `target` with the moving part as it is in `self.patch`.

        Args:
            changed: outside which parts of the patch it is as when it was drawn last; None: nobody knows.
            into: where it is drawn, of the target's size; None: into an array of its own.
        """
        for box in () if self._plain else self._parts(changed):
            by, renewed = self._by, _aligned(box, self._by, self._reach, self._whole)
            around = _aligned(box, by, 2 * self._reach, self._whole)
            soft = self._smooth(self._now[around.seen_from(self._held).slices])
            self._base[_divided(renewed, by).slices] = soft[_divided(renewed.seen_from(around), by).slices]
        target = self._view.target
        return enlarge(self._base[self._view.window.slices], (target.width, target.height), into)

    def moved(self, changed: Sequence[Box] | None) -> list[Box]:
        """The parts of the panel outside which it is as before.

        Args:
            changed: as `redraw` takes it.
        """
        renewed = (_aligned(box, self._by, self._reach, self._whole) for box in self._parts(changed))
        shown = [_shown(_divided(box, self._by), self._view) for box in renewed]
        return [box for box in shown if box.width and box.height]

    def _parts(self, changed: Sequence[Box] | None) -> list[Box]:
        """In the picture's pixels."""
        return [self._box] if changed is None else [box.moved(self._box.x0, self._box.y0) for box in changed]

    def _smooth(self, image: Image) -> Image:
        reduced = reduce_by(image, self._by)
        if self._sigma < LEAST_BLUR:
            return reduced
        return np.asarray(cv2.GaussianBlur(reduced, (0, 0), self._sigma), np.uint8)


def _aligned(box: Box, by: int, margin: int, whole: Box) -> Box:
    """The box with a margin, its sides on multiples of `by`, inside the whole (whose sides are multiples, too)."""
    x0, y0 = (box.x0 - margin) // by * by, (box.y0 - margin) // by * by
    x1, y1 = -(-(box.x1 + margin) // by) * by, -(-(box.y1 + margin) // by) * by
    return Box(x0, y0, x1, y1).clipped(whole.width, whole.height)


def _divided(box: Box, by: int) -> Box:
    return Box(box.x0 // by, box.y0 // by, box.x1 // by, box.y1 // by)


def _shown(part: Box, seen: View) -> Box:
    """Where in the panel a part of the picture shows, with the pixels around it that a bicubic kernel mixes it into."""
    window, target = seen.window, seen.target
    across, down = target.width / window.width, target.height / window.height
    box = Box(
        int((part.x0 - window.x0 - 2) * across) - 2,
        int((part.y0 - window.y0 - 2) * down) - 2,
        int((part.x1 - window.x0 + 2) * across) + 2,
        int((part.y1 - window.y0 + 2) * down) + 2,
    )
    return box.clipped(target.width, target.height).moved(target.x0, target.y0)


def _reduced(seen: View, by: int, picture: tuple[int, int]) -> View:
    """The view of the reduced picture: its window in reduced pixels."""
    window = seen.window
    width, height = max(1, round(window.width / by)), max(1, round(window.height / by))
    width, height = min(width, picture[0]), min(height, picture[1])
    x = min(round(window.x0 / by), picture[0] - width)
    y = min(round(window.y0 / by), picture[1] - height)
    return View(Box(x, y, x + width, y + height), seen.target, seen.fills)
