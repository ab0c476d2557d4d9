"""Dense motion and generator over the kernels: the same results but for rounding, one frame at a time."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

from fomm.dense_motion import DenseMotionNetwork, Motion, MotionSource
from fomm.generator import Generator, moved
from fomm.keypoints import Keypoints
from networks.blocks import ResBlock, UpBlock
from networks.grids import settled
from networks.kernels import block_layers
from networks.kernels.block_layers import HourglassLayer, ResLayer, UpLayer, apply_norm, bias_of
from networks.kernels.forms import F4
from networks.kernels.jit import Library
from networks.kernels.plane_layers import PlaneLayer, Planes
from networks.kernels.workers import torch_on_one_thread


def misfit(generator: Generator) -> str | None:
    """Why the kernels cannot take these networks, or None."""
    ups = [cast(UpBlock, block) for block in generator.up_blocks]
    widths = [width for block in ups for width in (block.conv.in_channels, block.conv.out_channels)]
    hourglass = generator.dense_motion_network.hourglass
    return block_layers.misfit(widths) or block_layers.odd_widths(hourglass)


class Mover:
    """`DenseMotionNetwork.forward`.

    Args:
        network: with its weights; they are copied in another form.
    """

    def __init__(self, library: Library, network: DenseMotionNetwork) -> None:
        self.library = library
        self.network = network
        self.hourglass = HourglassLayer(library, network.hourglass)
        weight = torch.cat([network.mask.weight, network.occlusion.weight])
        self.maps = PlaneLayer(library, 4, weight, torch.cat([bias_of(network.mask), bias_of(network.occlusion)]))

    @torch_on_one_thread()
    def __call__(self, source: MotionSource, driving: Keypoints) -> Motion:
        candidates, features = self.network.candidates(source, driving)
        last = self.hourglass(settled(features)[0].permute(1, 2, 0))[-1]
        # Without the padding behind the hourglass's input.
        real = last[..., : self.network.mask.in_channels].permute(2, 0, 1)
        maps = self.maps(Planes.of(self.library, real)).unsqueeze(0)
        return self.network.blend(candidates, maps[:, :-1], maps[:, -1:])


class Painter:
    """`Generator.forward`.

    Args:
        generator: with its weights; they are copied in another form.
    """

    def __init__(self, library: Library, generator: Generator) -> None:
        self.library = library
        self.generator = generator
        self.residuals = [ResLayer(library, cast(ResBlock, block)) for block in generator.bottleneck]
        ups = [cast(UpBlock, block) for block in generator.up_blocks]
        self.ups = [UpLayer(library, block, [block.conv.in_channels]) for block in ups]
        self.final = PlaneLayer(library, 3, generator.final.weight, bias_of(generator.final))

    def __call__(self, features: Tensor, deformation: Tensor, occlusion: Tensor) -> Tensor:
        """The generator itself does it where the features are no whole tiles, which takes another network than the
        published ones."""
        if any(side % F4.tile for side in features.shape[2:]):
            return self.generator(features, deformation, occlusion)
        return self._paint(features, deformation, occlusion)

    @torch_on_one_thread()
    def _paint(self, features: Tensor, deformation: Tensor, occlusion: Tensor) -> Tensor:
        out = moved(features, deformation, occlusion)[0].permute(1, 2, 0).contiguous()
        sums = out.new_empty(1, 2, out.shape[2])  # the first norm is a trained one: it asks for none
        for residual in self.residuals:
            out, sums = residual(out, sums)
        for up in self.ups[:-1]:
            out = apply_norm(*up(out))
        return torch.sigmoid(self.final(Planes.normalised(self.library, *self.ups[-1](out)))).unsqueeze(0)
