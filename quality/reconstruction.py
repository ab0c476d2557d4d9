"""How close a reconstruction comes to the truth, frame by frame: the measures of self-reenactment.

Siarohin et al., First Order Motion Model (NeurIPS 2019), section 4, which Zhao and Zhang (CVPR 2022) follow: a clip's
first frame is animated by the clip itself. Theirs take 68 points of a network of its own and an identity network; here
the landmarks are those that the pipeline follows faces with, and quality.identity stands in that network's place.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face
from quality.features import Image
from quality.identity import look_distance
from quality.surface import decibels

SIDE = 256
"""Pixels a side at which pictures are compared, and of which distances are told: that of the published figures."""
NAMES = ("l1", "face_l1", "akd", "mkr", "identity", "ssim", "psnr", "still_l1", "still_face_l1", "still_akd")
UNITS = {
    "l1": "0..1",
    "face_l1": "0..1",
    "akd": "pixels of 256",
    "mkr": "share",
    "identity": "distance",
    "ssim": "0..1",
    "psnr": "dB",
    "still_l1": "0..1",
    "still_face_l1": "0..1",
    "still_akd": "pixels of 256",
}


def sized(image: Image) -> Image:
    """SIDE x SIDE pixels."""
    kind = cv2.INTER_AREA if min(image.shape[:2]) > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=kind), np.uint8)


@dataclass(frozen=True)
class Seen:
    """The same part of the picture, (h, w, 3), and the face in its pixels, if there is one."""

    image: Image
    face: Face | None


def of_frame(true: Seen, made: Seen, still: Seen) -> dict[str, float]:
    """Every measure of one frame; NaN where a face that it needs was not found.

    Args:
        true: as it was.
        made: as it was reconstructed.
        still: the first frame.
    """
    from skimage.metrics import structural_similarity  # noqa: PLC0415  (brings half of SciPy)

    ours, theirs, first = (sized(seen.image) for seen in (made, true, still))
    face = _face_area(true)
    return {
        "l1": _difference(ours, theirs),
        "face_l1": _difference(ours[face], theirs[face]),
        "akd": _distance(made, true),
        "mkr": float(made.face is None),
        "identity": _unlikeness(true, made),
        "ssim": float(structural_similarity(theirs, ours, channel_axis=2)),
        "psnr": decibels(float(np.mean((ours.astype(np.float64) - theirs) ** 2))),
        "still_l1": _difference(first, theirs),
        "still_face_l1": _difference(first[face], theirs[face]),
        "still_akd": _distance(still, true),
    }


def mean(rows: list[dict[str, float]]) -> dict[str, float]:
    """Of every measure over the rows in which it is known."""
    table = {name: np.array([row[name] for row in rows]) for name in NAMES}
    return {name: float(np.nanmean(values)) if np.isfinite(values).any() else np.nan for name, values in table.items()}


def _difference(a: Image, b: Image) -> float:
    """Mean absolute difference; NaN of nothing."""
    return float(cv2.absdiff(a, b).mean() / 255) if a.size else float("nan")


def _face_area(seen: Seen) -> NDArray[np.bool_]:
    """(SIDE, SIDE) the hull of the face's landmarks; nothing where there is no face."""
    area = np.zeros((SIDE, SIDE), np.uint8)
    if seen.face is not None:
        scale = np.array([SIDE / seen.image.shape[1], SIDE / seen.image.shape[0]])
        hull = cv2.convexHull((seen.face.points[:, :2] * scale).astype(np.float32))
        cv2.fillConvexPoly(area, np.rint(hull).astype(np.int32), 1)
    return area > 0


def _distance(a: Seen, b: Seen) -> float:
    """Mean distance of the landmarks, pixels of SIDE."""
    if a.face is None or b.face is None:
        return float("nan")
    scale = np.array([SIDE / b.image.shape[1], SIDE / b.image.shape[0]])
    return float(np.linalg.norm((a.face.points[:, :2] - b.face.points[:, :2]) * scale, axis=1).mean())


def _unlikeness(true: Seen, made: Seen) -> float:
    if true.face is None or made.face is None:
        return float("nan")
    return look_distance(true.image, true.face, made.image, made.face)
