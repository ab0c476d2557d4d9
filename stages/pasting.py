"""Laying a moved crop into its still portrait, as the stages that do it have it in common."""

from __future__ import annotations

from compositing.front import laid_over
from compositing.paste import Paste
from compositing.style import PasteStyle
from foundation.geometry import Image
from stages.crops import Crop


class Pasting:
    """Pastes into one portrait.

    Attributes:
        info: how the crop lies in it.
    """

    def __init__(self, crop: Crop, style: PasteStyle) -> None:
        self.info = crop.info()
        self._paste, self._fronts = Paste(crop.bare(), self.info, crop.face(), style), crop.fronts()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of what is made."""
        return self.info.box.width, self.info.box.height

    def __call__(self, moved: Image) -> Image:
        """(h, w, 3) the part of the portrait that the crop covers, with the moved crop in it."""
        return laid_over(self._paste(moved), self._fronts)
