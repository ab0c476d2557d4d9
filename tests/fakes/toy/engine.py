"""Makes the portrait brighter while the driver's head is turned."""

from __future__ import annotations

import numpy as np

from engines.base import Arrays, Driving, Engine, Own, Portrait, Renderer, Taking
from face.calibration import Detector
from foundation.geometry import Image
from tests.fakes.toy.about import Options


class Toy(Engine[Options]):
    """One number a frame."""

    name = "toy"
    options = Options

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        return {"levels": np.full(len(driving.track), taking.options.levels * taking.motion.head)}

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        return _Toy(portrait.image, prepared)


class _Toy(Renderer):
    def __init__(self, image: Image, prepared: Arrays) -> None:
        self._image, self._levels = image, prepared["levels"]

    def render(self, index: int, driving_frame: Image) -> Image:
        brighter = self._image.astype(np.float32) + float(self._levels[index])
        return np.clip(brighter, 0, 255).astype(np.uint8)
