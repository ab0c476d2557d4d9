"""How fast the Thin-Plate Spline network runs here, against the published loop: `python -m bench.tpsmm`."""

from __future__ import annotations

import torch
from torch import Tensor

import tpsmm
from bench._race import BASELINE, ROOT, Race, Render, main, pictures
from networks.grids import warp
from networks.reference import movement_scale
from tpsmm.stand_in import stand_in_checkpoint

CONFIG = ROOT / "configs" / "models" / "vox-256.yaml"
Checkpoint = dict[str, dict[str, Tensor]]


class PublishedLoop:
    """What the published demo does for each frame: encode the source again, measure both hulls again, warp every
    feature map twice, because training wants one of them without gradients, and compute with bumps that are not
    settled."""

    def __init__(self, checkpoint: Checkpoint, source: Tensor, initial: Tensor) -> None:
        self.model = tpsmm.Model(tpsmm.load_config(CONFIG))
        for name, state in checkpoint.items():
            self.model.get_submodule(name).load_state_dict(state)
        self.model.kp_detector.lay_out()  # as ours: the errors printed are those of motion and painting
        self.source = source
        self.keypoints = self.model.keypoints(source)
        self.initial = self.model.keypoints(initial)

    @torch.inference_mode()
    def __call__(self, frame: Tensor) -> Tensor:
        model, source = self.model, self.source
        driving = model.keypoints(frame)
        moved = (driving - self.initial) * movement_scale(self.keypoints, self.initial) + self.keypoints
        motion = model.dense_motion_network
        candidates, features = motion.candidates(motion.encode(source, self.keypoints), moved)
        deformation, masks = motion.blend(candidates, motion.hourglass(features))
        maps = model.inpainting_network.encode(source)
        for features, mask in zip(reversed(maps), masks, strict=True):
            _unused = warp(features, deformation) * mask
        picture: Tensor = model.inpainting_network(source, maps, deformation, masks)
        return picture


def build(variant: str) -> tuple[Render, str]:
    """One variant, and which way it takes here."""
    checkpoint = stand_in_checkpoint(tpsmm.load_config(CONFIG))
    source, frames = pictures()
    if variant == BASELINE:
        return PublishedLoop(checkpoint, source, frames[:1]), "torch, float32"
    model = tpsmm.load_model(CONFIG, checkpoint, precision=variant)
    return tpsmm.Animator(model, source, mode="relative", initial=frames[:1]).render, model.backend.path


if __name__ == "__main__":
    main(Race("vox-256", "bench.tpsmm", (BASELINE, "fp32", "fast", "bf16"), build))
