"""FOMM and LivePortrait as ../shared/golden/check/check.py asks for them (its docstring says how)."""

from __future__ import annotations

import sys
from pathlib import Path

from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # it is loaded by its path, from anywhere

import fomm  # noqa: E402
from fomm.keypoints import Keypoints, relative, scale_of  # noqa: E402

CONFIGS = ROOT / "configs" / "models"
Pair = tuple[Tensor, Tensor]
States = dict[str, dict[str, Tensor]]


class Fomm:
    def __init__(self, config: str, states: States) -> None:
        self.model = fomm.load_model(CONFIGS / "fomm" / f"{config}.yaml", states)

    def keypoints(self, x: Tensor) -> Pair:
        found = self.model.keypoints(x)
        return found.value, found.jacobian

    def normalise(  # noqa: PLR0917  (the interface is given)
        self, source: Pair, driving: Pair, initial: Pair, relatively: bool, adapt: bool, jacobian: bool
    ) -> Pair:
        if not relatively:
            return driving
        own, now, first = (Keypoints(*pair) for pair in (source, driving, initial))
        moved = relative(own, now, first, scale_of(own, first) if adapt else 1.0, jacobian=jacobian)
        return moved.value, moved.jacobian

    def dense(self, x: Tensor, source: Pair, driving: Pair) -> dict[str, Tensor]:
        motion = self._motion(x, source, driving)
        return {"deformation": motion.deformation[0], "occlusion": motion.occlusion[0, 0], "mask": motion.mask[0]}

    def render(self, x: Tensor, source: Pair, driving: Pair) -> Tensor:
        backend = self.model.backend
        return backend.paint(backend.encode(x), self._motion(x, source, driving))[0].permute(1, 2, 0)

    def _motion(self, x: Tensor, source: Pair, driving: Pair) -> fomm.Motion:
        encoded = self.model.generator.dense_motion_network.encode(x, Keypoints(*source))
        return self.model.backend.move(encoded, Keypoints(*driving))
