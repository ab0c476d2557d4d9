"""One frame: warp the portrait, then lay eyes and mouth into it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.base import Arrays, Renderer
from engines.landmark_tps import cheeks
from engines.landmark_tps.cutout import Cutout
from engines.landmark_tps.surroundings import Surroundings
from engines.layers.layers import Layers
from engines.layers.mesh import Field, Raster, affines, apply_affines, draw_indices
from face.rig import mesh_triangles
from face.topology import OVAL, face_triangles
from foundation.geometry import Array, Box, Image

WORK_HEIGHT = 300.0
"""Faces taller than this, in pixels, get their displacement on a coarser grid; pixels stay the portrait's own."""
BLEND = 0.035
"""Face heights over which the mesh passes into the surroundings, inside the face's outline."""
SMOOTHED = 2.5
"""Cells from the mesh's outline from which its field is evened out."""
STILL = 1 / 64
"""Displacements, in pixels, that no resampling would show."""
STRETCHED = 6.0
"""What moves inwards from a picture's edge by a pixel leaves a gap, which so many pixels are stretched to fill."""
_oval = list(OVAL)


@dataclass(frozen=True)
class Scene:
    """What every frame of one portrait needs. `image` is the portrait, its mouth emptied if it was open; there may
    be no `cutout`, where all around the face moves with it.
    """

    image: Image
    texture: Array
    height: float
    surroundings: Surroundings
    layers: Layers
    cutout: Cutout | None = None

    @cached_property
    def quick(self) -> Image:
        """The image as it is moved in least time: four channels take half the time of three."""
        return self.image if self.cutout else cv2.cvtColor(self.image, cv2.COLOR_RGB2RGBA)

    @cached_property
    def identity(self) -> Field:
        """(H, W, 2) every pixel's own position: not to be written to."""
        return identity(Box(0, 0, self.image.shape[1], self.image.shape[0]))


@dataclass(frozen=True)
class _Motion:
    """How a frame moves.

    Attributes:
        field: (H, W, 2) where each pixel comes from.
        active: the part of the surroundings that moves at all.
        face: the part that moves with the mesh; empty where nothing does.
    """

    field: Field
    active: Box
    face: Box

    @property
    def moving(self) -> Box:
        """What holds both parts."""
        one, two = self.active, self.face
        return Box(min(one.x0, two.x0), min(one.y0, two.y0), max(one.x1, two.x1), max(one.y1, two.y1))


class TpsRenderer(Renderer):
    """Renders from prepared targets."""

    def __init__(self, scene: Scene, arrays: Arrays) -> None:
        self._image = np.ascontiguousarray(scene.image)
        self._scene = scene
        self._targets = arrays["targets"]
        self._rigid = arrays["rigid"]
        self._arrays = arrays
        self._triangles = mesh_triangles()
        self._late = len(self._triangles) - len(face_triangles())
        self._texture = scene.texture[self._triangles]
        self._step = max(1.0, scene.height / WORK_HEIGHT)

    @property
    def looks(self) -> bool:
        return bool(self._arrays["covered"].min() < 1)

    def render(self, index: int, driving_frame: Image) -> Image:
        return self.eased(index, driving_frame, 1.0)

    def eased(self, index: int, driving_frame: Image, share: float) -> Image:
        points, rigid = self._moved(index, share)
        out = self._warped(self._motion(points, rigid))
        cheeks.paint(out, points[:, :2], share * self._arrays["smile"][index], self._scene.height)
        self._scene.layers.lay(out, points[:, :2], driving_frame, self._arrays, index, share)
        return out

    def carried(self, index: int, mask: NDArray[np.uint8], share: float = 1.0) -> NDArray[np.uint8]:
        motion = self._motion(*self._moved(index, share))
        part, moved = motion.field[motion.moving.slices], mask.copy()
        if part.size:
            carried = cv2.remap(mask, part, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            moved[motion.moving.slices] = carried
        return moved

    def _moved(self, index: int, share: float) -> tuple[Array, Array]:
        """Where the points go, and the head's rigid motion, after a share of the way."""
        points = self._targets[index].astype(np.float32).astype(np.float64)
        rigid: Array = self._rigid[index]
        if share < 1:
            points[:, :2] = self._scene.texture + share * (points[:, :2] - self._scene.texture)
            rigid = share * rigid
        return points, rigid

    def _motion(self, points: Array, rigid: Array) -> _Motion:
        scene, size = self._scene, self._image.shape[:2]
        coarse = scene.surroundings.field(points[_oval, :2] - scene.texture[_oval], rigid)
        active = active_box(coarse, size)
        if active.width == 0 or active.height == 0:
            return _Motion(scene.identity, active, active)
        field = cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_LINEAR)
        field += scene.identity
        face = self._face_box(points, size)
        if face.width < 2 or face.height < 2:
            face = Box(active.x0, active.y0, active.x0, active.y0)
        else:
            self._lay_face(field[face.slices], face, points)
        stay_inside(field)
        return _Motion(field, active, face)

    def _warped(self, motion: _Motion) -> Image:
        """The portrait with surroundings and face moved; if it is cut out, those of its person alone."""
        field, active, face, cutout = motion.field, motion.active, motion.face, self._scene.cutout
        parts = [(part, cv2.INTER_LINEAR) for part in frame_around(active, face)]
        parts += [(face, cv2.INTER_CUBIC)] if face.width else []
        if cutout is not None:
            out = cutout.moved(field, parts)
            for outside in frame_around(Box(0, 0, out.shape[1], out.shape[0]), active):
                for still in frame_around(outside, face):
                    out[still.slices] = self._image[still.slices]
            return out
        out = self._image.copy()
        for part, kind in parts:
            source, shown = field[part.slices], out[part.slices]
            if kind == cv2.INTER_CUBIC:
                cv2.remap(self._image, source, None, kind, shown, cv2.BORDER_REFLECT)
                continue
            moved = cv2.remap(self._scene.quick, source, None, kind, borderMode=cv2.BORDER_REFLECT)
            cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB, shown)
        return out

    def _face_box(self, points: Array, size: tuple[int, ...]) -> Box:
        low = np.floor(points[:, :2].min(axis=0)).astype(int) - 4
        high = np.ceil(points[:, :2].max(axis=0)).astype(int) + 5
        return Box(low[0], low[1], high[0], high[1]).clipped(size[1], size[0])

    def _lay_face(self, around: Field, box: Box, points: Array) -> None:
        """Lay where the mesh has each pixel of `box` come from into what is `around` the face there; in place."""
        raster = Raster(box, self._step)
        target = points[self._triangles]
        depth = target[:, :, 2].sum(axis=1)
        depth[len(depth) - self._late :] = -np.inf
        indices = draw_indices(raster, target[:, :, :2], np.argsort(-depth, kind="stable"))
        field = apply_affines(raster, indices, affines(target[:, :, :2], self._texture, self._step))
        inside = cv2.copyMakeBorder((indices >= 0).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
        depth_inside = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
        share = np.minimum(depth_inside * (self._step / (BLEND * self._scene.height)), 1.0).astype(np.float32)
        coarse = raster.shape != (box.height, box.width)
        smooth_inside(field, depth_inside)
        field -= cv2.resize(around, raster.shape[::-1], interpolation=cv2.INTER_LINEAR) if coarse else around
        field *= cv2.merge([share, share])
        if coarse:
            field = cv2.resize(field, (box.width, box.height), interpolation=cv2.INTER_LINEAR)
        around += field


def smooth_inside(field: Field, depth: NDArray[np.float32]) -> None:
    """Even out, in place, what single cells of a mesh's field have; away from its outline, `depth` cells inside it.

    A cell on a triangle's rim may get its neighbour's affine: a compressed one's throws it far.
    """
    planes = [cv2.GaussianBlur(cv2.medianBlur(np.ascontiguousarray(field[:, :, k]), 3), (3, 3), 0.7) for k in range(2)]
    cv2.copyTo(cv2.merge(planes), cv2.compare(depth, SMOOTHED, cv2.CMP_GT), field)


def stay_inside(field: Field) -> None:
    """Stretch, in place, what lies along the picture's edges over what would come from beyond them."""
    height, width = field.shape[:2]
    for plane, last in ((field[:, :, 1], height - 1), (field[:, :, 0].T, width - 1)):
        for rows, edge, inwards in ((plane, 0, 1), (plane[::-1], last, -1)):
            beyond = np.maximum(inwards * (edge - rows[0]), 0)
            if not beyond.any():
                continue
            reach = STRETCHED * beyond
            band = rows[: int(np.ceil(reach.max()))]
            share = np.clip(np.arange(len(band), dtype=np.float32)[:, None] / np.maximum(reach, 1e-3), 0, 1)
            band += inwards * beyond * (1 - share * share * (3 - 2 * share))


def identity(box: Box) -> Field:
    """(h, w, 2) every pixel's own position."""
    field = np.empty((box.height, box.width, 2), np.float32)
    field[:, :, 0] = np.arange(box.x0, box.x1, dtype=np.float32)
    field[:, :, 1] = np.arange(box.y0, box.y1, dtype=np.float32)[:, None]
    return field


def frame_around(outer: Box, hole: Box) -> list[Box]:
    """`outer` without `hole`, in up to four parts."""
    top, bottom = (min(max(y, outer.y0), outer.y1) for y in (hole.y0, hole.y1))
    left, right = (min(max(x, outer.x0), outer.x1) for x in (hole.x0, hole.x1))
    parts = [
        Box(outer.x0, outer.y0, outer.x1, top),
        Box(outer.x0, bottom, outer.x1, outer.y1),
        Box(outer.x0, top, left, bottom),
        Box(right, top, outer.x1, bottom),
    ]
    return [part for part in parts if part.width > 0 and part.height > 0]


def active_box(coarse: NDArray[np.float32], size: tuple[int, ...]) -> Box:
    """The pixels that some node which moves at all has a part in."""
    far = np.abs(coarse) > STILL
    moving = far[:, :, 0] | far[:, :, 1]
    rows, columns = np.flatnonzero(moving.any(axis=1)), np.flatnonzero(moving.any(axis=0))
    if len(rows) == 0:
        return Box(0, 0, 0, 0)
    cell_y, cell_x = size[0] / coarse.shape[0], size[1] / coarse.shape[1]
    return Box(
        int(np.floor((columns[0] - 1) * cell_x)),
        int(np.floor((rows[0] - 1) * cell_y)),
        int(np.ceil((columns[-1] + 2) * cell_x)),
        int(np.ceil((rows[-1] + 2) * cell_y)),
    ).clipped(size[1], size[0])
