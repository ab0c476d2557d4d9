"""Whether the result still is the person of the portrait, by geometry and by looks, without trained weights.

Measured on neutral frames: those in which the driver comes nearest to its own rest, so that expression and pose, which
are meant to change, change least.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face.canonical import Frame
from face.topology import EYES, INNER_LIPS, OUTER_LIPS, POINTS
from foundation.facetrack import Face
from foundation.geometry import Array, umeyama
from foundation.schemes import IBUG_68
from media.image.resample import smoothed
from quality.features import MOUTH, PITCH, ROLL, YAW, Image

PATCH = 64
"""Pixels a side of the aligned faces that are compared."""
_moving = {*INNER_LIPS, *OUTER_LIPS, *range(468, POINTS)} | {i for eye in EYES for i in (*eye.upper, *eye.lower)}
_STEADY = tuple(i for i in range(POINTS) if i not in _moving)
_STEADY_68 = (*range(17, 36), 36, 39, 42, 45)
"""Brows, nose and the corners of the eyes of the 68 points."""
_ANCHORS = (33, 133, 362, 263, 168, 4, 61, 291)
_ANCHORS_68 = (36, 39, 42, 45, 27, 30, 48, 54)
_PLACES = np.array([(17, 24), (27, 24), (37, 24), (47, 24), (32, 24), (32, 36), (24, 46), (40, 46)], np.float64)
"""Where those land in the patch: corners of the eyes, bridge and tip of the nose, corners of the mouth."""


def neutral(driver: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Which rows of quality.features, at most `count`, show the driver nearest to its rest, ascending."""
    columns = [column for column in (YAW, PITCH, ROLL) if np.isfinite(driver[:, column]).all()]
    mouths = driver[:, MOUTH]
    known = np.isfinite(mouths)
    # a mouth that is hidden is drawn: nothing is as unlike the portrait
    away = np.where(known, np.abs(mouths - (np.percentile(mouths[known], 20) if known.any() else 0)) / 0.02, 10.0)
    for column in columns:
        away = away + np.abs(driver[:, column] - np.median(driver[:, column])) / 5.0
    return np.sort(np.argsort(np.nan_to_num(away, nan=np.inf), kind="stable")[:count])


def shape_distance(portrait: Face, result: Face) -> float:
    """Root mean square distance, in percent of the face's height, of the points that expressions move little, after the
    head's pose is taken out and the best similarity (Umeyama, TPAMI 1991) applied."""
    if portrait.scheme == IBUG_68:
        ours, theirs = (face.points[list(_STEADY_68), :2] for face in (result, portrait))
        unit = float(np.ptp(theirs[:, 0])) * 1.5
    else:
        ours, theirs = (Frame.of(face).canonical(face.points)[list(_STEADY), :2] for face in (result, portrait))
        unit = 1.0
    scale, rotation, shift = umeyama(ours, theirs)
    away = ours @ rotation.T * scale + shift - theirs
    return 100 * float(np.sqrt((away**2).sum(axis=1).mean())) / max(unit, 1e-6)


def look_distance(portrait: Image, portrait_face: Face, result: Image, result_face: Face) -> float:
    """One minus the zero-mean normalised cross-correlation of the two faces' luminance, aligned by eyes, nose and
    mouth, inside an ellipse: 0 for the same picture in any light, about 1 for pictures that have nothing in common."""
    return patch_distance(patch(portrait, portrait_face), patch(result, result_face))


def patch_distance(theirs: Array, ours: Array) -> float:
    """`look_distance` of two faces of which the patches are known."""
    rows, columns = np.mgrid[:PATCH, :PATCH]
    inside = ((columns - 31.5) / 26) ** 2 + ((rows - 33) / 30) ** 2 <= 1
    a, b = ours[inside] - ours[inside].mean(), theirs[inside] - theirs[inside].mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return 1.0 if spread < 1e-6 else 1.0 - float((a * b).sum()) / spread


def patch(image: Image, face: Face) -> Array:
    """(PATCH, PATCH) luminance of the face, brought onto _PLACES and lightly smoothed."""
    anchors = _ANCHORS_68 if face.scheme == IBUG_68 else _ANCHORS
    scale, rotation, shift = umeyama(face.points[list(anchors), :2], _PLACES)
    affine = np.concatenate([scale * rotation, shift[:, None]], axis=1)
    if scale < 1:
        image = smoothed(image, affine, (PATCH, PATCH), 0.5 / scale, cv2.BORDER_CONSTANT)
    grey = cv2.cvtColor(cv2.warpAffine(image, affine, (PATCH, PATCH), flags=cv2.INTER_LINEAR), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.float64)
