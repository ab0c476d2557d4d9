"""The neural network with few channels and weights by formula: pictures that mean nothing, in milliseconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from skimage.transform import resize
from skimage.util import img_as_ubyte

import tpsmm
from tpsmm.stand_in import stand_in_checkpoint

SHAPE = (64, 64)
Image = NDArray[np.uint8]


def tiny_config(splines: int = 3, width: int = 8) -> dict[str, Any]:
    """A config in the published schema. `width`: channels of its first layers; the kernels take multiples of 16."""
    return {
        "model_params": {
            "common_params": {"num_tps": splines, "num_channels": 3, "bg": False, "multi_mask": True},
            "generator_params": {"block_expansion": width, "max_features": 8 * width, "num_down_blocks": 3},
            "dense_motion_params": {
                "block_expansion": width,
                "max_features": 32,
                "num_blocks": 3,
                "scale_factor": 0.25,
            },
            "avd_network_params": {"id_bottle_size": 8, "pose_bottle_size": 8},
        }
    }


def write_tiny(folder: Path, splines: int = 3, width: int = 8) -> tuple[Path, Path]:
    """The config's and the checkpoint's file."""
    config, checkpoint = folder / f"tiny{splines}.yaml", folder / f"tiny{splines}.pth.tar"
    config.write_text(yaml.safe_dump(tiny_config(splines, width)))
    torch.save(stand_in_checkpoint(tpsmm.load_config(config)), checkpoint)
    return config, checkpoint


def demo_frames(
    files: tuple[Path, Path], source: Image, clip: list[Image], mode: str = "relative", best: int = 0
) -> list[Image]:
    """What the published demo writes, frame by frame, in its own way: the whole clip in memory, outward from `best`."""
    model = tpsmm.load_model(*files)
    small = [_tensor(resize(frame, SHAPE)[..., :3]) for frame in clip]
    portrait = _tensor(resize(source, SHAPE)[..., :3])

    def animation(driving: list[torch.Tensor]) -> list[torch.Tensor]:
        animator = tpsmm.Animator(model, portrait, mode=mode, initial=driving[0])
        return [animator.render(frame) for frame in driving]

    made = animation(small[: best + 1][::-1])[::-1] + animation(small[best:])[1:]
    return [img_as_ubyte(picture[0].permute(1, 2, 0).numpy()) for picture in made]


def _tensor(picture: NDArray[np.floating]) -> torch.Tensor:
    return torch.tensor(picture[np.newaxis].astype(np.float32)).permute(0, 3, 1, 2)
