"""Which landmark each keypoint is taught to be, and what is measured between landmarks: numbers of MediaPipe's mesh.

Left and right are the subject's own. Every table that a mirrored picture needs is made from the lists of both sides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Indices = tuple[int, ...]

UPPER_OUTER: Indices = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_OUTER: Indices = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_INNER: Indices = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_INNER: Indices = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
"""Lips from the right corner to the left one."""
RIGHT_UPPER_LID: Indices = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_LOWER_LID: Indices = (33, 7, 163, 144, 145, 153, 154, 155, 133)
LEFT_UPPER_LID: Indices = (263, 466, 388, 387, 386, 385, 384, 398, 362)
LEFT_LOWER_LID: Indices = (263, 249, 390, 373, 374, 380, 381, 382, 362)
"""Lids from the outer corner to the inner one."""
RIGHT_BROW: Indices = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55)
LEFT_BROW: Indices = (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
RIGHT_OVAL: Indices = (109, 67, 103, 54, 21, 162, 127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148)
LEFT_OVAL: Indices = (338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377)
RIGHT_CHEEK: Indices = (50, 205, 187, 129, 98, 119, 117, 36, 27, 223)
LEFT_CHEEK: Indices = (280, 425, 411, 358, 327, 348, 346, 266, 257, 443)
MIDDLE: Indices = (10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 94, 164, 200, 199, 175, 152)

SIDES = (
    (RIGHT_UPPER_LID + RIGHT_LOWER_LID + RIGHT_BROW + RIGHT_OVAL + RIGHT_CHEEK),
    (LEFT_UPPER_LID + LEFT_LOWER_LID + LEFT_BROW + LEFT_OVAL + LEFT_CHEEK),
)
LIPS = (UPPER_OUTER, LOWER_OUTER, UPPER_INNER, LOWER_INNER)

KEYPOINTS: tuple[Indices, ...] = (
    (78, 308, 13, 0, 2),
    (61, 291, 81, 311, 164),
    (78, 308, 14, 17, 152),
    (61, 291, 178, 402, 200),
    (33, 133, 159, 63, 107),
    (33, 133, 145, 50, 205),
    (263, 362, 386, 293, 336),
    (263, 362, 374, 280, 425),
    (10, 234, 454, 4, 168),
    (152, 172, 397, 132, 361),
)
"""Ten splines of five points. A lip or a lid has a spline of its own on each side of what opens, so that the two can
part without tearing: upper and lower lip (twice, middle and sides), upper and lower lid of each eye, head, jaw."""

TRACED: Indices = tuple(dict.fromkeys((*SIDES[0], *SIDES[1], *MIDDLE, *(point for ring in LIPS for point in ring))))
"""Landmarks whose way from frame to source is known, and taught to the flow."""

MOUTH_GAPS = ((13, 14), (81, 178), (311, 402), (82, 87), (312, 317))
LID_GAPS = ((159, 145), (386, 374))
GAPS = ((13, 14), (81, 178), (311, 402), (159, 145), (386, 374), (61, 291), (107, 133), (336, 362))
"""Openings and distances whose change is what an expression is."""
INNER_LIPS: Indices = UPPER_INNER + LOWER_INNER[-2:0:-1]
OUTER_LIPS: Indices = UPPER_OUTER + LOWER_OUTER[-2:0:-1]
RIGHT_EYE: Indices = RIGHT_UPPER_LID + RIGHT_LOWER_LID[-2:0:-1]
LEFT_EYE: Indices = LEFT_UPPER_LID + LEFT_LOWER_LID[-2:0:-1]
"""Closed outlines, in order."""


def flat_keypoints() -> Indices:
    """The landmark of each of the 50 keypoints, spline by spline."""
    return tuple(point for spline in KEYPOINTS for point in spline)


def mirrored() -> NDArray[np.int64]:
    """For each landmark the one that takes its place in a mirrored picture; -1 where this module names none."""
    table = np.full(478, -1)
    for right, left in zip(*SIDES, strict=True):
        table[right], table[left] = left, right
    for ring in LIPS:
        table[list(ring)] = ring[::-1]
    table[list(MIDDLE)] = MIDDLE
    return table
