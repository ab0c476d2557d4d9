"""Rectangles of pixels; they need no NumPy, and neither does planning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A pixel rectangle: columns x0..x1, rows y0..y1, ends not included."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def slices(self) -> tuple[slice, slice]:
        """Indexes an (H, W, ...) array: rows, columns."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def clipped(self, width: int, height: int) -> Box:
        """The part inside a picture of this size."""
        return Box(
            min(max(self.x0, 0), width),
            min(max(self.y0, 0), height),
            min(max(self.x1, 0), width),
            min(max(self.y1, 0), height),
        )

    def moved(self, right: int, down: int) -> Box:
        """The same rectangle elsewhere."""
        return Box(self.x0 + right, self.y0 + down, self.x1 + right, self.y1 + down)

    def seen_from(self, other: Box) -> Box:
        """The same rectangle in the pixels of another."""
        return self.moved(-other.x0, -other.y0)

    def common(self, other: Box) -> Box:
        """What the two share; of no, or negative, width or height where that is nothing."""
        low, high = (max(self.x0, other.x0), max(self.y0, other.y0)), (min(self.x1, other.x1), min(self.y1, other.y1))
        return Box(*low, *high)

    def meets(self, other: Box) -> bool:
        """Whether the two share a pixel."""
        shared = self.common(other)
        return shared.width > 0 and shared.height > 0

    def around(self, other: Box) -> Box:
        """The smallest that holds both."""
        low, high = (min(self.x0, other.x0), min(self.y0, other.y0)), (max(self.x1, other.x1), max(self.y1, other.y1))
        return Box(*low, *high)

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1."""
        return self.x0, self.y0, self.x1, self.y1

    def to_json(self) -> list[int]:
        return [self.x0, self.y0, self.x1, self.y1]
