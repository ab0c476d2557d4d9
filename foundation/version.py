"""Duet's version, and those of the libraries that decide what it makes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import metadata

VERSION = "0.1.0"
"""The one place that says it: the installed metadata and `duet --version` read it here."""

LIBRARIES = (
    "ai-edge-litert",
    "av",
    "face-alignment",
    "imageio-ffmpeg",
    "mediapipe",
    "moviepy",
    "numba",
    "numpy",
    "opencv-contrib-python-headless",
    "Pillow",
    "scikit-image",
    "scipy",
    "torch",
)


def installed(names: Iterable[str]) -> dict[str, str]:
    """The version of each of these packages that is installed, by its name; what is not installed is left out."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@cache
def libraries() -> dict[str, str]:
    """The installed versions of the libraries whose version can change a picture or a sound."""
    return installed(LIBRARIES)
