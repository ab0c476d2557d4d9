"""Portraits that stay with a worker for its next tasks: workers move and judge performers by turns."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from stages.crops import Crop, Matte

SAMPLES = 6_000_000
"""Samples of all pictures that stay, about 16 MB with what is behind them."""
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """What was read last, by what it was read of.

    Args:
        samples: of the picture in a value.
    """

    def __init__(self, samples: Callable[[Value], int]) -> None:
        self._samples, self._values = samples, dict[Key, Value]()

    def get(self, key: Key, crop: Crop, matte: Matte | None, read: Callable[[], Value]) -> Value:
        """The value of a key, read if it is not here. It stays if the contents of crop and matte are known."""
        value = self._values.pop(key, None) or read()
        if crop.given.digest and (matte is None or matte.given.digest):
            self._values[key] = value
        while sum(map(self._samples, self._values.values())) > SAMPLES:
            del self._values[next(iter(self._values))]
        return value
