"""Eyes, lids and the mouth's inside, laid into a face that was moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.base import Arrays
from engines.layers import eyes, mouth
from engines.layers.lips import CONTOUR
from engines.layers.teeth import own_teeth
from face import rig
from face.drawn_mouth import Bite
from face.palette import Palette
from face.topology import EYES
from foundation.geometry import Array, Image


@dataclass(frozen=True)
class Layers:
    """What is laid into every frame of one portrait.

    Attributes:
        rest: (>=478, 2) where the portrait's points are, pixels.
        eyeballs: both; none where lids and gaze stay as they are.
        mouth: its inside.
    """

    rest: Array
    eyeballs: tuple[eyes.Eyeball, ...]
    mouth: mouth.Mouth

    @staticmethod
    def of(image: Image, prepared: Arrays) -> tuple[Image, Layers]:
        """The portrait, its mouth emptied if it was open, and what is laid into it.

        Args:
            image: the portrait.
            prepared: `texture` and `own_gap`, see Rig; `height` of its face, pixels; and see engines.layers.seen.
        """
        height, points, emptied, teeth = float(prepared["height"]), prepared["texture"], image, None
        if float(prepared["own_gap"]) > rig.STYLE.open_mouth:
            emptied, teeth = own_teeth(image, points[CONTOUR], height, Palette.unpacked(prepared["own"]))
        return emptied, Layers(points, eyes.Eyeball.both(image, points), mouth.Mouth.of(prepared, height, teeth))

    def lay(  # noqa: PLR0917  (a frame of Renderer.eased, and where it goes)
        self, out: Image, points: Array, driving_frame: Image, moving: Arrays, index: int, share: float = 1.0
    ) -> None:
        """Lay them into a frame; in place.

        Args:
            points: (>=478, 2) where they are now.
            moving: rows of all frames: `gaze` (N, 2, 2), see retargeting.gaze_motion, and `lips`, `covered` and
                `inside`, see engines.layers.seen.
            index, share: as in Renderer.eased.
        """
        gazes = moving["gaze"][index]
        if share < 1:
            gazes = share * gazes
        for eye, eyeball, gaze in zip(EYES, self.eyeballs, gazes, strict=bool(self.eyeballs)):
            eyes.paint(out, points, eye, eyeball, gaze)
        theirs = moving["lips"][index].astype(np.float64)
        tongue, together = map(float, moving["inside"][index])
        shown = mouth.Shown(
            covered=float(moving["covered"][index]),
            bite=Bite.of(points, self.rest),
            tongue=tongue,
            together=together,
        )
        mouth.paint(out, points[CONTOUR], driving_frame, theirs, self.mouth, shown=shown)
