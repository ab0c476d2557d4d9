"""What of the engine can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engines.neural.section import Arithmetic

Region = Literal["all", "exp", "pose", "lip", "eyes"]


@dataclass(frozen=True, kw_only=True)
class Options(Arithmetic):
    """How a driver is followed: as in liveportrait.Options.

    Attributes:
        relative: as the driver moves away from the reference frame; else its pose and expression themselves.
        expression_friendly: relative motion is scaled by the size of the heads.
        region: what of the motion is taken.
        multiplier: of all motion, in the end, 0 to 10.
        stitching: correct the keypoints so that the crop's border stays.
        shut_lips: in relative motion, begin from shut lips where the portrait's are open.
        eyes: open them as far as the driver's; in relative motion, all other motion is dropped.
        lips: likewise.
    """

    relative: bool = True
    expression_friendly: bool = True
    region: Region = "all"
    multiplier: float = 1.0
    stitching: bool = True
    shut_lips: bool = False
    eyes: bool = False
    lips: bool = False
