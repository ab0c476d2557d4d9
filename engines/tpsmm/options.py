"""What of the engine can be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["fp32", "fast", "bf16", "fp16"]
Mode = Literal["relative", "standard", "avd"]
Keypoints = Literal["auto", "network", "landmarks"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the network is used.

    Attributes:
        precision: of its arithmetic, as of tpsmm.load_model.
        mode: one of the published ones.
        keypoints: where they come from: the network's own detector, or, for networks that were taught to find
            landmarks (auto takes them there), the face that the landmark stage has followed.
    """

    precision: Precision = "fast"
    mode: Mode = "relative"
    keypoints: Keypoints = "auto"
