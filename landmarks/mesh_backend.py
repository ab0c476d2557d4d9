"""Faces by MediaPipe's networks, whoever runs them: 478 points, 52 blendshapes and the head's pose."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from foundation.facetrack import Face
from foundation.geometry import Array, Box
from foundation.schemes import MEDIAPIPE_478
from landmarks.base import Image, LandmarkBackend
from landmarks.followed import LIMITS, Mesh, settled
from landmarks.following import LANES, Follower
from landmarks.windows import Bounds, Window, around, overlap, side, tiles

FINDER_SIDE = 256
"""Pictures go to the detector at most this large; it looks at 128 pixels."""
SMALLEST_TILE = 192
"""Faces of a fifth of this, some 40 pixels, are the smallest that are looked for."""
IS_FACE = 0.8
"""Detector score, averaged over three normalised cut-outs. People and painted people reach .83 and more, a monkey .78:
the score within the whole picture does not part them (.86 and .81)."""
PROBES = (1.0, 1.6, 2.0)


class Networks(ABC):
    """The networks of the model file, as this process has them loaded: backends come and go."""

    @abstractmethod
    def find(self, image: Image) -> Array:
        """(N, 5) faces of about a fifth of the picture's side and up: x0, y0, x1, y1 (brows to chin, ear to ear) in
        pixels, and the score, 0.5..1."""

    @abstractmethod
    def take(self) -> Mesh:
        """A landmark network that remembers no face."""

    def foresee(self, count: int) -> None:  # noqa: B027  (where taking one costs nothing, there is nothing to do)
        """So many will be taken soon."""

    def give_back(self, mesh: Mesh) -> None:  # noqa: B027  (as above)
        """Nobody uses it any more."""


class MeshBackend(LandmarkBackend):
    """What backends with these networks have in common.

    A still picture is searched at several scales; each face is then looked at again in a cut-out of its own, until
    its points have settled, and kept if the detector is sure of it there. In a video each face is followed in a
    cut-out that goes with it, by two networks that take turns. The points are those of single frames: nothing is
    smoothed over time.
    The same pictures in the same order give the same numbers, to the bit, on one machine.
    """

    scheme = MEDIAPIPE_478
    points = 478
    together = LANES

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._follows = False
        self._follower = Follower(self._candidates, self._networks.take, self._networks.give_back)

    def detect(self, image: Image, limit: int = 8) -> list[Face]:
        mesh = self._networks.take()
        found: list[Face] = []
        for wide in (False, True):
            for bounds in self._candidates(image, wide):
                if all(overlap(bounds, face.box) < LIMITS.same for face in found):
                    face = settled(mesh, image, bounds)
                    if (
                        face
                        and all(overlap(face.box, other.box) < LIMITS.same for other in found)
                        and self._is_face(image, face)
                    ):
                        found.append(face)
            if len(found) >= limit:
                break
        self._networks.give_back(mesh)
        return sorted(found, key=lambda face: -side(face.box))[:limit]

    def follow(self, image: Image, seconds: float, limit: int = 4) -> list[Face]:
        return self._follower.step([image], limit)[0]

    def follow_on(self, images: Sequence[Image], limit: int = 4) -> list[list[Face]]:
        if not self._follows:
            # the networks that the first face will need are opened while it is looked for
            self._networks.foresee(len(images))
            self._follows = True
        return self._follower.step(images, limit)

    def forget(self) -> None:
        self._follower.drop_all()

    def close(self) -> None:
        self._follower.close()

    def _candidates(self, image: Image, wide: bool) -> list[Bounds]:
        """Where faces may be, the largest first; `wide`: also small ones, and one that fills the picture."""
        height, width = image.shape[:2]
        rows = [self._find(image, around((0, 0, width, height), 0.5))]
        if wide:
            rows += [self._find(image, box) for box in tiles(width, height, SMALLEST_TILE)]
        every = np.concatenate(rows)
        kept: list[Bounds] = []
        for row in every[np.argsort(-every[:, 4], kind="stable")]:
            bounds = (float(row[0]), float(row[1]), float(row[2]), float(row[3]))
            if all(overlap(bounds, other) < LIMITS.same for other in kept):
                kept.append(bounds)
        return sorted(kept, key=lambda bounds: -side(bounds))

    def _find(self, image: Image, box: Box) -> Array:
        window = Window.over(box, FINDER_SIDE)
        rows = self._networks.find(window.cut(image))
        corners = window.back(rows[:, :4].reshape(-1, 2)).reshape(-1, 4)
        return np.concatenate([corners, rows[:, 4:]], axis=1)

    def _is_face(self, image: Image, face: Face) -> bool:
        scores = [self._find(image, around(face.box, reach))[:, 4].max(initial=0.0) for reach in PROBES]
        return float(np.mean(scores)) >= IS_FACE
