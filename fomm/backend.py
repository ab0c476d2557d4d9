"""Which way dense motion and generator, nearly all of the work, are computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from fomm.dense_motion import Motion, MotionSource
from fomm.generator import Generator
from fomm.keypoints import Keypoints
from foundation.notices import notice
from foundation.pages import keep_pages
from networks import kernels
from networks.blocks import UpBlock
from networks.grouping import HALF, Half, finite

if TYPE_CHECKING:
    from networks.kernels.jit import Library

Move = Callable[[MotionSource, Keypoints], Motion]
Paint = Callable[[Tensor, Tensor, Tensor], Tensor]


class Backend:
    """The generator in one precision on one device. Motion is float32 in all of them.

    Args:
        generator: with its weights; on a CPU they are laid out anew.

    Attributes:
        path: which way was taken, in words.
        move: as `DenseMotionNetwork.forward`; on a CPU, for one frame.
        dtype: of the portrait's features.
        exact: the arithmetic is plain float32.
    """

    def __init__(self, generator: Generator, precision: str) -> None:
        self.generator = generator
        self.dtype = torch.float32
        self.exact = precision == "fp32"
        self.move: Move = generator.dense_motion_network
        self._paint: Paint = generator
        self._half: Half[Generator] | None = None
        self.path = "torch, float32, channels last"
        self.device = generator.final.weight.device
        generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub lacks this
        if self.device.type == "cpu":
            keep_pages()
            if not self._use_kernels(precision):
                for block in _up_blocks(generator):
                    block.fold()
        elif precision in HALF:
            self._use_half(HALF[precision])

    def _use_half(self, dtype: torch.dtype) -> None:
        """The generator in half precision; motion stays float32."""
        self.dtype, self.exact = dtype, False
        self._half = Half(self.generator, "final", dtype)
        self.path = f"torch, {dtype}, channels last"

    def _use_kernels(self, precision: str) -> bool:
        """Whether a CPU's kernels could be taken: for fp32 for the doublings, which are plain sums there; for the
        others, for all."""
        library, reason = kernels.available(), kernels.status().reason
        if library is not None:
            if self.exact:
                self._double_by_kernels(library)
                self.path = f"torch, float32, doublings by kernels ({reason})"
                return True
            from fomm.painter import Mover, Painter, misfit  # noqa: PLC0415  (needs llvmlite)

            odd = misfit(self.generator)
            if odd is None:
                self.move = Mover(library, self.generator.dense_motion_network)
                self._paint = Painter(library, self.generator)
                self.path = f"kernels, float32 ({reason})"
                return True
            reason = odd
        self.path = f"torch, float32 (no kernels: {reason})"
        if not self.exact:
            notice(f"fomm: precision {precision} runs at fp32's speed: {reason}")
        return False

    def _double_by_kernels(self, library: Library) -> None:
        from networks.kernels.up_block import KernelUpBlock  # noqa: PLC0415  (needs llvmlite)

        for block in _up_blocks(self.generator):
            block.delegate(KernelUpBlock(library, block))

    def encode(self, source: Tensor) -> Tensor:
        """The portrait's features, in float32."""
        return self.generator.encode(source).contiguous(memory_format=torch.channels_last)

    def arrange(self, features: Tensor) -> Tensor:
        """The same features in the type and memory layout that `paint` reads best (stored ones have lost it)."""
        return features.to(self.dtype).contiguous(memory_format=torch.channels_last)

    def paint(self, features: Tensor, motion: Motion) -> tuple[Tensor, Tensor]:
        """As `Generator.forward`, of arranged features, and (N,) which of the pictures are sound."""
        if self._half is not None:
            return self._half(features, motion.deformation, motion.occlusion)
        picture = self._paint(features, motion.deformation, motion.occlusion)
        return picture, finite(picture)

    def paint_exactly(self, features: Tensor, motion: Motion) -> Tensor:
        """The same in plain float32, of the features from `encode`."""
        return self.generator(features, motion.deformation, motion.occlusion)


def _up_blocks(network: nn.Module) -> list[UpBlock]:
    return [module for module in network.modules() if isinstance(module, UpBlock)]
