"""The portrait made movable: its resting shape, its mouth closed, and where each mesh point's texture is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from face.canonical import Frame
from face.performance import Performance
from face.topology import (
    CHIN,
    EYES,
    INNER_LOWER,
    INNER_UPPER,
    MOUTH_CORNERS,
    NOSE_BRIDGE,
    POINTS,
    TEMPLES,
    Eye,
    face_triangles,
    model_arrays,
    strip,
)
from foundation.facetrack import Face
from foundation.geometry import Array


@dataclass(frozen=True, kw_only=True)
class RigStyle:
    """How a portrait is made movable. Shares are 0..1. Set by looks: of frames at full size.

    Attributes:
        lid_band: how much of the way from lid to crease belongs to the lid's rim, which moves without stretching.
        open_mouth: inner-lip gap, face heights, from which a portrait's mouth counts as open.
        mouth_hole: an open mouth's hole is taken this much larger, so that lips carry no teeth along.
        relax_smile: how much of the portrait's own smile is taken back.
    """

    lid_band: float = 0.35
    open_mouth: float = 0.012
    mouth_hole: float = 0.15
    relax_smile: float = 0.75


STYLE = RigStyle()

_JAW_OPEN, _SMILE = 0, 4


def band_points(eye_number: int) -> tuple[int, ...]:
    """The extra points, beyond MediaPipe's, between the upper lid and its crease."""
    start = POINTS + 7 * eye_number
    return tuple(range(start, start + 7))


def mesh_triangles() -> NDArray[np.int32]:
    """(T, 3) the face and, last, the upper lids split into rim and fold."""
    extra: list[tuple[int, int, int]] = []
    for number, eye in enumerate(EYES):
        band = (eye.corners[0], *band_points(number), eye.corners[1])
        crease = (eye.corners[0], *eye.crease, eye.corners[1])
        extra += strip(crease, band) + strip(band, eye.upper_row)
    return np.concatenate([face_triangles(), np.array(extra, np.int32)])


@dataclass(frozen=True)
class Rig:
    """What retargeting needs to know of the portrait. Canonical, in its face heights.

    Attributes:
        frame: where the head is in the picture.
        shape: (478, 3) as it is.
        rest: (478, 3) with the mouth shut and the smile eased.
        neutral: (478, 3) the performer's shape that corresponds to it.
        texture: (492, 2) where the mesh points' texture is, in pixels of the picture.
        lid_gaps: (2, 7, 3) from upper to lower lid.
        band: (2, 7, 3) from upper lid to the rim's end.
        scale: (3,) the portrait's features over the performer's, per axis.
        own_gap: mean inner-lip gap of the portrait as it is.
        seam: (11,) hairline between the lips that a shut mouth keeps.
    """

    frame: Frame
    shape: Array
    rest: Array
    neutral: Array
    texture: Array
    lid_gaps: Array
    band: Array
    scale: Array
    own_gap: float
    seam: Array


def build(face: Face, performance: Performance, parting: float = 0.0, *, always_open: bool = False) -> Rig:
    """The rig of a portrait for one performance; an open mouth is taken `parting` face heights more open.

    Args:
        always_open: take even a shut mouth for one that is open by nothing, so that no frame of a plate, whose mouth
            opens and shuts, is treated unlike the next.
    """
    frame = Frame.of(face)
    shape = frame.canonical(face.points)
    gap = shape[list(INNER_LOWER)] - shape[list(INNER_UPPER)]
    lengths = np.linalg.norm(gap, axis=1)
    own_gap = float(lengths[1:-1].mean())
    is_open = always_open or own_gap > STYLE.open_mouth
    reference = performance.rest.shape
    scale = feature_scale(shape, reference)
    textured = without_inside(shape, parting) if is_open else shape
    band = np.stack([STYLE.lid_band * (shape[list(eye.crease)] - shape[list(eye.upper)]) for eye in EYES])
    extra = np.concatenate([textured[list(eye.upper)] + rise for eye, rise in zip(EYES, band, strict=True)])
    return Rig(
        frame=frame,
        shape=shape,
        rest=relaxed(shape, face.blendshapes, 1.0 if performance.absolute else STYLE.relax_smile, is_open),
        # an absolute expression is measured from a face without any, on both sides
        neutral=relaxed(reference, performance.expression, 1.0, False) if performance.absolute else reference,
        texture=frame.picture(np.concatenate([textured, extra]))[:, :2],
        lid_gaps=np.stack([lid_gap(shape, eye) for eye in EYES]),
        band=band,
        scale=scale,
        own_gap=own_gap,
        seam=np.zeros(len(lengths)) if is_open else lengths,
    )


def without_inside(shape: Array, parting: float = 0.0) -> Array:
    """(478, 3) the shape, its inner lips a little outside those of a mouth that is open `parting` wider."""
    wider_shape, upper, lower = shape.copy(), list(INNER_UPPER), list(INNER_LOWER)
    profile = np.sin(np.linspace(0, np.pi, len(INNER_UPPER)))[:, None] * np.array([0.0, 1.0, 0.0])
    wider = STYLE.mouth_hole * (shape[lower] - shape[upper]) + parting / 2 * profile
    wider_shape[upper] -= wider
    wider_shape[lower] += wider
    return wider_shape


def lid_gap(shape: Array, eye: Eye) -> Array:
    """(7, 3) from upper to lower lid."""
    return np.asarray(shape[list(eye.lower)] - shape[list(eye.upper)])


def feature_scale(shape: Array, driver: Array) -> Array:
    """Portrait over performer: width of face and mouth, height, depth; kept between 0.75 and 1.3."""

    def ratio(ours: float, theirs: float) -> float:
        return ours / theirs if abs(theirs) > 1e-6 else 1.0

    temples = list(TEMPLES)
    across = ratio(float(np.ptp(shape[temples, 0])), float(np.ptp(driver[temples, 0])))
    corners = [float(np.linalg.norm(s[MOUTH_CORNERS[0]] - s[MOUTH_CORNERS[1]])) for s in (shape, driver)]
    down = [float(s[CHIN, 1] - s[NOSE_BRIDGE, 1]) for s in (shape, driver)]
    mouth = ratio(corners[0], corners[1])
    return np.clip(np.array([(across + mouth) / 2, ratio(down[0], down[1]), across]), 0.75, 1.3)


@cache
def jaw_per_gap() -> Array:
    """(478, 3): how a face changes as its jaw drops until the inner lips part by one face height."""
    jaw = model_arrays()["basis"][_JAW_OPEN].astype(np.float64)
    parted = jaw[list(INNER_LOWER[1:-1])] - jaw[list(INNER_UPPER[1:-1])]
    per_gap: Array = jaw / float(np.linalg.norm(parted, axis=1).mean())
    return per_gap


def relaxed(shape: Array, blendshapes: Array, smile: float, is_open: bool) -> Array:
    """The shape with a share of the smile taken back and, if it is open, the mouth shut along the jaw."""
    model = model_arrays()
    rest = shape.copy()
    if len(blendshapes) > int(model["expressions"].max()):
        amounts = blendshapes[model["expressions"].astype(np.int64)].mean(axis=1)
        rest -= smile * amounts[_SMILE] * model["basis"][_SMILE].astype(np.float64)
    if is_open:
        gap = rest[list(INNER_LOWER[1:-1])] - rest[list(INNER_UPPER[1:-1])]
        rest -= float(np.linalg.norm(gap, axis=1).mean()) * jaw_per_gap()
    return rest
