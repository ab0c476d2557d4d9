"""What a landmark backend is: it finds faces in RGB frames and gives their points in pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face

Image = NDArray[np.uint8]
EVERY = 1000
"""As a limit: more faces than one picture shows."""


class LandmarkBackend(ABC):
    """Finds faces. A context manager: leaving it gives up the model.

    Class attributes:
        `name` as in the manifest; `scheme`, a constant of foundation.facetrack; `points`, how many a
    face has; `together`, how many frames `follow_on` takes at once. Its version stands in the table landmarks.BACKENDS:
    raise it there whenever its results change.
    """

    name: ClassVar[str]
    scheme: ClassVar[str]
    points: ClassVar[int]
    together: ClassVar[int] = 1

    @abstractmethod
    def detect(self, image: Image, limit: int = 8) -> list[Face]:
        """Every face of a still picture, largest first, small ones in large pictures included.

        Args:
            image: (H, W, 3) uint8 RGB.
            limit: at most so many.
        Raises:
            InputError: the model is missing or damaged, with the cure.
        """

    @abstractmethod
    def follow(self, image: Image, seconds: float, limit: int = 4) -> list[Face]:
        """The faces of the next frame of a video, in no fixed order; may use what earlier calls saw.

        Args:
            image: (H, W, 3) uint8 RGB, the same size in each call.
            seconds: the frame's time, larger in each call.
        """

    def follow_on(self, images: Sequence[Image], limit: int = 4) -> list[list[Face]]:
        """The faces of the next frames of a video, up to `together` of them, which may be looked at side by side.

        The same frames in the same groups give the same faces, to the bit, however many processors there are.
        """
        return [self.follow(image, 0.0, limit) for image in images]

    def forget(self) -> None:  # noqa: B027  (a backend that remembers nothing has nothing to do)
        """The next frame has nothing to do with the last one: another shot begins."""

    @abstractmethod
    def close(self) -> None:
        """Give up the model, for good or to who opens the backend next in this process; this one is not used again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
