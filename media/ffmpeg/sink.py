"""What a FrameWriter writes into."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Box


class Sink(ABC):
    """An encoder that is fed frames one by one. `prepare` runs in the caller's thread, the rest in the writer's."""

    @abstractmethod
    def prepare(self, image: NDArray[np.uint8], changed: Sequence[Box] | None = None) -> Any:
        """A copy of the frame, (H, W, C) uint8, in the form that `send` takes.

        Args:
            changed: parts outside which it is as the one before; None: nobody knows.
        """

    @abstractmethod
    def send(self, prepared: Any) -> None:
        """Encode what `prepare` gave. Raises: OSError or av.FFmpegError if it cannot be written, StageError."""

    @abstractmethod
    def finish(self) -> None:
        """Write what is left and close. Raises: as `send`."""

    @abstractmethod
    def abort(self) -> None:
        """Stop at once; what was written is of no use."""
