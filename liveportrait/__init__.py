"""LivePortrait (Guo et al., 2024, arXiv 2407.03168), the models of people, as a PyTorch library of its own.

    model = liveportrait.load_model("pretrained_weights")
    animator = liveportrait.Animator(model, source, model.info(frames[:1]), liveportrait.Options())
    pictures = animator.render(frames)

It knows nothing of the rest of the project but the error types, how memory is kept and how files are written.
`README.md` beside this file shows the parts.
"""

from liveportrait.animator import Animator, SourceState, moved, moving_keypoints
from liveportrait.driving import Options, Ratios
from liveportrait.info import MotionInfo
from liveportrait.landmarks import recipe_landmarks
from liveportrait.model import Model, load_model
from liveportrait.templates import Template, read_template, write_template

__all__ = [
    "Animator",
    "Model",
    "MotionInfo",
    "Options",
    "Ratios",
    "SourceState",
    "Template",
    "load_model",
    "moved",
    "moving_keypoints",
    "read_template",
    "recipe_landmarks",
    "write_template",
]
