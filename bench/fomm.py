"""How fast the First Order Motion Model runs here, against the published loop: `python -m bench.fomm [--rounds 7]`."""

from __future__ import annotations

import torch
from torch import Tensor

import fomm
from bench._race import BASELINE, ROOT, Race, Render, main, pictures
from fomm.generator import moved
from fomm.keypoints import relative, scale_of
from fomm.stand_in import stand_in_checkpoint
from networks.grids import warp

CONFIG = ROOT / "configs" / "models" / "fomm" / "vox-256.yaml"
Checkpoint = dict[str, dict[str, Tensor]]


class PublishedLoop:
    """What the published demo does for each frame: encode the source again, measure both hulls again, warp the source
    picture, too, to show it, and compute with bumps that are not settled."""

    def __init__(self, checkpoint: Checkpoint, source: Tensor, initial: Tensor) -> None:
        self.model = fomm.Model(fomm.load_config(CONFIG))
        for name, state in checkpoint.items():
            self.model.get_submodule(name).load_state_dict(state)
        self.source = source
        self.keypoints = self.model.keypoints(source)
        self.initial = self.model.keypoints(initial)

    @torch.inference_mode()
    def __call__(self, frame: Tensor) -> Tensor:
        generator, own = self.model.generator, self.keypoints
        driving = self.model.keypoints(frame)
        taken = relative(own, driving, self.initial, scale_of(own, self.initial))
        features = generator.encode(self.source)
        network = generator.dense_motion_network
        candidates, inputs = network.candidates(network.encode(self.source, own), taken)
        last = network.hourglass(inputs)[-1]
        motion = network.blend(candidates, network.mask(last), network.occlusion(last))
        _shown = warp(self.source, motion.deformation, align_corners=False)
        out: Tensor = generator.bottleneck(moved(features, motion.deformation, motion.occlusion))
        for block in generator.up_blocks:
            out = block(out)
        return torch.sigmoid(generator.final(out))


def build(variant: str) -> tuple[Render, str]:
    """One variant, and which way it takes here."""
    checkpoint = stand_in_checkpoint(fomm.load_config(CONFIG))
    source, frames = pictures()
    if variant == BASELINE:
        return PublishedLoop(checkpoint, source, frames[:1]), "torch, float32"
    model = fomm.load_model(CONFIG, checkpoint, precision=variant)
    return fomm.Animator(model, source, mode="relative", initial=frames[:1]).render, model.backend.path


if __name__ == "__main__":
    main(Race("fomm vox-256", "bench.fomm", (BASELINE, "fp32", "fast"), build))
