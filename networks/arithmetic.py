"""How networks are computed when nothing is learnt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def inference() -> Iterator[None]:
    """No gradients, and on CUDA float32 as IEEE 754 has it; also as a decorator.

    Left to itself, PyTorch convolves float32 on CUDA in TF32, with 10 bits of its 23: keypoints are then a thousand
    times further off, and a motion field with them. Half precision is chosen by part, and no part of this.
    """
    parts = torch.backends.cudnn.conv, torch.backends.cuda.matmul  # type: ignore[attr-defined]  # its stub lacks one
    before = [part.fp32_precision for part in parts]
    try:
        for part in parts:
            part.fp32_precision = "ieee"
        with torch.inference_mode():
            yield
    finally:
        for part, precision in zip(parts, before, strict=True):
            part.fp32_precision = precision
