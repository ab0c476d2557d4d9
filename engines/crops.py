"""How an engine's crop lies in a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from engines.plugin import CropSpec, named
from foundation.crop import upright
from foundation.facetrack import HeadFrame
from foundation.geometry import Array


def crop_affine(spec: CropSpec, points: Array, head: HeadFrame, size: int) -> Array:
    """(2, 3) from the picture to a crop of (size, size) pixels around a face; `head`: of its landmarks `points`."""
    if spec.place is None:
        return upright(head, spec.reach * head.height, size)
    return cast(Callable[[Array, int], Array], named(spec.place))(points, size)
