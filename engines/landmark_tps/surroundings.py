"""Hair, neck and background: a thin-plate spline carries the face's outline and the head's motion outwards.

The spline is set up once on the resting portrait (forward: where things go). Each frame is then one small matrix
product, and a fixed-point iteration turns it round (backward: where pixels come from).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.layers.mesh import Field
from face.canonical import Frame
from face.topology import OVAL, TEMPLES
from foundation.geometry import Array


@dataclass(frozen=True, kw_only=True)
class SurroundingsStyle:
    """How what is around a face goes with it. Shares are 0..1. Set by looks: of frames at full size.

    Attributes:
        rings: copies of the face's oval, this many times as large, and how much of the head's motion they make: from
            all of it next to the face to none of it.
        below_chin: how much of that motion is taken away under the chin, where neck and shoulders stay.
        nodes: nodes of the grid to a face height; 15..30: fewer bend hair into facets, more only cost time.
        fade: face heights along the crop's inner edges over which all motion fades to nothing.
        inversions: steps of the iteration that turns the motion round.
    """

    rings: tuple[tuple[float, float], ...] = ((1.28, 1.0), (1.6, 0.7), (2.0, 0.2), (2.5, 0.0))
    below_chin: float = 0.75
    nodes: float = 20.0
    fade: float = 0.12
    inversions: int = 4


STYLE = SurroundingsStyle()

_REGULAR = 1e-5


@dataclass(frozen=True)
class Surroundings:
    """The motion of everything around one portrait's face, on a grid of nodes.

    Attributes:
        size: (height, width) of the crop.
        count: nodes down and across.
        from_outline: (G, 36) what each point of the face's oval does to each node.
        from_rigid: (G, 4) what the head's rigid motion does to each node.
    """

    size: tuple[int, int]
    count: tuple[int, int]
    from_outline: NDArray[np.float32]
    from_rigid: NDArray[np.float32]

    @staticmethod
    def build(
        size: tuple[int, int], edges: tuple[bool, bool, bool, bool], points: Array, outline: Array, frame: Frame
    ) -> Surroundings:
        """
        Args:
            size: (height, width) of the crop.
            edges: which of its sides must not move (left, top, right, bottom).
            points: (478, 3) the portrait's points, pixels.
            outline: (36, 2) the oval's texture positions.
        """
        height = frame.height
        count = node_count(size[0], height), node_count(size[1], height)
        nodes = node_positions(size, count)
        centre = points[list(OVAL)].mean(axis=0)
        head_depth = 0.3 * centre[2] + 0.7 * points[list(TEMPLES), 2].mean()
        controls, weights, depths = [outline], [], []
        for reach, weight in STYLE.rings:
            ring = centre[:2] + (outline[::2] - centre[:2]) * reach
            controls.append(ring)
            weights.append(weight * (1 - STYLE.below_chin * below_chin(ring, centre, height)))
            depths.append(np.full(len(ring), head_depth))
        far = border(size, 6)
        controls.append(far)
        weights.append(0.4 * far_share(far, centre, height) * (1 - below_chin(far, centre, height)))
        depths.append(np.full(len(far), centre[2]))
        spline = spline_matrix(np.concatenate(controls) / height, nodes / height)
        spline *= fade(nodes, size, edges, STYLE.fade * height)[:, None]
        ring = np.concatenate([np.concatenate(controls[1:]), np.concatenate(depths)[:, None]], axis=1)
        inputs = np.concatenate([(ring - frame.centre) / height, np.ones((len(ring), 1))], axis=1)
        from_rigid = spline[:, len(outline) :] @ (inputs * np.concatenate(weights)[:, None])
        return Surroundings(size, count, spline[:, : len(outline)].astype(np.float32), from_rigid.astype(np.float32))

    def field(self, outline_motion: Array, rigid: Array) -> Field:
        """(gh, gw, 2) displacement of the nodes, backward: what to add to a position to find where it comes from.

        Args:
            outline_motion: (36, 2) how far the oval's points move, pixels.
            rigid: (2, 4), see Targets.
        """
        # einsum keeps clear of threaded BLAS: the same sums in the same order everywhere
        flat = np.einsum("gn,cn->gc", self.from_outline, np.ascontiguousarray(outline_motion.T, np.float32))
        flat += np.einsum("gn,cn->gc", self.from_rigid, rigid.astype(np.float32))
        forward = flat.reshape(*self.count, 2)
        here, cells_a_pixel = self._cells
        backward = -forward
        for _ in range(STYLE.inversions):
            at = backward * cells_a_pixel
            at += here
            backward = -cv2.remap(forward, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return backward

    @cached_property
    def _cells(self) -> tuple[Field, Field]:
        """(gh, gw, 2) each node's column and row, and how many of both a pixel has."""
        y, x = np.mgrid[: self.count[0], : self.count[1]].astype(np.float32)
        here = np.stack([x, y], axis=2)
        scale = np.array([self.count[1] / self.size[1], self.count[0] / self.size[0]], np.float32)
        return here, np.tile(scale, (*self.count, 1))


def node_count(length: int, height: float) -> int:
    """Nodes along a side of the crop."""
    return max(4, round(length / height * STYLE.nodes))


def node_positions(size: tuple[int, int], count: tuple[int, int]) -> Array:
    """(G, 2) pixel positions of the nodes: the centres of equal cells."""
    y, x = np.mgrid[: count[0], : count[1]]
    cell = np.array([size[1] / count[1], size[0] / count[0]])
    positions: Array = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) * cell - 0.5
    return positions


def below_chin(points: Array, centre: Array, height: float) -> Array:
    """0 beside the face, 1 well below it."""
    return np.clip(((points[:, 1] - centre[1]) / height - 0.45) / 0.35, 0, 1)


def far_share(points: Array, centre: Array, height: float) -> Array:
    """1 on the head, 0 beside it: a crop's edge that cuts through the head moves with it."""
    distance = np.linalg.norm((points - centre[:2]) / np.array([0.65, 0.95]), axis=1) / height
    return np.clip((1.25 - distance) / 0.35, 0, 1)


def border(size: tuple[int, int], count: int) -> Array:
    """Points along the crop's four sides."""
    right, bottom = size[1] - 1, size[0] - 1
    along = np.linspace(0, 1, count)
    sides = [(x * right, y) for x in along for y in (0, bottom)]
    sides += [(x, y * bottom) for y in along[1:-1] for x in (0, right)]
    return np.array(sides, np.float64)


def fade(nodes: Array, size: tuple[int, int], edges: tuple[bool, bool, bool, bool], width: float) -> Array:
    """0 on the nodes nearest to an inner edge, 1 from `width` inwards."""
    first, last = nodes[0], nodes[-1]
    distances = (nodes[:, 0] - first[0], nodes[:, 1] - first[1], last[0] - nodes[:, 0], last[1] - nodes[:, 1])
    nearest = np.full(len(nodes), np.inf)
    for distance, inner in zip(distances, edges, strict=True):
        if inner:
            nearest = np.minimum(nearest, distance)
    share = np.clip(nearest / max(width, 1e-6), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def spline_matrix(controls: Array, queries: Array) -> Array:
    """(Q, C): values at the controls -> values at the queries, by a thin-plate spline (Bookstein 1989)."""
    count = len(controls)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(controls, controls) + _REGULAR * np.eye(count)
    system[:count, count:] = np.concatenate([np.ones((count, 1)), controls], axis=1)
    system[count:, :count] = system[:count, count:].T
    at = np.concatenate([_kernel(queries, controls), np.ones((len(queries), 1)), queries], axis=1)
    solved: Array = np.linalg.solve(system.T, at.T)[:count].T
    return solved


def _kernel(a: Array, b: Array) -> Array:
    squared = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    kernel: Array = squared * np.log(squared + 1e-9)
    return kernel
