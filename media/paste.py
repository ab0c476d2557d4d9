"""Putting a crop back into its picture: feathered, matched in colour, at the picture's own resolution."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.crop import CropInfo
from media.masks import Mask, inner_ramp
from media.resample import warp_affine

MAX_SHIFT = 24.0
"""Colour matching corrects a drift of at most so many levels; more is a change of light that the driver meant."""

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Paste:
    """Everything about pasting that does not change from frame to frame.

    Attributes:
        still: (h, w, 3) the portrait where the crop covers it. mask: (h, w) 0..1, 1 where the moving crop shows.
        rim: (h, w) bool, the feathered band, where crop and portrait should agree.
        blended: the parts that hold all of the mask that is not 1; elsewhere the moving crop shows as it is.
    """

    still: Image
    mask: Mask
    rim: NDArray[np.bool_]
    blended: list[tuple[slice, slice]]
    crop: CropInfo
    match_color: bool

    @staticmethod
    def onto(still: Image, crop: CropInfo, feather: float, match_color: bool) -> Paste:
        mask = _native_mask(crop, feather) if crop.native else _warped_mask(crop, feather)
        rim = (mask > 0) & (mask < 1)
        return Paste(still, mask, rim, _around_solid(mask), crop, match_color and not crop.native and bool(rim.any()))

    def __call__(self, moved: Image) -> Image:
        if not self.crop.native:
            moved = warp_affine(moved, self.crop.to_box, (self.crop.box.width, self.crop.box.height))
        if self.match_color:
            shift = self.still[self.rim].mean(axis=0, dtype=np.float64) - moved[self.rim].mean(axis=0, dtype=np.float64)
            shift = np.clip(shift, -MAX_SHIFT, MAX_SHIFT)
            moved = np.clip(np.rint(moved + shift), 0, 255).astype(np.uint8)
        result = moved.copy()
        for part in self.blended:
            mask = self.mask[part]
            result[part] = cv2.blendLinear(moved[part], self.still[part], mask, 1 - mask)
            np.copyto(result[part], self.still[part], where=(mask == 0)[:, :, None])
        return result


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


def _native_mask(crop: CropInfo, feather: float) -> Mask:
    """Feathered towards the sides that lie inside the picture only: the picture's own edge needs no seam."""
    size = (crop.box.width, crop.box.height)
    return inner_ramp(size, crop.inner_edges, feather * max(size))


def _warped_mask(crop: CropInfo, feather: float) -> Mask:
    """The crop's square, feathered inwards, carried back into the picture."""
    size = crop.size[0]
    square = inner_ramp((size, size), (True,) * 4, feather * size)
    warped = cv2.warpAffine(square, crop.to_box, (crop.box.width, crop.box.height), flags=cv2.INTER_LINEAR)
    return np.asarray(np.clip(warped, 0, 1), np.float32)
