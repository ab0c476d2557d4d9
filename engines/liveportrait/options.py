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
        hold_eyes: of a video as the portrait, the eyes stay as open as in its first frame.
        observation_variance: of the smoother of such a portrait's motion; larger is smoother.
    """

    relative: bool = True
    expression_friendly: bool = True
    region: Region = "all"
    multiplier: float = 1.0
    stitching: bool = True
    shut_lips: bool = False
    eyes: bool = False
    lips: bool = False
    hold_eyes: bool = False
    observation_variance: float = 3e-7

    @property
    def retargets(self) -> bool:
        """Whether the driver's ratios of eyes and lips are needed."""
        return self.eyes or self.lips
