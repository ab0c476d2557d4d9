"""Landmark backends, by name, each imported only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foundation.plugins import Library, Plugin, check_installed, load_plugin

if TYPE_CHECKING:
    from landmarks.base import LandmarkBackend

KIND = "landmark backend"
DEFAULT = "litert"
BACKENDS = {
    "litert": Plugin("landmarks.litert.backend:LitertBackend", version=2),
    "mediapipe": Plugin(
        "landmarks.mediapipe_backend:MediapipeBackend",
        version=3,
        needs=Library("mediapipe", "pip install --no-deps -r requirements-mediapipe.txt"),
    ),
    "face_alignment": Plugin("landmarks.face_alignment_backend:FaceAlignmentBackend", version=1),
}


def check_backend(name: str) -> None:
    """Fail before the work rather than in it.

    Raises:
        InputError: it needs a library that is not installed.
    """
    check_installed(KIND, BACKENDS[name], name)


def load_backend(name: str = DEFAULT) -> LandmarkBackend:
    """The backend of that name, its model loaded.

    Raises: ManifestError if there is none; InputError if its model or its library is missing.
    """
    backend: LandmarkBackend = load_plugin(KIND, BACKENDS, name)
    return backend
