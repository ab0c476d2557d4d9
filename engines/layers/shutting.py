"""A portrait whose mouth is open, with its mouth shut: for networks, which shut no mouth that they are shown open."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from engines.base import Portrait
from engines.layers.lips import CONTOUR, around
from engines.layers.mesh import Raster, affines, apply_affines, draw_indices
from engines.layers.teeth import own_teeth
from face import palette, rig
from face.bridging import smooth_step
from face.canonical import Frame
from face.shut_lips import closed
from face.topology import INNER_LOWER, INNER_UPPER, face_triangles
from foundation.geometry import Array, Image

FADE = 0.3
"""Face heights beside the face over which what goes with its outline comes to rest."""


def shut(portrait: Portrait) -> Portrait:
    """The portrait, its mouth shut in picture and landmarks; the same one if it is not open."""
    frame = Frame.of(portrait.face)
    shape = frame.canonical(portrait.face.points)
    gap = shape[list(INNER_LOWER[1:-1])] - shape[list(INNER_UPPER[1:-1])]
    if float(np.linalg.norm(gap, axis=1).mean()) <= rig.STYLE.open_mouth:
        return portrait
    texture = frame.picture(rig.without_inside(shape))[:, :2]
    own = palette.look([(portrait.image, portrait.face.points)])
    emptied, _ = own_teeth(portrait.image, texture[CONTOUR], frame.height, own)
    points = closed(portrait.face)
    image = _moved(emptied, points, texture, frame.height)
    return replace(portrait, image=image, face=replace(portrait.face, points=points))


def _moved(image: Image, points: Array, texture: Array, height: float) -> Image:
    """The picture, its face's (478, 2) `texture` brought to (478, 3) `points`; what is around it follows."""
    fade = FADE * height
    box = around(points[:, :2], int(np.ceil(fade)) + 1, image)
    if box.width < 2 or box.height < 2:
        return image
    raster, triangles = Raster(box, 1.0), face_triangles()
    target = points[triangles]
    indices = draw_indices(raster, target[:, :, :2], np.argsort(-target[:, :, 2].sum(axis=1), kind="stable"))
    field = apply_affines(raster, indices, affines(target[:, :, :2], texture[triangles]))
    here = np.dstack(np.broadcast_arrays(raster.x, raster.y))
    inside = indices >= 0
    away, nearest = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    shift = np.zeros((int(nearest.max()) + 1, 2), np.float32)
    shift[nearest[inside]] = (field - here)[inside]
    share = smooth_step(1 - away / fade).astype(np.float32)
    source = here + shift[nearest] * share[:, :, None]
    moved = image.copy()
    moved[box.slices] = cv2.remap(image, source, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return moved
