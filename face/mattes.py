"""The person of a picture: a network's coarse answer, made as fine as the picture by a guided filter.

A guided filter (He, Sun and Tang, TPAMI 2013) fits the matte locally to the picture's colours, so that it ends where
hair and cloth do.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.masks import inner_ramp
from foundation.facetrack import Face, HeadFrame, head_frame
from foundation.geometry import Box, Image, square_around
from landmarks.litert.people import people


@dataclass(frozen=True, kw_only=True)
class MatteLimits:
    """How a matte is made fine, and when it is doubted. Lengths are in face heights, shares 0..1.

    Set by looks: of mattes at full size beside their pictures.

    Attributes:
        reach: half the side of the part around the head that is looked at by itself.
        passage: over which what was seen there passes into what was seen in the whole picture.
        radius: of the guided filter.
        edge: contrast, in levels, that the filter takes for an edge.
        fine: pixels of that radius from which the filter's coefficients are found on a coarser grid.
        certain: what the filter gives below the first is background, above the second is the person.
        outside: share of a face outside its matte from which the matte is not this face's.
        unsure: share of half-transparent pixels around a head from which the network did not know what it saw.
        apart: mean difference, around a head, between what it sees there in the whole picture and what it sees close
            by.
    """

    reach: float = 1.6
    passage: float = 0.4
    radius: float = 0.035
    edge: float = 8.0
    fine: int = 4
    certain: tuple[float, float] = (0.08, 0.92)
    outside: float = 0.05
    unsure: float = 0.2
    apart: float = 0.15


LIMITS = MatteLimits()


Share = NDArray[np.float32]


@dataclass(frozen=True)
class Matte:
    """Where a person is.

    Attributes:
        opacity: (H, W) uint8, how much of each pixel is the person.
        doubt: why it cannot be relied on; None: it can.
    """

    opacity: NDArray[np.uint8]
    doubt: str | None = None


def person_matte(picture: Image, face: Face) -> Matte:
    """The matte of the person whose face it is, without anybody who stands apart.

    Args:
        picture: (H, W, 3).
        face: in its pixels.
    """
    height, width = picture.shape[:2]
    head = head_frame(face.points, face.scheme)
    box = square_around(head.centre, LIMITS.reach * head.height).clipped(width, height)
    whole, close = seen(picture, mirrored=True), seen(picture[box.slices], mirrored=True)
    inside = about_face(face, (height, width))
    own = connected(refined(picture, joined(whole, close, box), head.height), inside)
    doubt = uncertainty(own, inside, box, head, np.abs(whole[box.slices] - close))
    return Matte(np.rint(own * 255).astype(np.uint8), doubt)


def refined(picture: Image, share: Share, height: float) -> Share:
    """(H, W) the matte as fine as the picture.

    Args:
        share: (H, W) 0..1, coarse.
        height: of a face, pixels.
    """
    radius = max(2, round(LIMITS.radius * height))
    scale = min(1.0, LIMITS.fine / radius)
    fine = cv2.ximgproc.guidedFilter(picture, share, radius, LIMITS.edge**2, scale=scale)
    low, high = LIMITS.certain
    return np.asarray(np.clip((fine - low) * (1 / (high - low)), 0, 1), np.float32)


def seen(picture: Image, *, mirrored: bool = False) -> Share:
    """(H, W) what the network sees of people; `mirrored`: with a second look, see `people`."""
    coarse = people(np.ascontiguousarray(picture), mirrored=mirrored)
    return np.asarray(cv2.resize(coarse, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def joined(whole: Share, close: Share, box: Box) -> Share:
    """(H, W) what was seen in the whole picture, and close by in a box of it."""
    edges = box.x0 > 0, box.y0 > 0, box.x1 < whole.shape[1], box.y1 < whole.shape[0]
    ramp = inner_ramp((box.width, box.height), edges, LIMITS.passage / (2 * LIMITS.reach) * max(box.width, box.height))
    joined = whole.copy()
    joined[box.slices] += ramp * (close - whole[box.slices])
    return joined


def connected(share: Share, inside: NDArray[np.bool_]) -> Share:
    """The matte without the parts that do not hang together with the face, which is `inside`."""
    count, parts = cv2.connectedComponents((share > 0.5).astype(np.uint8))
    if count <= 2:
        return share
    at_face = parts[inside & (parts > 0)]
    if at_face.size == 0:
        return share
    own = parts == np.bincount(at_face).argmax()
    near_own, near_others = (
        cv2.distanceTransform((~each).astype(np.uint8), cv2.DIST_L2, 3) for each in (own, (parts > 0) & ~own)
    )
    return np.where(near_others < near_own, np.float32(0), share)


def about_face(face: Face, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(H, W) where the face is."""
    area = np.zeros(shape, np.uint8)
    hull = cv2.convexHull(face.points[:, :2].astype(np.float32))
    cv2.fillConvexPoly(area, np.rint(hull).astype(np.int32), 1)
    return area > 0


def uncertainty(
    share: Share, inside: NDArray[np.bool_], box: Box, head: HeadFrame, apart: Share | None = None
) -> str | None:
    """Why a matte cannot be relied on; None: it can.

    Args:
        share: (H, W) the matte, 0..1.
        inside: (H, W) the face.
        box: around the head.
        apart: as large as the box, how differently it was seen, twice.
    """
    if not inside.any() or float(share[inside].mean()) < 1 - LIMITS.outside:
        return "no person is seen where its face is"
    rows, columns = np.mgrid[box.y0 : box.y1, box.x0 : box.x1]
    across, down = (columns - head.centre[0]) / (0.95 * head.height), (rows - head.centre[1]) / (1.15 * head.height)
    around = across**2 + down**2 < 1
    part = share[box.slices][around]
    if float(((part > 0.15) & (part < 0.85)).mean()) > LIMITS.unsure:
        return "where the person ends is uncertain"
    if apart is not None and float(apart[around].mean()) > LIMITS.apart:
        return "the person is seen in two ways"
    return None
