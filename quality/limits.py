"""What a figure must reach."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INF = float("inf")


@dataclass(frozen=True)
class Limit:
    """At least `low`, at most `high`."""

    low: float = -INF
    high: float = INF

    def holds(self, value: float) -> bool:
        """A figure that does not apply (NaN) holds."""
        return not math.isfinite(value) or self.low <= value <= self.high

    def to_json(self) -> dict[str, float]:
        """JSON-safe: an end that is open is left out."""
        ends = {"min": self.low, "max": self.high}
        return {name: end for name, end in ends.items() if math.isfinite(end)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Limit:
        return Limit(float(data.get("min", -INF)), float(data.get("max", INF)))

    def __str__(self) -> str:
        if math.isinf(self.low) and math.isinf(self.high):
            return ""
        if self.low == self.high:
            return f"{self.low:g}"
        if math.isinf(self.high):
            return f">= {self.low:g}"
        return f"<= {self.high:g}" if math.isinf(self.low) else f"{self.low:g}..{self.high:g}"
