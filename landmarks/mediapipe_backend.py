"""The face networks as MediaPipe runs them; an option, for comparison: LiteRT gives the same points in less time."""

from __future__ import annotations

from foundation.errors import InputError
from landmarks.mediapipe_pool import networks
from landmarks.mesh_backend import MeshBackend
from landmarks.model_file import find_model


class MediapipeBackend(MeshBackend):
    """Needs requirements-mediapipe.txt. Of the picture before, 2 to 3 % stay in the points: see mediapipe_tasks."""

    name = "mediapipe"

    def __init__(self) -> None:
        model = find_model()
        try:
            super().__init__(networks(model))
        except OSError as problem:
            cure = "install it (Debian: apt-get install libgles2 libegl1), or choose landmarks: litert"
            raise InputError(f"MediaPipe lacks a library of the system: {problem}", cure=cure) from problem
