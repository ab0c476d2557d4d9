"""Which way warping and decoding, nearly all of the work, are computed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from foundation.notices import notice
from foundation.pages import keep_pages
from liveportrait.decoder import SpadeGenerator
from liveportrait.warping import Warped, WarpingNetwork, WarpSource
from networks import kernels
from networks.grouping import HALF, Half, finite

Warp = Callable[[WarpSource, Tensor], Warped]
Decode = Callable[[Tensor], Tensor]


class Backend:
    """Warping and decoder in one precision on one device.

    Args:
        warping, decoder: with their weights.

    Attributes:
        path: which way was taken, in words.
        warp: as `WarpingNetwork.forward`; on a CPU, for one frame.
        dtype: of the decoder.
        exact: the arithmetic is plain float32.
    """

    def __init__(self, warping: WarpingNetwork, decoder: SpadeGenerator, precision: str) -> None:
        self.warping, self.decoder = warping, decoder
        self.dtype = torch.float32
        self.exact = precision == "fp32"
        self.warp: Warp = warping
        self._decode: Decode = decoder
        self._half: Half[SpadeGenerator] | None = None
        self.path = "torch, float32"
        self.device = next(decoder.parameters()).device
        if self.device.type == "cpu":
            keep_pages()
            self._use_cpu(precision)
        elif precision in HALF:
            self._use_half(HALF[precision])

    def _use_cpu(self, precision: str) -> None:
        """The kernels decode where they can: for fp32 too, since nothing magnifies their rounding any more. What moves
        the features stays with torch."""
        for module in (*self.warping.modules(), *self.decoder.modules()):
            if isinstance(module, (nn.Conv2d, nn.Conv3d)):
                layout = torch.channels_last if isinstance(module, nn.Conv2d) else torch.channels_last_3d
                module.weight.data = module.weight.data.contiguous(memory_format=layout)
        library, reason = kernels.available(), kernels.status().reason
        if library is not None:
            from liveportrait.painter import Painter, unfit  # noqa: PLC0415  (needs llvmlite)

            odd = unfit(self.decoder)
            if odd is None:
                self._decode = Painter(library, self.decoder)
                self.path = f"torch, float32, decoder by kernels ({reason})"
                return
            reason = odd
        self.path = f"torch, float32 (no kernels: {reason})"
        if not self.exact:
            notice(f"liveportrait: precision {precision} runs without its kernels: {reason}")

    def _use_half(self, dtype: torch.dtype) -> None:
        """The decoder in half precision; motion stays float32."""
        self.dtype, self.exact = dtype, False
        self._half = Half(self.decoder, "conv_img", dtype)
        self.path = f"torch, {dtype}, channels last"

    def decode(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """As `SpadeGenerator.forward`, float32, and (N,) which of the pictures are sound."""
        if self._half is not None:
            picture, sound = self._half(features.to(self.dtype))
            return picture.float(), sound
        picture = self._decode(features)
        return picture, finite(picture)

    def decode_exactly(self, features: Tensor) -> Tensor:
        """The same in plain float32."""
        return self.decoder(features)
