"""One face on its way through the frames of a video, looked at in a cut-out of its own that goes with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from foundation.facetrack import Face
from foundation.geometry import Array, Box
from landmarks.base import Image
from landmarks.windows import Bounds, Window, around, centre, overlap, side


@dataclass(frozen=True, kw_only=True)
class FollowLimits:
    """How faces are looked for and kept. Times are in frames.

    Set by hand: each look costs a run of the network, each frame without one a face that may be lost.

    Attributes:
        reach: half the side of the cut-out around a face, face sizes; 1.2..2.
        settling: looks at a new cut-out until the points no longer depend on where the first one started.
        census: how often to look for further faces while some are followed.
        search: how often to search at every scale while none is followed.
        patience: how long a lost face is looked for where it was.
        same: faces that share this part of the smaller one, 0..1, are one face.
        near: how much of a face, seen again, lies where it was seen last, 0..1.
    """

    reach: float = 1.6
    settling: int = 3
    census: int = 5
    search: int = 10
    patience: int = 12
    same: float = 0.5
    near: float = 0.25


LIMITS = FollowLimits()

MESH_SIDE = 1024
"""Larger cut-outs are halved until they fit: the landmark network samples 256 pixels of them and would skip some."""


class Mesh(Protocol):
    """A landmark network for one face that looks first where the face was."""

    def look(self, image: Image, times: int = 1) -> Face | None: ...
    def forget(self) -> None: ...


def settled(mesh: Mesh, image: Image, bounds: Bounds) -> Face | None:
    """The face at `bounds`, and not its larger neighbour, its points settled; None if there is none."""
    for reach in (LIMITS.reach, 0.8):
        window = Window.over(around(bounds, reach), MESH_SIDE)
        mesh.forget()
        face = mesh.look(window.cut(image), LIMITS.settling)
        if face:
            face = replace(face, points=window.back(face.points))
            if overlap(face.box, bounds) >= LIMITS.same:
                return face
    return None


@dataclass
class Lane:
    """One of a face's networks. `astray`: it has not seen the face yet, or ended on another one."""

    mesh: Mesh
    astray: bool


@dataclass(eq=False)
class Followed:
    """One face on its way through the frames."""

    lanes: list[Lane]
    face: Face
    window: Box
    velocity: Array = field(default_factory=lambda: np.zeros(2))
    missed: int = 0
    jump: float = 0.0

    def aim(self) -> int:
        """Put the cut-out where the face is; how many looks it takes there."""
        if self._in_place():
            return 1
        self.window = around(self.face.box, LIMITS.reach)
        return LIMITS.settling

    def look(self, number: int, image: Image, looks: int) -> Face | None:
        """What lane `number` finds. Changes nothing but the lane, so lanes may look at the same time."""
        lane = self.lanes[number]
        if lane.astray:
            face = settled(lane.mesh, image, self.face.box)
            lane.astray = face is None
            return face
        window = Window.over(self.window, MESH_SIDE)
        shown = window.cut(image)
        face = lane.mesh.look(shown, looks) or lane.mesh.look(shown, LIMITS.settling)
        if face:
            face = replace(face, points=window.back(face.points))
            lane.astray = not self.is_at(face)
        return face

    def is_at(self, face: Face) -> bool:
        """Whether a face is where this one may have got to."""
        return overlap(face.box, self.face.box) >= LIMITS.near

    def take(self, face: Face | None) -> bool:
        """Take over what the next frame shows; whether it is this face."""
        if not face or not self.is_at(face):
            self.missed += 1
            self.velocity = self.velocity * 0.5
            return False
        here, before = centre(face.box), centre(self.face.box)
        self.jump = float(np.linalg.norm(here - before - self.velocity)) / side(face.box)
        self.velocity = (here - before) / (self.missed + 1)
        self.face, self.missed = face, 0
        return True

    def _in_place(self) -> bool:
        """Whether the cut-out still holds the face well."""
        size = side(self.face.box)
        away = np.abs(centre(self.face.box) - np.array([self.window.x0, self.window.y0]) - self.window.width / 2).max()
        return bool(away < 0.4 * size) and 0.75 < 2 * LIMITS.reach * size / self.window.width < 1.33
