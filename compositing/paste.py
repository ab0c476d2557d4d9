"""Putting a crop back into its picture, so that nobody sees where it ends.

A crop that keeps the picture's own pixels equals it along its edge, and is only feathered. A network's crop has another
size, and everything in it has moved, blurred and drifted a little. It is bent, towards the edge of the head's outline,
so that neck, hair and background meet their other halves; brought to the picture's colours as they are there; carried
back by the exact inverse of its affine, in linear light; and given the picture's grain.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.carrying import Flow, Places, carried, pixels, places
from compositing.grain import Grain
from compositing.masks import Mask, crop_mask, inner_ramp
from compositing.seam import Seam
from compositing.style import PasteStyle
from foundation.crop import CropInfo
from foundation.facetrack import Face, head_frame
from foundation.geometry import Box, Image, apply_affine
from foundation.person import Person
from media.image.linear import to_linear, to_srgb
from media.image.resample import warp_affine, warp_light

PIECE = 160
"""Pixels a side, at most, of what is blended at once."""


def paste_mask(crop: CropInfo, face: Face, feather: float) -> Mask:
    """(h, w) over the crop's box: 1 where the moving crop shows, 0 where the picture stays.

    Args:
        face: in the crop's pixels.
        feather: width of the blend at the edge, in face heights.
    """
    size = (crop.box.width, crop.box.height)
    if crop.native:
        return inner_ramp(size, crop.inner_edges, feather * head_frame(face.points, face.scheme).height)
    own = crop_mask(crop, face, feather)
    warped = cv2.warpAffine(own, crop.to_box, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.clip(warped, 0, 1), np.float32)


class Paste:
    """Everything about pasting into one picture that does not change from frame to frame.

    Attributes:
        mask: (h, w) 0..1, 1 where the moving crop shows; 0 where the picture stays, bit for bit.

    Args:
        still: (h, w, 3) the picture where the crop covers it.
        face: in the crop's pixels.
        number: of the frame, where the picture is one of many: its grain then changes, too.
        person: of that part of the picture, whom a resampled crop shows: what is behind it then stays, too. A crop that
            keeps the picture's own pixels does so by itself.
    """

    def __init__(
        self,
        still: Image,
        crop: CropInfo,
        face: Face,
        style: PasteStyle,
        number: int = 0,
        *,
        person: Person | None = None,
    ) -> None:
        self._still, self._crop = still, crop
        scale = 1.0 if crop.native else float(np.sqrt(abs(np.linalg.det(crop.affine[:, :2]))))
        self._height = head_frame(face.points, face.scheme).height / scale
        self.mask = paste_mask(crop, face, style.feather)
        if crop.native:
            self._blends = [_Blend.of(still, self.mask, part) for part in _around_solid(self.mask)]
            return
        to_crop = crop.affine.copy()
        to_crop[:, 2] += to_crop[:, :2] @ (crop.box.x0, crop.box.y0)
        own, mask = warp_affine(still, to_crop, crop.size), crop_mask(crop, face, style.feather)
        self._seam = Seam(own, mask, self._height * scale, match_color=style.match_color)
        self._here, self._outside = pixels(still.shape[:2]), (self.mask == 0).astype(np.uint8)
        self._mask, self._there = cv2.merge([self.mask] * 3), cv2.transform(self._here, to_crop)
        step = np.array(self._seam.step)
        self._from_small = np.column_stack([crop.to_box[:, :2] * step, crop.to_box @ [*((step - 1) / 2), 1]])
        self._under, self._behind, self._person = to_linear(still) * (1 - self._mask), None, person
        if person is not None:
            self._behind = to_linear(person.behind) * self._mask
            self._under += self._behind
        self._grain = None
        if style.match_grain:
            through = to_srgb(warp_light(to_linear(own), crop.to_box, self._there))
            self._grain = Grain.lost(still, through, _face_area(face, crop), number)

    def __call__(self, moved: Image) -> Image:
        """The picture, (h, w, 3), with the moving crop in it."""
        if self._crop.native:
            return self._feathered(moved)
        met, bend, gone = self._seam.met(moved)
        return self._laid(met, bend, None if self._person is None else self._come(bend, gone))

    def told(self, moved: Image, mask: NDArray[np.uint8]) -> tuple[Image, NDArray[np.uint8]]:
        """The same, and (h, w) a mask of the still picture as it lies in it.

        Args:
            mask: (h, w).
        """
        if self._crop.native:
            result = self._feathered(moved)
            return result, carried(mask, places(self._still, result, self._height))
        met, bend, gone = self._seam.met(moved)
        come = self._come(bend, gone)
        return self._laid(met, bend, come), carried(mask, come)

    def _come(self, bend: Flow, gone: Flow) -> Places:
        """(h, w, 2) where the picture's pixels come from; `bend`, `gone`: see Seam.met."""
        away = cv2.transform(self._seam.come(bend, gone), self._from_small[:, :2])
        return np.asarray(cv2.add(self._spread(away), self._here), np.float32)

    def _spread(self, field: Flow) -> Flow:
        """What is known of the seam's small picture, in the box."""
        size = self._still.shape[1::-1]
        spread = cv2.warpAffine(field, self._from_small, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(spread, np.float32)

    def _laid(self, met: Image, bend: Flow, come: Places | None) -> Image:
        """The result: of a resampled crop, whose light is mixed with that of the picture."""
        field = cv2.add(self._spread(bend * np.array(self._seam.step, np.float32)), self._there)
        light = warp_light(to_linear(met), self._crop.to_box, field)
        cv2.multiply(light, self._mask, dst=light)
        moving = self.mask
        if self._person is not None and self._behind is not None and come is not None:
            share = carried(self._person.opacity, come).astype(np.float32) * np.float32(1 / 255)
            cv2.multiply(cv2.subtract(light, self._behind, dst=light), cv2.merge([share] * 3), dst=light)
            moving = moving * share
        result = to_srgb(cv2.add(light, self._under, dst=light))
        if self._grain is not None:
            result = self._grain.onto(result, moving[:, :, None])
        return np.asarray(cv2.copyTo(self._still, self._outside, result), np.uint8)

    def _feathered(self, moved: Image) -> Image:
        result = moved.copy()
        for blend in self._blends:
            if cv2.norm(moved[blend.part], blend.still, cv2.NORM_INF):  # a mean of the same is the same
                cv2.blendLinear(moved[blend.part], blend.still, blend.moves, blend.stays, result[blend.part])
        return result


@dataclass(frozen=True)
class _Blend:
    """A part of a picture in which a moving crop passes into it. (Whole levels, of 1 or 0 of it, are kept exactly.)

    Attributes:
        part: of the picture.
        still: (h, w, 3) the picture there.
        moves, stays: (h, w) how much of the crop and of the picture shows; 1 together.
    """

    part: tuple[slice, slice]
    still: Image
    moves: Mask
    stays: Mask

    @staticmethod
    def of(still: Image, mask: Mask, part: tuple[slice, slice]) -> _Blend:
        """Of a picture and its mask."""
        moves = np.ascontiguousarray(mask[part])
        return _Blend(part, np.ascontiguousarray(still[part]), moves, 1 - moves)


def _face_area(face: Face, crop: CropInfo) -> NDArray[np.bool_]:
    """(h, w) where the face is, in the pixels of the crop's box."""
    hull = cv2.convexHull(apply_affine(crop.to_box, face.points[:, :2]).astype(np.float32))
    area = np.zeros((crop.box.height, crop.box.width), np.uint8)
    cv2.fillConvexPoly(area, np.rint(hull).astype(np.int32), 1)
    return area > 0


def _around_solid(mask: Mask) -> list[tuple[slice, slice]]:
    """The picture around the rows and columns where the mask is 1 throughout, in pieces."""
    height, width = mask.shape
    middle = mask[height // 2] == 1, mask[:, width // 2] == 1
    if not (middle[0].any() and middle[1].any()):
        return [(slice(0, height), slice(0, width))]
    columns, rows = np.flatnonzero(middle[0]), np.flatnonzero(middle[1])
    x0, x1, y0, y1 = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    if not (mask[y0:y1, x0:x1] == 1).all():
        return [(slice(0, height), slice(0, width))]
    around = [Box(0, 0, width, y0), Box(0, y1, width, height), Box(0, y0, x0, y1), Box(x1, y0, width, y1)]
    return [piece.slices for part in around for piece in _pieces(part)]


def _pieces(part: Box) -> list[Box]:
    """A part, cut up: where a moving crop is as the picture, it need not be blended."""
    rows, columns = range(part.y0, part.y1, PIECE), range(part.x0, part.x1, PIECE)
    return [Box(x, y, min(x + PIECE, part.x1), min(y + PIECE, part.y1)) for y in rows for x in columns]
