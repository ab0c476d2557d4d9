"""The face mesh: which of MediaPipe's 478 points make lips, lids, irises and outline, and how triangles join them.

Upper and lower rows run from the picture's left to its right and pair up element by element.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

POINTS = 478
FOREHEAD, CHIN = 10, 152
MOUTH_CORNERS = (61, 291)
TEMPLES = (234, 454)
CHEEKS = (205, 425)
FOLDS = ((129, 203, 206, 216, 212), (358, 423, 426, 436, 432))
"""From the wings of the nose to beside the corners of the mouth."""
NOSE_BRIDGE, NOSE_TIP, NOSE_BASE = 168, 1, 2
# fmt: off
OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
STABLE = (10, 109, 67, 103, 54, 21, 162, 127, 338, 297, 332, 284, 251, 389, 356, 168, 6, 197, 195, 5, 4, 1,
          33, 133, 362, 263, 234, 454, 2, 98, 327, 151, 9, 8)
"""Points that no expression moves much: they carry the head's pose."""
SKIN = (50, 280, 205, 425, 187, 411, 36, 266, 2, 164, 199)
"""Points on bare skin, away from eyes, lips and hair: they tell the skin's colour."""
INNER_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
INNER_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
LIP_RINGS_UPPER = ((62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292),
                   (76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306),
                   (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291))
LIP_RINGS_LOWER = ((62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292),
                   (76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306),
                   (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291))
# fmt: on
INNER_LIPS = INNER_UPPER + INNER_LOWER[-2:0:-1]
"""The inner lips as one closed contour of 20 points."""
OUTER_LIPS = LIP_RINGS_UPPER[2] + LIP_RINGS_LOWER[2][-2:0:-1]


@dataclass(frozen=True)
class Eye:
    """One eye of the mesh.

    Attributes:
        corners: left and right in the picture.
        upper, lower: the 7 lid points between them.
        crease: the row above `upper`.
        under_brow: the row above `crease`.
        iris: centre, then 4 points on its rim.
    """

    corners: tuple[int, int]
    upper: tuple[int, ...]
    lower: tuple[int, ...]
    crease: tuple[int, ...]
    under_brow: tuple[int, ...]
    iris: tuple[int, ...]

    @property
    def upper_row(self) -> tuple[int, ...]:
        """The upper lid from corner to corner, 9 points."""
        return (self.corners[0], *self.upper, self.corners[1])

    @property
    def lower_row(self) -> tuple[int, ...]:
        """The lower lid from corner to corner, 9 points."""
        return (self.corners[0], *self.lower, self.corners[1])


EYES = (
    Eye(
        corners=(33, 133),
        upper=(246, 161, 160, 159, 158, 157, 173),
        lower=(7, 163, 144, 145, 153, 154, 155),
        crease=(247, 30, 29, 27, 28, 56, 190),
        under_brow=(113, 225, 224, 223, 222, 221, 189),
        iris=(468, 469, 470, 471, 472),
    ),
    Eye(
        corners=(362, 263),
        upper=(398, 384, 385, 386, 387, 388, 466),
        lower=(382, 381, 380, 374, 373, 390, 249),
        crease=(414, 286, 258, 257, 259, 260, 467),
        under_brow=(413, 441, 442, 443, 444, 445, 342),
        iris=(473, 474, 475, 476, 477),
    ),
)


def strip(upper: tuple[int, ...], lower: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """Triangles between two rows of the same length; those with a corner twice are left out."""
    quads = zip(upper[:-1], upper[1:], lower[:-1], lower[1:], strict=True)
    both = [triangle for a, b, c, d in quads for triangle in ((a, b, c), (b, d, c))]
    return [triangle for triangle in both if len(set(triangle)) == 3]


@cache
def face_triangles() -> NDArray[np.int32]:
    """(T, 3) the whole face: MediaPipe's tessellation, then the mouth and the eyes closed by strips."""
    holes = strip(INNER_UPPER, INNER_LOWER)
    for eye in EYES:
        holes += strip(eye.upper_row, eye.lower_row)
    return np.concatenate([model_arrays()["triangles"].astype(np.int32), np.array(holes, np.int32)])


@cache
def model_arrays() -> dict[str, NDArray[np.generic]]:
    """The stored tables (bench/_face_model.py makes them): `triangles` (852, 3) and the expression basis."""
    file = resources.files(__package__).joinpath("face_model.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        return {name: data[name] for name in data.files}
