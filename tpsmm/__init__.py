"""The Thin-Plate Spline Motion Model (Zhao and Zhang, CVPR 2022, arXiv 2203.14367) as a PyTorch library of its own.

    model = tpsmm.load_model("vox-256.yaml", "vox.pth.tar")
    animator = tpsmm.Animator(model, source, mode="relative", initial=frames[:1])
    pictures = animator.render(frames)

It knows nothing of the rest of the project but the error types and how memory is kept. `README.md` beside this file
shows the parts.
"""

from networks.reference import best_reference, outward_order
from networks.stream import render_stream
from tpsmm.animator import Animator
from tpsmm.config import ModelConfig, load_config
from tpsmm.model import Model, load_model
from tpsmm.state import Motion, SourceState

__all__ = [
    "Animator",
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
