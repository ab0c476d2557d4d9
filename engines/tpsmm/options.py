"""What of the engine can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engines.neural.section import Arithmetic

Mode = Literal["relative", "standard", "avd"]
Keypoints = Literal["auto", "network", "landmarks"]


@dataclass(frozen=True, kw_only=True)
class Options(Arithmetic):
    """How the network is used.

    Attributes:
        mode: one of the published ones.
        keypoints: where they come from: the network's own detector, or, for networks that were taught to find
            landmarks (auto takes them there), the face that the landmark stage has followed.
    """

    mode: Mode = "relative"
    keypoints: Keypoints = "auto"
