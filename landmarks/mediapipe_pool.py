"""MediaPipe's networks that are loaded in this process, handed from one task to the next: starting them takes as long
as a dozen pictures. A network that was used before and has been reset gives, to the bit, what a new one gives."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

from foundation.geometry import Array
from landmarks.base import Image
from landmarks.followed import Mesh
from landmarks.following import LANES
from landmarks.mediapipe_tasks import FaceFinder, FaceMesh
from landmarks.mesh_backend import Networks

KEPT = LANES + 1
"""Landmark networks that stay loaded while nobody uses them: those of a face that is followed, and one for stills."""


class MediapipeNetworks(Networks):
    """Of one model file."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._free: list[Mesh] = []
        self._coming: list[Future[FaceMesh]] = []
        self._finder = FaceFinder(model, confidence=0.5)  # remembers nothing, so all share it

    def find(self, image: Image) -> Array:
        return self._finder.find(image)

    def take(self) -> Mesh:
        if not self._free:
            return self._coming.pop(0).result() if self._coming else FaceMesh(self._model)
        mesh = self._free.pop()
        mesh.forget()
        return mesh

    def foresee(self, count: int) -> None:
        """Open those that are lacking, beside what the caller does."""
        opener = ThreadPoolExecutor(1, "open networks")
        lacking = range(count - len(self._free) - len(self._coming))
        self._coming += [opener.submit(FaceMesh, self._model) for _ in lacking]
        opener.shutdown(wait=False)

    def give_back(self, mesh: Mesh) -> None:
        if len(self._free) < KEPT:
            self._free.append(mesh)


networks = cache(MediapipeNetworks)
