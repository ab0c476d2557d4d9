"""Put the moving crop back where it came from: feathered, matched in colour, at the picture's own resolution.

Writes FRAMES: only the part of the picture that the crop covers (its `box`, in the facts). All else is
the portrait itself, untouched by construction, so it is not stored again for every frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import invert_affine
from media.masks import Mask, inner_ramp
from media.reader import read_frames
from media.resample import warp_affine
from media.writer import FrameWriter
from stages import Report
from stages.handover import FRAMES, CropInfo, read_crop, read_under

MAX_SHIFT = 24.0
"""Colour matching corrects a drift of at most so many levels; more is a change of light that the driver meant."""

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: range, fps, feather (of the crop's side), match_color. Inputs: crop, moved."""
    crop = read_crop(inputs["crop"])
    paste = _Paste.onto(read_under(inputs["crop"]), crop, settings["feather"], settings["match_color"])
    start, stop = settings["range"]
    done = 0
    size = (crop.box.width, crop.box.height)
    with FrameWriter(out / FRAMES, size=size, fps=Fraction(settings["fps"])) as writer:
        for frame in read_frames(inputs["moved"] / FRAMES):
            writer.write(paste(frame))
            done += 1
            report(done, stop - start)
    return {"frames_in": stop - start, "frames_out": done, "box": crop.box.to_json()}


@dataclass(frozen=True)
class _Paste:
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
    def onto(still: Image, crop: CropInfo, feather: float, match_color: bool) -> _Paste:
        mask = _native_mask(crop, feather) if crop.native else _warped_mask(crop, feather)
        rim = (mask > 0) & (mask < 1)
        return _Paste(still, mask, rim, _around_solid(mask), crop, match_color and not crop.native and bool(rim.any()))

    def __call__(self, moved: Image) -> Image:
        if not self.crop.native:
            moved = warp_affine(moved, _to_box(self.crop), (self.crop.box.width, self.crop.box.height))
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
    warped = cv2.warpAffine(square, _to_box(crop), (crop.box.width, crop.box.height), flags=cv2.INTER_LINEAR)
    return np.asarray(np.clip(warped, 0, 1), np.float32)


def _to_box(crop: CropInfo) -> NDArray[np.float64]:
    """From the crop's pixels to the patch's: the exact inverse of the crop's affine."""
    back = invert_affine(crop.affine)
    back[:, 2] -= (crop.box.x0, crop.box.y0)
    return back
