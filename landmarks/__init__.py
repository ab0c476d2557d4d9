"""Landmark backends, by name, each imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module

from foundation.errors import ManifestError
from landmarks.base import LandmarkBackend

BACKENDS = {
    "mediapipe": "landmarks.mediapipe_backend:MediapipeBackend",
    "face_alignment": "landmarks.face_alignment_backend:FaceAlignmentBackend",
}


def load_backend(name: str) -> LandmarkBackend:
    """The backend of that name, its model loaded.

    Raises: ManifestError if there is none; InputError if its model is missing.
    """
    if name not in BACKENDS:
        raise ManifestError(f"no landmark backend is called {name!r}", cure=f"use one of {', '.join(BACKENDS)}")
    module, cls = BACKENDS[name].split(":")
    backend: LandmarkBackend = getattr(import_module(module), cls)()
    return backend
