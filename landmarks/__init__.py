"""Landmark backends, by name, each imported only when it is asked for."""

from __future__ import annotations

from foundation.plugins import Plugin, load_plugin
from landmarks.base import LandmarkBackend

BACKENDS = {
    "mediapipe": Plugin("landmarks.mediapipe_backend:MediapipeBackend", version=2),
    "face_alignment": Plugin("landmarks.face_alignment_backend:FaceAlignmentBackend", version=1),
}


def load_backend(name: str) -> LandmarkBackend:
    """The backend of that name, its model loaded.

    Raises: ManifestError if there is none; InputError if its model is missing.
    """
    backend: LandmarkBackend = load_plugin("landmark backend", BACKENDS, name)
    return backend
