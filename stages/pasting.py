"""Laying a moved crop into its still portrait, as the stages that do it have it in common."""

from __future__ import annotations

import numpy as np

from compositing.front import laid_over
from compositing.paste import Paste
from compositing.style import PasteStyle
from foundation.geometry import Image
from stages.crops import Crop, Matte


class Pasting:
    """Pastes into one portrait.

    Attributes:
        info: how the crop lies in it.
        still: (h, w, 3) that part of it, at rest.
        opacity: (h, w) of the person in it; None: nobody can tell.

    Args:
        still: (h, w, 3) the crop, if it has been read: one that keeps the picture's own pixels is that part of it.
    """

    def __init__(self, crop: Crop, style: PasteStyle, matte: Matte | None = None, still: Image | None = None) -> None:
        self.info = crop.info()
        bare = crop.bare() if still is None or not self.info.native else still
        person = matte.person(self.info.box) if matte else None
        self._paste, self._fronts = Paste(bare, self.info, crop.face(), style, person=person), crop.fronts()
        self.still = laid_over(bare, self._fronts)
        whole = matte.opacity() if matte else None
        self.opacity = None if whole is None else np.ascontiguousarray(whole[self.info.box.slices])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of what is made."""
        return self.info.box.width, self.info.box.height

    def __call__(self, moved: Image) -> Image:
        """(h, w, 3) the part of the portrait that the crop covers, with the moved crop in it."""
        return laid_over(self._paste(moved), self._fronts)

    def told(self, moved: Image) -> tuple[Image, Image]:
        """The same, and (h, w) how much of each of its pixels is the person. There must be a matte."""
        assert self.opacity is not None  # noqa: S101  (see above)
        pasted, here = self._paste.told(moved, self.opacity)
        return laid_over(pasted, self._fronts), here
