"""The default backend: the face networks on LiteRT."""

from __future__ import annotations

from foundation.geometry import Array
from landmarks.base import Image
from landmarks.followed import Mesh
from landmarks.litert.mesh import FaceMesh, FaceNetworks, face_networks
from landmarks.mesh_backend import MeshBackend, Networks
from landmarks.model_file import find_model

SHARED = 0.3
"""As in Detector.find, where a whole picture is searched."""


class LitertNetworks(Networks):
    """One set for everybody: a face that is followed is a place, not a network."""

    def __init__(self, networks: FaceNetworks) -> None:
        self._networks = networks

    def find(self, image: Image) -> Array:
        return self._networks.detector.find(image, SHARED)[:, [0, 1, 2, 3, -1]]

    def take(self) -> Mesh:
        return FaceMesh(self._networks)


class LitertBackend(MeshBackend):
    """On the CPU, one thread for each frame that is looked at."""

    name = "litert"

    def __init__(self) -> None:
        super().__init__(LitertNetworks(face_networks(find_model())))
