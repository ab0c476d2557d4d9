"""What of a picture is moved: a face that is found in it, or a square of it, whole, as bodies and animals are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from foundation.box import Box

Subject = Literal["face", "whole"]
Written = str | dict[str, list[float] | int]


@dataclass(frozen=True, kw_only=True)
class Square:
    """A square of a picture.

    Attributes:
        at: its middle, (x, y) in pixels; None: that of the picture.
        size: pixels a side; None: as many as the picture's longer side, so that all of it is inside.
    """

    at: tuple[float, float] | None = None
    size: int | None = None

    def box(self, picture: tuple[int, int]) -> Box:
        """The whole pixels of a picture, (width, height), that it covers; it may reach past the picture's edges."""
        side = self.size or max(picture)
        x, y = self.at or (picture[0] / 2, picture[1] / 2)
        x0, y0 = round(x - side / 2), round(y - side / 2)
        return Box(x0, y0, x0 + side, y0 + side)

    @property
    def written(self) -> Written:
        """As a manifest writes it."""
        return "whole" if self.at is None or self.size is None else {"at": list(self.at), "size": self.size}
