"""The First Order Motion Model (Siarohin et al., NeurIPS 2019, arXiv 2003.00196) as a PyTorch library of its own.

    model = fomm.load_model("vox-256.yaml", "vox-cpk.pth.tar")
    animator = fomm.Animator(model, source, mode="relative", initial=frames[:1])
    pictures = animator.render(frames)

It knows nothing of the rest of the project but the error types and how memory is kept. `README.md` beside this file
shows the parts.
"""

from fomm.animator import Animator, SourceState
from fomm.config import ModelConfig, load_config
from fomm.dense_motion import Motion
from fomm.keypoints import Keypoints
from fomm.model import Model, load_model
from networks.reference import best_reference, outward_order
from networks.stream import render_stream

__all__ = [
    "Animator",
    "Keypoints",
    "Model",
    "ModelConfig",
    "Motion",
    "SourceState",
    "best_reference",
    "load_config",
    "load_model",
    "outward_order",
    "render_stream",
]
