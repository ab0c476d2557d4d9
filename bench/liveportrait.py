"""How fast LivePortrait runs here, against the published loop: `python -m bench.liveportrait [--rounds 3]`."""

from __future__ import annotations

import torch
from torch import Tensor

import liveportrait
from bench._race import BASELINE, Race, Render, main, pictures
from liveportrait.decoder import fold_spectral
from liveportrait.driving import Driver
from liveportrait.model import Model
from liveportrait.stand_in import stand_in_weights


class PublishedLoop:
    """What the published pipeline does for each frame of a picture: it compresses the portrait's volume and draws its
    bumps again; norms are layers of their own, and spectral norms have been taken off."""

    def __init__(self, weights: dict[str, dict[str, Tensor]], source: Tensor, first: Tensor) -> None:
        self.model = Model()
        for name, state in weights.items():
            self.model.get_submodule(name).load_state_dict(state)
        fold_spectral(self.model.spade_generator)
        self.volume, info = self.model.volume(source), self.model.info(source)
        self.keypoints = info.keypoints
        self.taken = Driver(
            self.model.stitching_retargeting_module, info, self.model.info(first), liveportrait.Options()
        )

    @torch.inference_mode()
    def __call__(self, frame: Tensor) -> Tensor:
        taken = self.taken.keypoints(self.model.info(frame), None)
        warping = self.model.warping_module
        made = warping(warping.encode(self.volume, self.keypoints), taken)
        picture: Tensor = self.model.spade_generator(made.features)
        return picture


def build(variant: str) -> tuple[Render, str]:
    """One variant, and which way it takes here."""
    weights = stand_in_weights()
    source, frames = pictures()
    if variant == BASELINE:
        return PublishedLoop(weights, source, frames[:1]), "torch, float32"
    model = liveportrait.load_model(weights, precision=variant)
    animator = liveportrait.Animator(model, source, model.info(frames[:1]), liveportrait.Options())
    return animator.render, model.backend.path


if __name__ == "__main__":
    main(Race("liveportrait", "bench.liveportrait", (BASELINE, "fp32"), build))
