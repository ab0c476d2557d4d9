"""Which way the two large networks, nearly all of the work, are computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from foundation.notices import notice
from foundation.pages import keep_pages
from networks import kernels
from networks.blocks import UpBlock
from networks.grouping import HALF, Half, finite
from tpsmm.dense_motion import DenseMotionNetwork, MotionSource
from tpsmm.inpainting import InpaintingNetwork

if TYPE_CHECKING:
    from networks.kernels.jit import Library

Move = Callable[[MotionSource, Tensor], tuple[Tensor, list[Tensor]]]
Paint = Callable[[Tensor, list[Tensor], Tensor, list[Tensor]], Tensor]


class Backend:
    """Dense motion and inpainting in one precision on one device. The splines are float32 in all of them.

    Attributes:
        path: which way was taken, in words.
        move: as `DenseMotionNetwork.forward`; on a CPU, for one frame.
        dtype: of the portrait's features.
        exact: the arithmetic is plain float32.
    """

    def __init__(self, motion: DenseMotionNetwork, network: InpaintingNetwork, precision: str) -> None:
        self.network = network
        self.dtype = torch.float32
        self.layout = torch.contiguous_format
        self.exact = precision == "fp32"
        self.move: Move = motion
        self._paint: Paint = network
        self._half: Half[InpaintingNetwork] | None = None
        self.path = "torch, float32"
        on_cpu = network.final.weight.device.type == "cpu"
        if on_cpu:
            keep_pages()
        if not (on_cpu and self._use_kernels(motion, precision)):
            for block in _up_blocks(motion, network):
                block.fold()
        if precision in HALF and not on_cpu:
            self._use_half(HALF[precision])

    def _use_half(self, dtype: torch.dtype) -> None:
        """Inpainting in half precision. Motion stays float32: in bfloat16 it costs 14 dB."""
        self.dtype, self.layout, self.exact = dtype, torch.channels_last, False
        self._half = Half(self.network, "final", dtype)
        self.path = f"torch, {dtype}, channels last"

    def _use_kernels(self, motion: DenseMotionNetwork, precision: str) -> bool:
        """Whether a CPU's kernels could be taken.

        For fp32 they compute the doublings, which are plain sums there; for the others, all: float32 by the kernels is
        faster than bfloat16 by torch, and nearer.
        """
        library, reason = kernels.available(), kernels.status().reason
        if library is not None:
            if self.exact:
                self._double_by_kernels(library, motion)
                self.path = f"torch, float32, doublings by kernels ({reason})"
                return True
            from tpsmm.mover import Mover  # noqa: PLC0415  (needs llvmlite)
            from tpsmm.painter import Painter  # noqa: PLC0415

            misfit = Painter.misfit(self.network) or Mover.misfit(motion)
            if misfit is None:
                self.move, self._paint = Mover(library, motion), Painter(library, self.network)
                self.layout = torch.channels_last
                self.path = f"kernels, float32 ({reason})"
                return True
            reason = misfit
        self.path = f"torch, float32 (no kernels: {reason})"
        if not self.exact:
            notice(f"tpsmm: precision {precision} runs at fp32's speed: {reason}")
        return False

    def _double_by_kernels(self, library: Library, motion: DenseMotionNetwork) -> None:
        """The kernels' pictures have their channels last; so have torch's then, and none is turned over."""
        from networks.kernels.up_block import KernelUpBlock  # noqa: PLC0415  (needs llvmlite)

        self.layout = torch.channels_last
        for network in (motion, self.network):
            network.to(memory_format=self.layout)  # type: ignore[call-overload]  # its stub lacks this
        for block in _up_blocks(motion, self.network):
            block.delegate(KernelUpBlock(library, block))

    def encode(self, source: Tensor) -> list[Tensor]:
        """The portrait's features, in float32."""
        return [level.contiguous(memory_format=self.layout) for level in self.network.encode(source)]

    def arrange(self, maps: list[Tensor]) -> list[Tensor]:
        """The same features in the type and memory layout that `paint` reads best (stored ones have lost it)."""
        return [level.to(self.dtype).contiguous(memory_format=self.layout) for level in maps]

    def paint(
        self, source: Tensor, maps: list[Tensor], deformation: Tensor, masks: list[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """As `InpaintingNetwork.forward`, of arranged maps, and (N,) which of the pictures are sound."""
        if self._half is not None:
            return self._half(source, maps, deformation, masks)
        picture = self._paint(source, maps, deformation, masks)
        return picture, finite(picture)

    def paint_exactly(self, source: Tensor, maps: list[Tensor], deformation: Tensor, masks: list[Tensor]) -> Tensor:
        """The same in plain float32, of the maps from `encode`."""
        return self.network(source, maps, deformation, masks)


def _up_blocks(*networks: nn.Module) -> list[UpBlock]:
    return [module for network in networks for module in network.modules() if isinstance(module, UpBlock)]
