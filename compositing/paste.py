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

from compositing.carrying import carried, places
from compositing.grain import Grain
from compositing.masks import Mask, crop_mask, inner_ramp
from compositing.style import PasteStyle
from foundation.crop import CropInfo
from foundation.facetrack import Face, head_frame
from foundation.geometry import Image, apply_affine
from foundation.person import Person
from media.image.linear import to_linear, to_srgb
from media.image.resample import warp_affine, warp_light


@dataclass(frozen=True, kw_only=True)
class PasteLimits:
    """How far a network's crop is bent and coloured to meet its picture. Lengths are in face heights. Set by looks.

    Attributes:
        max_shift: levels that colour matching corrects at most: more is a change of light that the driver meant.
        spread: how far a difference of colour at the edge is carried inwards.
        max_bend: nothing is bent further.
        smooth: over which the bending is evened out.
        flow_side: pixels a side at which motion is looked for: it is evened out over more than what is lost.
    """

    max_shift: float = 24.0
    spread: float = 0.4
    max_bend: float = 0.12
    smooth: float = 0.03
    flow_side: int = 256


LIMITS = PasteLimits()


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
        self.mask = paste_mask(crop, face, style.feather)
        if crop.native:
            self._blended = _around_solid(self.mask)
            return
        head, size = head_frame(face.points, face.scheme), (crop.box.width, crop.box.height)
        own = crop_mask(crop, face, style.feather)
        to_crop = crop.affine.copy()
        to_crop[:, 2] += to_crop[:, :2] @ (crop.box.x0, crop.box.y0)
        self._own = warp_affine(still, to_crop, crop.size)
        self._light = to_linear(still)
        self._height = head.height / float(np.sqrt(abs(np.linalg.det(crop.affine[:, :2]))))
        self._person = person
        self._behind = None if person is None else to_linear(person.behind)
        self._seam = _Seam(self._own, own, head.height, match_color=style.match_color)
        self._grain = None
        if style.match_grain:
            through = to_srgb(warp_light(to_linear(self._own), crop.to_box, size))
            self._grain = Grain.lost(still, through, _face_area(face, crop), number)

    def __call__(self, moved: Image) -> Image:
        """The picture, (h, w, 3), with the moving crop in it."""
        if self._crop.native:
            return self._feathered(moved)
        light = warp_light(self._seam(moved), self._crop.to_box, (self._crop.box.width, self._crop.box.height))
        mask = self.mask[:, :, None]
        result = to_srgb(self._light + (light - self._light) * mask)
        moving = mask
        if self._person is not None and self._behind is not None:
            where = carried(self._person.opacity, places(self._still, result, self._height))
            share = where.astype(np.float32)[:, :, None] * np.float32(1 / 255)
            result = to_srgb(self._light + (self._behind + (light - self._behind) * share - self._light) * mask)
            moving = mask * share
        if self._grain is not None:
            result = self._grain.onto(result, moving)
        np.copyto(result, self._still, where=mask == 0)
        return result

    def _feathered(self, moved: Image) -> Image:
        result = moved.copy()
        for part in self._blended:
            mask = self.mask[part]
            result[part] = cv2.blendLinear(moved[part], self._still[part], mask, 1 - mask)
            np.copyto(result[part], self._still[part], where=(mask == 0)[:, :, None])
        return result


class _Seam:
    """Makes a moved crop meet the still one where the mask fades.

    Args:
        own: the crop of the still picture.
        mask: of the crop.
        height: of the face, pixels of the crop.
    """

    def __init__(self, own: Image, mask: Mask, height: float, *, match_color: bool) -> None:
        self._own = own
        self._step = max(1, max(own.shape[:2]) // LIMITS.flow_side)
        self._gray = self._small(own)
        self._mask, self._height, self._match = mask, height, match_color
        self._rim = ((mask > 0) & (mask < 1)).astype(np.float32)
        self._reach = _spread(self._rim, LIMITS.spread * height)[:, :, None] + np.float32(1e-4)
        y, x = np.mgrid[: own.shape[0], : own.shape[1]].astype(np.float32)
        self._here = np.stack([x, y], axis=2)

    def __call__(self, moved: Image) -> NDArray[np.float32]:
        """(h, w, 3) linear light, in the crop's pixels."""
        if not self._rim.any():
            return to_linear(moved)
        field = self._here + self._bend(moved)
        bent = np.asarray(cv2.remap(moved, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        return to_linear(self._matched(bent) if self._match else bent)

    def _bend(self, moved: Image) -> NDArray[np.float32]:
        """(h, w, 2) what to add to a position: at the edge all that takes the motion back, inside nothing."""
        height = self._height / self._step
        flow = cv2.calcOpticalFlowFarneback(self._gray, self._small(moved), None, 0.5, 4, 21, 3, 7, 1.5, 0)
        flow = cv2.GaussianBlur(flow, (0, 0), LIMITS.smooth * height)
        length = np.linalg.norm(flow, axis=2, keepdims=True)
        flow *= np.minimum(1, np.float32(LIMITS.max_bend * height) / np.maximum(length, np.float32(1e-6)))
        if self._step > 1:
            flow = cv2.resize(flow * np.float32(self._step), moved.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return np.asarray(flow * (1 - self._mask)[:, :, None], np.float32)

    def _small(self, image: Image) -> NDArray[np.uint8]:
        """(h, w, 3) -> its lightness, at a whole fraction of its size."""
        gray = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        height, width = gray.shape
        size = (width // self._step, height // self._step)
        return gray if self._step == 1 else np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _matched(self, bent: Image) -> Image:
        """What the colours at the edge need, carried inwards smoothly."""
        missing = (self._own.astype(np.float32) - bent) * self._rim[:, :, None]
        shift = _spread(missing, LIMITS.spread * self._height) / self._reach
        np.clip(shift, -LIMITS.max_shift, LIMITS.max_shift, out=shift)
        return np.asarray(np.clip(np.rint(bent + shift), 0, 255), np.uint8)


def _face_area(face: Face, crop: CropInfo) -> NDArray[np.bool_]:
    """(h, w) where the face is, in the pixels of the crop's box."""
    hull = cv2.convexHull(apply_affine(crop.to_box, face.points[:, :2]).astype(np.float32))
    area = np.zeros((crop.box.height, crop.box.width), np.uint8)
    cv2.fillConvexPoly(area, np.rint(hull).astype(np.int32), 1)
    return area > 0


def _spread(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A wide Gaussian, on an eighth of the pixels."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(small, (0, 0), max(sigma / 8, 0.3), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(wide, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _around_solid(mask: Mask) -> list[tuple[slice, slice]]:
    """Up to four parts of the picture around the rows and columns where the mask is 1 throughout."""
    height, width = mask.shape
    middle = mask[height // 2] == 1, mask[:, width // 2] == 1
    if not (middle[0].any() and middle[1].any()):
        return [(slice(0, height), slice(0, width))]
    columns, rows = np.flatnonzero(middle[0]), np.flatnonzero(middle[1])
    x0, x1, y0, y1 = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    if not (mask[y0:y1, x0:x1] == 1).all():
        return [(slice(0, height), slice(0, width))]
    parts = [
        (slice(0, y0), slice(0, width)),
        (slice(y1, height), slice(0, width)),
        (slice(y0, y1), slice(0, x0)),
        (slice(y0, y1), slice(x1, width)),
    ]
    return [part for part in parts if part[0].stop > part[0].start and part[1].stop > part[1].start]
