"""Engines that follow a driver while he is filmed."""

from __future__ import annotations

from abc import ABC, abstractmethod

from engines.base import Driving, Engine, OptionsT, Portrait, Taking
from face.calibration import Detector
from foundation.facetrack import Face
from foundation.geometry import Image


class LiveRenderer(ABC):
    """One portrait and one driver who is filmed meanwhile: a frame knows those before it, and none after."""

    @abstractmethod
    def render(self, face: Face, driving_frame: Image, share: float = 1.0) -> Image:
        """The portrait as the driver is now, (H, W, 3) uint8 RGB, as Renderer.eased has it.

        Args:
            face: of the driver, in the pixels of `driving_frame`, (h, w, 3) uint8 RGB.
            share: 0..1, how far the portrait goes from its pose at rest.
        """

    @abstractmethod
    def forget(self) -> None:
        """The next frame has nothing to do with those before it: the driver was away."""


class LiveEngine(Engine[OptionsT]):
    """An engine that can follow a driver as fast as he is filmed."""

    @abstractmethod
    def follow(self, portrait: Portrait, driving: Driving, taking: Taking[OptionsT], detect: Detector) -> LiveRenderer:
        """Begin to follow.

        Args:
            driving: the first second or so of the driver, at rest: what comes is measured from it.
            taking, detect: as in `prepare`.
        Raises:
            InputError: portrait or driver cannot be used, with the cure.
        """
