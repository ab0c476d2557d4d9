"""What of the engine can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engines.neural.section import Arithmetic

Mode = Literal["relative", "standard"]


@dataclass(frozen=True, kw_only=True)
class Options(Arithmetic):
    """How the network is used.

    Attributes:
        mode: from the portrait's own pose, as the driver moves away from the reference frame's; or the driver's
            keypoints themselves.
        adapt_scale: relative movements are scaled by the size of the keypoints' hulls.
    """

    mode: Mode = "relative"
    adapt_scale: bool = True
