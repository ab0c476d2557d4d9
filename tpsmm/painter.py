"""The inpainting network over the kernels: the same result as `InpaintingNetwork`, but for rounding."""

from __future__ import annotations

from functools import partial
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from networks.blocks import ResBlock, UpBlock
from networks.grids import warp
from networks.kernels.block_layers import ResLayer, bias_of, misfit, norm_of
from networks.kernels.forms import F4
from networks.kernels.jit import Library
from networks.kernels.layers import DoublingLayer, Norm
from networks.kernels.plane_layers import PlaneLayer, Planes
from networks.kernels.workers import Scratch, run_tasks, spans, torch_on_one_thread
from tpsmm.inpainting import InpaintingNetwork, fitted_mask

ROWS_AT_ONCE = 16
Sampling = tuple[Tensor, Tensor]


class Painter:
    """Paints one frame at a time.

    Args:
        network: with its weights; they are copied in another form.
    """

    def __init__(self, library: Library, network: InpaintingNetwork) -> None:
        self.library = library
        self.network = network
        self.residuals = [ResLayer(library, cast(ResBlock, block)) for block in network.resblock]
        ups = [cast(UpBlock, block) for block in network.up_blocks]
        self.doublings = [DoublingLayer(library, block.conv.weight, bias_of(block.conv)) for block in ups]
        self.norms = [norm_of(library, block.norm) for block in ups]
        self.multi_mask = network.multi_mask
        self.last = PlaneLayer(library, 3, network.final.weight, bias_of(network.final))

    @staticmethod
    def misfit(network: InpaintingNetwork) -> str | None:
        """Why the kernels cannot take this network, or None."""
        widths = (norm.num_features for norm in network.modules() if isinstance(norm, nn.InstanceNorm2d))
        if odd := misfit(widths):
            return odd
        return None if len(network.final.weight) == 3 else "its pictures have not three channels"

    def __call__(self, source: Tensor, maps: list[Tensor], deformation: Tensor, masks: list[Tensor]) -> Tensor:
        """As `InpaintingNetwork.forward`, for one frame, which does it where the smallest map is no whole tiles: that
        takes another network than the published ones, whose sizes are multiples of 128."""
        if any(side % F4.tile for side in maps[-1].shape[2:]):
            return self.network(source, maps, deformation, masks)
        return self._paint(source, maps, deformation, masks)

    @torch_on_one_thread()
    def _paint(self, source: Tensor, maps: list[Tensor], deformation: Tensor, masks: list[Tensor]) -> Tensor:
        if not self.multi_mask:
            masks = [fitted_mask(masks[0], level) for level in reversed(maps)]
        features = [level[0].permute(1, 2, 0).contiguous() for level in maps]
        out, sums = self._beside(None, None, features[-1], self._moved(deformation, masks[0]))
        last = len(self.doublings) - 1
        for level, doubling in enumerate(self.doublings):
            out, sums = self.residuals[2 * level](out, sums)
            out, sums = self.residuals[2 * level + 1](out, sums)
            out, sums = doubling(out)
            norm = self.norms[level](sums, out.shape[0] * out.shape[1])
            skip, mask = features[-2 - level], masks[level + 1]
            if level < last:
                out, sums = self._beside(out, norm, skip, self._moved(deformation, mask))
        mask = masks[-1]
        places = _places(deformation, mask)
        painted = self._last(out, norm, skip, _sampling(self.library, places, mask), mask)
        return torch.sigmoid(painted) * (1 - mask) + warp(source, places.permute(0, 2, 3, 1)) * mask

    def _moved(self, deformation: Tensor, mask: Tensor) -> Sampling:
        return _sampling(self.library, _places(deformation, mask), mask)

    def _beside(
        self, painted: Tensor | None, norm: Norm | None, features: Tensor, sampling: Sampling
    ) -> tuple[Tensor, Tensor]:
        height, width, new = features.shape
        old = 0 if painted is None else painted.shape[2]
        result = torch.empty(height, width, old + new)
        sums = torch.empty(height, 2, old + new)
        before = (0, 0, 0)
        if painted is not None and norm is not None:
            before = (painted.data_ptr(), norm.scale.data_ptr(), norm.shift.data_ptr())
        positions, weights = sampling
        addresses = (*before, features.data_ptr(), positions.data_ptr(), weights.data_ptr())
        ends = (result.data_ptr(), sums.data_ptr(), height * width, width, old, new)

        def strip(first: int, last: int, _: Scratch) -> None:
            self.library["beside"](*addresses, *ends, first, last)

        run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE)])
        return result, sums

    def _last(self, painted: Tensor, norm: Norm, features: Tensor, sampling: Sampling, mask: Tensor) -> Tensor:
        height, width, channels = features.shape
        mask = mask.contiguous()
        planes = Planes(self.library, channels, height, width)
        positions, weights = sampling
        before = (painted.data_ptr(), norm.scale.data_ptr(), norm.shift.data_ptr(), features.data_ptr())
        moved = (positions.data_ptr(), weights.data_ptr(), mask.data_ptr())

        sizes = (height * width, width, channels)

        def blend(first: int, last: int, _: Scratch) -> None:
            self.library["blend"](*before, *moved, planes.inner, *sizes, *planes.strides, first, last)

        run_tasks([partial(blend, *span) for span in spans(height, ROWS_AT_ONCE)])
        return self.last(planes).unsqueeze(0)


def _places(deformation: Tensor, like: Tensor) -> Tensor:
    """(1, 2, H, W), contiguous: the deformation at the size of a mask."""
    planes = deformation.permute(0, 3, 1, 2)
    if planes.shape[2:] != like.shape[2:]:
        planes = F.interpolate(planes, size=like.shape[2:], mode="bilinear", align_corners=True)
    return planes.contiguous()


def _sampling(library: Library, places: Tensor, mask: Tensor) -> Sampling:
    """Bilinear sampling: for each pixel four positions (int32) and four weights times the mask, (4, H, W) each."""
    height, width = mask.shape[2:]
    mask = mask.contiguous()
    positions, weights = torch.empty(4, height, width, dtype=torch.int32), torch.empty(4, height, width)
    addresses = (places.data_ptr(), mask.data_ptr(), positions.data_ptr(), weights.data_ptr(), height, width)

    def strip(first: int, last: int, _: Scratch) -> None:
        library["corners"](*addresses, first * width, last * width)

    run_tasks([partial(strip, *span) for span in spans(height, ROWS_AT_ONCE)])
    return positions, weights
