"""The portrait where its moving region lies, as those who judge a result look at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from compositing.masks import crop_mask
from face.topology import OUTER_LIPS
from foundation.crop import CropInfo
from foundation.facetrack import Face, head_frame
from foundation.geometry import Array, Image, invert_affine
from foundation.schemes import MEDIAPIPE_478, SQUARE
from quality import surface
from quality.following import MOUTHS
from quality.seam import Edge
from stages.crops import Crop, Matte
from stages.kept import Kept

COVERED = 32
"""Mean opacity, of 255, of what stays in front of lips, from which they are not judged."""


@dataclass(frozen=True)
class Still:
    """The pixels of the region, the face in them, and how the crop lies in them.

    Attributes:
        pasted: it lies in the picture; else it is the crop alone.
        feather: width of the blend at the region's edge, in face heights.
        wall: (H, W) what lies behind the portrait's person; None where nobody can tell.
    """

    image: Image
    face: Face
    crop: CropInfo
    pasted: bool
    feather: float
    wall: NDArray[np.bool_] | None = None

    @property
    def whole(self) -> bool:
        """Whether it is moved whole, and no face of it is known."""
        return self.face.scheme == SQUARE

    @property
    def to_crop(self) -> Array:
        """(2, 3) from the region's pixels to the crop's."""
        affine = self.crop.affine.copy()
        affine[:, 2] += affine[:, :2] @ (self.crop.box.x0, self.crop.box.y0)
        return affine

    @cached_property
    def edge(self) -> Edge:
        """Where the moving picture ends, in the region's pixels, or in a network's crop."""
        if self.crop.native or not self.pasted:
            return Edge(np.ones(self.image.shape[:2], bool), self.crop.inner_edges)
        return Edge(crop_mask(self.crop, self.face.through(self.to_crop), self.feather) > 0, self.crop.inner_edges)


_kept: Kept[tuple[Crop, Literal["portrait", "crop"], float, Matte | None], Still] = Kept(lambda kept: kept.image.size)
"""Reading takes a twentieth of a piece's time."""


def read_still(given: Crop, into: Literal["portrait", "crop"], feather: float, matte: Matte | None = None) -> Still:
    """The part of the portrait that moves, or the crop alone: not to be written to."""
    asked = given, into, feather, matte
    return _kept.get(asked, given, matte, lambda: _read(*asked))


def _read(given: Crop, into: Literal["portrait", "crop"], feather: float, matte: Matte | None) -> Still:
    crop, face = given.info(), given.face()
    if into != "portrait":
        return Still(given.image(), face, crop, False, feather)
    back = invert_affine(crop.affine)
    back[:, 2] -= (crop.box.x0, crop.box.y0)
    moved = face.through(back)
    opacity = matte.opacity() if matte else None
    height = head_frame(moved.points, moved.scheme).height
    wall = None if opacity is None else surface.behind(np.ascontiguousarray(opacity[crop.box.slices]), height)
    return Still(given.under(), moved, crop, True, feather, wall)


def unknown(still: Still, crop: Crop) -> tuple[str, ...]:
    """The figures of which nothing can be said.

    A mouth's, where something stays in front of it; of what is moved whole, whether its face was found, and what is
    behind it.
    """
    if still.whole:
        return "lost", "background"
    return (*MOUTHS, "closed", "lips_shut", "voice_lag") if _mouth_covered(still, crop) else ()


def _mouth_covered(still: Still, crop: Crop) -> bool:
    """Whether something stays in front of the portrait's mouth."""
    if not still.pasted or still.face.scheme != MEDIAPIPE_478:
        return False
    columns, rows = np.rint(still.face.points[list(OUTER_LIPS), :2]).astype(int).T
    height, width = still.image.shape[:2]
    rows, columns = np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)
    return any(float(front.opacity[rows, columns].mean()) > COVERED for front in crop.fronts())
