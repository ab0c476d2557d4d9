"""Engines that move each frame of a moving plate: a video as the portrait."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engines.base import Arrays, Driving, Engine, OptionsT, Own, Portrait, Taking
from face.calibration import Detector
from foundation.facetrack import FaceTrack
from foundation.geometry import Image
from foundation.person import Person


@dataclass(frozen=True)
class Plate:
    """A moving plate: a video as the portrait, for `prepare_plate` only.

    Attributes:
        track: the face in each of its M frames, in the picture's pixels.
        corners: (M, 2) where the crop's first pixel lies in each frame, whole pixels where it keeps the plate's own.
        size: (width, height) of the crop.
        crops: reads the crop of every frame, (H, W, 3) uint8 RGB; streaming.
    """

    track: FaceTrack
    corners: NDArray[np.float64]
    size: tuple[int, int]
    crops: Callable[[], Iterator[Image]]


class PlateRenderer(ABC):
    """One plate, one clip, ready to render the plate's frames in any order."""

    @abstractmethod
    def render(self, index: int, plate_crop: Image, driving_frame: Image, person: Person | None = None) -> Image:
        """Frame `index` of the plate with the performer's face, as large as `plate_crop`, (H, W, 3) uint8 RGB.

        Equal to the plate, bit for bit, along the crop's sides that lie inside the picture.

        Args:
            index: 0..M-1.
            driving_frame: of the clip, whose last one stays where the plate is longer.
            person: whom the crop shows, for engines that can leave the background where it is; None: nobody could tell.
        """


class PlateEngine(Engine[OptionsT]):
    """An engine that moves each frame of a plate from where the face is in it. Others animate one of its frames."""

    @abstractmethod
    def prepare_plate(
        self, plate: Plate, portrait: Portrait, driving: Driving, taking: Taking[OptionsT], detect: Detector
    ) -> Arrays:
        """As `prepare`, for all frames of the plate; `portrait` is the crop of its most usual one."""

    @abstractmethod
    def open_plate(self, prepared: Arrays, own: Own[OptionsT]) -> PlateRenderer:
        """A renderer from what `prepare_plate` returned."""
