"""Where people are in a picture: MediaPipe's selfie segmentation, the general network of 256 x 256 pixels, on LiteRT.

The weights come with Duet, as they lie in mediapipe 0.10.21; their licence stands beside them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from foundation.errors import InputError
from foundation.geometry import Image
from landmarks.litert.network import Floats, Network

SIDE = 256
WEIGHTS = Path(__file__).with_name("selfie_segmentation.tflite")
SHA256 = "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"


@cache
def people_network() -> Network:
    """The network, opened once a process.

    Raises:
        InputError: the file is another one than came with Duet.
    """
    return Network(_verified(WEIGHTS))


def _verified(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as problem:
        told = f"the network that finds people cannot be read: {problem.strerror}"
        raise InputError(told, file=path, cure="install Duet again") from problem
    if hashlib.sha256(content).hexdigest() != SHA256:
        told = "is not the network that finds people (its sha256 differs)"
        raise InputError(told, file=path, cure="install Duet again")
    return content


def people(image: Image, *, mirrored: bool = False) -> Floats:
    """(SIDE, SIDE), 0..1: how surely each cell of the picture, stretched to a square, shows a person.

    Args:
        mirrored: look a second time, at the mirrored picture, and take the mean: what the two see differently is
            uncertain.
    """
    kind = cv2.INTER_AREA if min(image.shape[:2]) > SIDE else cv2.INTER_LINEAR
    small = cv2.resize(image, (SIDE, SIDE), interpolation=kind).astype(np.float32) * np.float32(1 / 255)
    seen = _seen(small)
    return (seen + _seen(small[:, ::-1])[:, ::-1]) * np.float32(0.5) if mirrored else seen


def _seen(small: Floats) -> Floats:
    return people_network()(np.ascontiguousarray(small)[None])[0][0, :, :, 0]
