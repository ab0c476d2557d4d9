"""A moving plate: every frame is moved from where its own face is, so that head, light and background stay its own.

The plate's mouth is brought to rest (shut, and shaped as it is on the whole) and the performer's expression laid on;
the performer's head motion is added as far as the manifest asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engines.base import Arrays
from engines.landmark_tps.cutout import Cutout
from engines.landmark_tps.renderer import Scene, TpsRenderer
from engines.landmark_tps.surroundings import Surroundings
from engines.layers import eyes
from engines.layers.layers import Layers
from engines.layers.mouth import Mouth
from engines.plates import Plate, PlateRenderer
from face import rig
from face.bridging import mouths_share, smooth_step
from face.canonical import Frame, head_rotation
from face.palette import Palette
from face.performance import Performance
from face.retargeting import Gains, mesh_targets, rigid_motion, smile_motion
from face.shut_lips import on_the_seam, shutness
from face.steadying import spans, steadied
from face.topology import EYES, INNER_LIPS, MOUTH_CORNERS, NOSE_TIP, OVAL, POINTS
from foundation.facetrack import Face
from foundation.geometry import Array, Image
from foundation.npy import Blocks
from foundation.person import Person

RIM = 0.16
"""Face heights from the outline of temples and forehead over which the face passes into the plate's own motion."""
SAMPLES = 256
"""Frames, spread over the plate, that tell its mouth's usual shape."""
WIDE_OPEN = 0.97
"""Lids that open further than this, of what the plate shows, leave its eyes as they are."""


@dataclass(frozen=True)
class Sitter:
    """The person on the plate.

    Attributes:
        plate: their track.
        sigma: of its smoothing, frames.
        usual: (478, 3) their face at rest, canonical.
        articulates: (478, 1) 0..1, how much of a point's motion in the face is the mouth's.
        anchored: (478, 1) 0..1, how far it stays with the plate: temples and forehead wholly, so that hair and
            background do; chin and jaw, which follow the mouth, not at all.
    """

    plate: Plate
    sigma: float
    usual: Array
    articulates: Array
    anchored: Array

    @staticmethod
    def of(plate: Plate, sigma: float) -> Sitter:
        count = len(plate.track)
        sampled = np.unique(np.linspace(0, count - 1, min(SAMPLES, count)).astype(int))
        nothing = np.zeros((POINTS, 1))
        alone = Sitter(plate, sigma, np.zeros((POINTS, 3)), nothing, nothing)
        rests = [alone.pose(int(index))[1] for index in sampled]
        usual: Array = np.median([rig.relaxed(shape, face.blendshapes, 0.0, True) for face, shape in rests], axis=0)
        outline = usual[list(OVAL)]
        nose, mouth = usual[NOSE_TIP, 1], usual[list(MOUTH_CORNERS), 1].mean()
        above = smooth_step((mouth - outline[:, 1]) / (mouth - nose))
        near = np.linalg.norm(usual[:, None, :2] - outline[None, :, :2], axis=2) / RIM
        anchored = (above * smooth_step(1 - near)).max(axis=1)
        return replace(alone, usual=usual, articulates=mouths_share(usual), anchored=anchored[:, None])

    def pose(self, index: int) -> tuple[Frame, tuple[Face, Array]]:
        """Where the head is in the crop of frame `index`; and the face, in the crop's pixels, and its shape."""
        track = self.plate.track
        points = steadied(track.points, self.sigma, slice(index, index + 1))[0]
        points[:, :2] -= self.plate.corners[index]
        near = slice(max(0, index - 2), index + 3)
        blendshapes = np.asarray(track.blendshapes[near], np.float64).mean(axis=0)
        face = Face(points, track.scheme, blendshapes, np.asarray(track.pose[index], np.float64))
        frame = Frame.at(head_rotation(face), points)
        return frame, (face, frame.canonical(points))

    def rig(self, index: int, performance: Performance, parting: float) -> rig.Rig:
        """The sitter made movable as they are in frame `index`."""
        _, (face, shape) = self.pose(index)
        shut = rig.relaxed(shape, face.blendshapes, 0.0, True)
        body = rig.build(face, performance, parting, always_open=True)
        return replace(body, rest=shut + self.articulates * (self.usual - shut))


LAYOUT = {
    "targets": (POINTS + 14, 3),
    "texture": (POINTS + 14, 2),
    "face": (POINTS, 3),
    "rigid": (2, 4),
    "open": (2,),
    "smile": (2,),
}
"""What is kept of a frame: where the mesh goes and where its texture is, the face, the head's rigid motion, how far
the performer's eyes are open and how much both sides smile (see retarget)."""
_ends = np.cumsum([int(np.prod(shape)) for shape in LAYOUT.values()])


def plate_arrays(sitter: Sitter, performance: Performance, gains: Gains) -> Arrays:
    """`plate`: (M, ...) rows, everything of LAYOUT in one; `plate_edges`: (M, 4), see Surroundings.build."""
    corners, (width, height) = sitter.plate.corners, sitter.plate.size
    beyond = corners + np.array([width, height])
    edges = np.concatenate([corners > 0, beyond < np.array(sitter.plate.track.size)], axis=1)
    ranges = spans(len(corners))

    def blocks() -> Iterator[Array]:
        for span in ranges:
            yield np.stack([_row(sitter, performance, gains, index) for index in range(span.start, span.stop)])

    return {"plate": Blocks(np.float32, blocks), "plate_edges": edges}


def _row(sitter: Sitter, performance: Performance, gains: Gains, index: int) -> Array:
    last = len(performance) - 1
    alone = slice(min(index, last), min(index, last) + 1)
    body = sitter.rig(index, performance, gains.parting)
    face, rigid = body.frame.picture(body.shape), rigid_motion(body, performance, gains, alone)
    targets = mesh_targets(body, performance, gains, alone)[0]
    # what the performer's head adds to the plate's moves the anchored points, too
    moved = np.concatenate([(face - body.frame.centre) / body.frame.height, np.ones((POINTS, 1))], axis=1) @ rigid[0].T
    own = face + np.concatenate([moved, np.zeros((POINTS, 1))], axis=1)
    targets[:POINTS] += sitter.anchored * (own - targets[:POINTS])
    parts = {
        "targets": targets,
        "texture": body.texture,
        "face": face,
        "rigid": rigid,
        "open": performance.openness[alone],
        "smile": smile_motion(body, performance, gains, alone),
    }
    return np.concatenate([parts[name].ravel() for name in LAYOUT])


def _unpacked(row: NDArray[np.floating]) -> dict[str, Array]:
    parts = np.split(np.asarray(row, np.float64), _ends[:-1])
    return {name: part.reshape(shape) for (name, shape), part in zip(LAYOUT.items(), parts, strict=True)}


def on_shut_lips(texture: Array, crop: Image, face: Array, own: Palette) -> Array:
    """The texture's points, those of the inner lips as far on the lips' seam as these are surely shut.

    Args:
        texture: (492, 2) of the crop.
        face: (478, 3) its landmarks there.
    """
    share = shutness(crop, face, own)
    if share == 0:
        return texture
    inner, moved = list(INNER_LIPS), texture.copy()
    moved[inner] += share * (on_the_seam(crop, face)[inner, :2] - moved[inner])
    return moved


class TpsPlateRenderer(PlateRenderer):
    """Makes a portrait of every frame."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays

    def render(self, index: int, plate_crop: Image, driving_frame: Image, person: Person | None = None) -> Image:
        arrays, now = self._arrays, _unpacked(self._arrays["plate"][index])
        face = now["face"]
        frame = Frame.at(np.eye(3), face)
        mouth = Mouth.of(arrays, frame.height, None)
        texture = on_shut_lips(now["texture"], plate_crop, face, mouth.own)
        left, top, right, bottom = (bool(edge) for edge in arrays["plate_edges"][index])
        shown = bool(now["open"].min() < WIDE_OPEN)
        scene = Scene(
            image=plate_crop,
            texture=texture,
            height=frame.height,
            surroundings=Surroundings.build(
                plate_crop.shape[:2], (left, top, right, bottom), face, texture[list(OVAL)], frame
            ),
            layers=Layers(texture, eyes.Eyeball.both(plate_crop, texture) if shown else (), mouth),
            cutout=None if person is None else Cutout(plate_crop, person, (left, top, right, bottom)),
        )
        last = len(arrays["lips"]) - 1
        one = {
            "targets": now["targets"][None],
            "rigid": now["rigid"][None],
            "smile": now["smile"][None],
            "gaze": np.zeros((1, len(EYES), 2)),
            **{name: arrays[name][min(index, last)][None] for name in ("lips", "covered", "inside")},
        }
        return TpsRenderer(scene, one).render(0, driving_frame)
