"""What one face shows in one frame, as a row of numbers: the ground of every comparison of driver and result."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face.canonical import face_height, head_rotation
from face.color import LUMA, skin_tone
from face.features import iris_position, opening
from face.occlusion import look_at_mouth, shows_no_lips
from face.topology import EYES, INNER_LIPS
from foundation.facetrack import Face, head_frame
from foundation.schemes import FACELESS, IBUG_68, MEDIAPIPE_478
from quality.lid_skin import look_at_lids
from quality.mouth_inside import NOTHING, look_inside

Image = NDArray[np.uint8]
Row = NDArray[np.float64]

COLUMNS = (
    *("mouth", "eye", "yaw", "pitch", "roll", "gaze", "interior", "blink", "contrast", "lips"),
    *("tone", "hue", "teeth", "doubled", "hole", "detail", "stripes", "slit"),
)
MOUTH, EYE, YAW, PITCH, ROLL, GAZE, INTERIOR, BLINK, CONTRAST, LIPS = range(10)
TONE, HUE, TEETH, DOUBLED, HOLE, DETAIL, STRIPES, SLIT = range(10, len(COLUMNS))

CLOSED, OPEN = 0.012, 0.05
"""Openings of a mouth that is shut, and of one that shows what is inside, of the face's height."""

_INNER_LIPS = {MEDIAPIPE_478: (13, 14), IBUG_68: (62, 66)}
_EYES_68 = ((36, 37, 38, 39, 40, 41), (42, 43, 44, 45, 46, 47))


def features(image: Image | None, face: Face | None) -> Row:
    """One row, in the order of COLUMNS; NaN where a figure does not apply or there is no face.

    mouth: gap of the inner lips over the face's height. eye: mean lid gap over the eye's width. yaw, pitch, roll:
    degrees. gaze: iris along the eye, of its width. interior, contrast: mean and standard deviation of the luminance
    between the lips over that of the skin, where the mouth is open and `image` is given. blink: MediaPipe's score.
    lips: 1 where `image` shows lips, 0 where what is there is none (see face.occlusion). tone, hue, teeth, doubled,
    hole, detail: see mouth_inside. stripes, slit: see lid_skin; of any lid, shut or not.
    """
    if face is None or face.scheme in FACELESS:
        return np.full(len(COLUMNS), np.nan)
    if face.scheme == IBUG_68:
        return _of_68(face)
    points = face.points
    rotation = head_rotation(face)
    shape = (points @ rotation)[None]
    inside, contrast = (np.nan, np.nan) if image is None else between_lips(image, points)
    seen = (*NOTHING, np.nan, np.nan) if image is None else (*look_inside(image, points), *look_at_lids(image, points))
    return np.array(
        [
            mouth_opening(points[None], face.scheme)[0],
            np.mean([opening(shape, eye)[0] for eye in EYES]),
            *_angles(rotation),
            np.mean([iris_position(shape, eye)[0, 0] for eye in EYES]),
            inside,
            face.blendshapes[9:11].mean() if len(face.blendshapes) > 10 else np.nan,
            contrast,
            np.nan if image is None else float(not shows_no_lips(look_at_mouth(image, points)[None])[0]),
            *seen,
        ]
    )


def turning(face: Face) -> Row:
    """(3,) the columns yaw, pitch and roll of a face's row."""
    if face.scheme != MEDIAPIPE_478:
        return features(None, face)[[YAW, PITCH, ROLL]]
    return _angles(head_rotation(face))


def _angles(rotation: NDArray[np.float64]) -> Row:
    yaw, pitch = np.arctan2(rotation[0, 2], rotation[2, 2]), -np.arcsin(np.clip(rotation[1, 2], -1, 1))
    return np.degrees([yaw, pitch, np.arctan2(rotation[1, 0], rotation[1, 1])])


def mouth_opening(points: NDArray[np.float64], scheme: str) -> NDArray[np.float64]:
    """(n,) gap of the inner lips over the face's height, of (n, P, 3) points; NaN where there is no face."""
    if scheme in FACELESS:
        return np.full(len(points), np.nan)
    upper, lower = _INNER_LIPS[scheme]
    if scheme == IBUG_68:
        gaps = np.linalg.norm(points[:, upper, :2] - points[:, lower, :2], axis=1)
        heights = np.array([max(head_frame(face, scheme).height, 1e-3) for face in points])
    else:
        gaps = np.linalg.norm(points[:, upper] - points[:, lower], axis=1)
        heights = np.array([face_height(face) for face in points])
    return np.asarray(gaps / heights)


def _of_68(face: Face) -> Row:
    """What 68 points tell: mouth, eyes (the eye aspect ratio of Soukupova and Cech, 2016) and roll."""
    xy = face.points[:, :2]
    head = head_frame(face.points, face.scheme)
    row = np.full(len(COLUMNS), np.nan)
    row[MOUTH] = mouth_opening(face.points[None], face.scheme)[0]
    ratios = []
    for a, b, c, d, e, f in _EYES_68:
        gaps = np.linalg.norm(xy[b] - xy[f]) + np.linalg.norm(xy[c] - xy[e])
        ratios.append(gaps / max(2 * float(np.linalg.norm(xy[a] - xy[d])), 1e-6))
    row[EYE] = np.mean(ratios)
    row[ROLL] = np.degrees(head.roll)
    return row


def between_lips(image: Image, points: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard deviation of the luminance between the lips, over that of the skin; NaN where they are shut."""
    lips = points[list(INNER_LIPS), :2]
    low, high = np.floor(lips.min(axis=0)).astype(int) - 2, np.ceil(lips.max(axis=0)).astype(int) + 3
    x0, y0 = np.maximum(low, 0)
    x1, y1 = np.minimum(high, (image.shape[1], image.shape[0]))
    if x1 - x0 < 3 or y1 - y0 < 3:
        return float("nan"), float("nan")
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(mask, [np.round(lips - (x0, y0)).astype(np.int32)], 1)
    mask = cv2.erode(mask, np.ones((3, 3), np.uint8))
    if mask.sum() < 6:
        return float("nan"), float("nan")
    inside = image[y0:y1, x0:x1][mask > 0] @ LUMA
    skin = float(skin_tone(image, points) @ LUMA)
    return float(inside.mean()) / skin, float(inside.std()) / skin
