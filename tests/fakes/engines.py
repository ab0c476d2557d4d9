"""An engine that moves nothing: what comes out of the pipeline must then be what went in."""

from __future__ import annotations

import numpy as np

from engines.base import Arrays, Driving, Engine, Own, Portrait, Renderer, Taking
from engines.landmark_tps.options import Options
from engines.plugin import CropSpec, EnginePlugin
from face.calibration import Detector
from foundation.geometry import Image


class Still(Engine[Options]):
    """Shows the portrait, on a square crop of 128 pixels, as a neural engine would take it."""

    name = "still"
    options = Options

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        return {"frames": np.array(len(driving.track))}

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        return _Still(portrait.image)


class _Still(Renderer):
    def __init__(self, image: Image) -> None:
        self._image = image

    def render(self, index: int, driving_frame: Image) -> Image:
        return self._image


class Tinted(Still):
    """As Still, but ten levels too bright: networks drift in colour."""

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        return _Still(np.clip(portrait.image.astype(int) + 10, 0, 255).astype(np.uint8))


CROP = CropSpec(reach=1.2, size=128)
STILL = EnginePlugin("tests.fakes.engines:Still", version=1, crop=CROP)
TINTED = EnginePlugin("tests.fakes.engines:Tinted", version=1, crop=CROP)
"""Their rows."""
