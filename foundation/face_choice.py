"""Which face of a picture is meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Order = Literal["largest", "leftmost", "rightmost"]


@dataclass(frozen=True, kw_only=True)
class FaceChoice:
    """One face: by the first of `at`, `index` and `order` that says which.

    Attributes:
        order: the first in this order.
        index: the nth, counted from 0 at the largest.
        at: the one at this point, (x, y) in pixels.
    """

    order: Order = "largest"
    index: int | None = None
    at: tuple[float, float] | None = None

    @property
    def written(self) -> Any:
        """As a manifest writes it."""
        if self.at is not None:
            return {"at": list(self.at)}
        return self.order if self.index is None else {"index": self.index}
