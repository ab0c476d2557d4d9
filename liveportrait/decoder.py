"""Decoding (G): features to a picture of twice the size. SPADE (Park et al., CVPR 2019, arXiv 1903.07291)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from liveportrait.sizes import Sizes


class SpectralConv2d(nn.Module):
    """A convolution whose weights are divided by their largest stretch, which training estimates: `weight_u` and
    `weight_v` are its last estimate, and are used as they are. Without bias where it is a shortcut's."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight_orig = nn.Parameter(torch.zeros(out_channels, in_channels, kernel_size, kernel_size))
        self.register_buffer("weight_u", torch.zeros(out_channels))
        self.register_buffer("weight_v", torch.zeros(in_channels * kernel_size**2))
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None

    def folded(self) -> nn.Conv2d:
        """The plain convolution that it comes to."""
        out_channels, in_channels, size, _ = self.weight_orig.shape
        u, v = self.get_buffer("weight_u"), self.get_buffer("weight_v")
        stretch = u.double() @ self.weight_orig.double().flatten(1) @ v.double()
        with torch.device(self.weight_orig.device):
            plain = nn.Conv2d(in_channels, out_channels, size, padding=size // 2, bias=self.bias is not None)
        plain.weight = nn.Parameter(
            (self.weight_orig.double() / stretch).to(self.weight_orig.dtype), requires_grad=False
        )
        if self.bias is not None:
            plain.bias = nn.Parameter(self.bias.detach(), requires_grad=False)
        return plain

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.folded()(x)
        return out


def fold_spectral(network: nn.Module) -> None:
    """Replace every SpectralConv2d by the plain convolution that it comes to."""
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, SpectralConv2d):
                setattr(module, name, child.folded())


class Spade(nn.Module):
    """Instance norm whose scale and shift come from the features, pixel by pixel."""

    def __init__(self, channels: int, sizes: Sizes) -> None:
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Conv2d(sizes.flat, sizes.shared, 3, padding=1))
        self.mlp_gamma = nn.Conv2d(sizes.shared, channels, 3, padding=1)
        self.mlp_beta = nn.Conv2d(sizes.shared, channels, 3, padding=1)

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        """(N, C, H, W) with (N, 256, h, w) features, which are repeated to H, W."""
        if features.shape[2:] != x.shape[2:]:
            features = F.interpolate(features, size=x.shape[2:], mode="nearest")
        told = F.relu(self.mlp_shared(features))
        return torch.addcmul(self.mlp_beta(told), F.instance_norm(x), 1 + self.mlp_gamma(told))


class SpadeBlock(nn.Module):
    """A residual block of SPADEs: (N, in, H, W) -> (N, out, H, W)."""

    conv_0: nn.Module
    conv_1: nn.Module
    conv_s: nn.Module | None

    def __init__(self, in_channels: int, out_channels: int, sizes: Sizes) -> None:
        super().__init__()
        middle = min(in_channels, out_channels)
        self.conv_0 = SpectralConv2d(in_channels, middle, 3)
        self.conv_1 = SpectralConv2d(middle, out_channels, 3)
        self.norm_0 = Spade(in_channels, sizes)
        self.norm_1 = Spade(middle, sizes)
        if in_channels != out_channels:
            self.conv_s = SpectralConv2d(in_channels, out_channels, 1, bias=False)
            self.norm_s = Spade(in_channels, sizes)
        else:
            self.conv_s = None

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        shortcut = x if self.conv_s is None else self.conv_s(self.norm_s(x, features))
        out = self.conv_0(F.leaky_relu(self.norm_0(x, features), 0.2))
        out = self.conv_1(F.leaky_relu(self.norm_1(out, features), 0.2))
        return torch.as_tensor(shortcut + out)


class SpadeGenerator(nn.Module):
    """(N, 256, 64, 64) -> (N, 3, 512, 512), 0..1."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        middle = sizes.middle
        self.fc = nn.Conv2d(sizes.flat, middle, 3, padding=1)
        for k in range(6):
            self.add_module(f"G_middle_{k}", SpadeBlock(middle, middle, sizes))
        self.up_0 = SpadeBlock(middle, middle // 2, sizes)
        self.up_1 = SpadeBlock(middle // 2, middle // 8, sizes)
        self.conv_img = nn.Sequential(nn.Conv2d(middle // 8, 12, 3, padding=1), nn.PixelShuffle(2))

    @property
    def middle(self) -> list[SpadeBlock]:
        """The blocks at the features' own size."""
        return [block for name, block in self.named_children() if isinstance(block, SpadeBlock) and "middle" in name]

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.fc(features)
        for block in self.middle:
            out = block(out, features)
        for block in (self.up_0, self.up_1):
            out = block(F.interpolate(out, scale_factor=2.0, mode="nearest"), features)
        return torch.sigmoid(self.conv_img(F.leaky_relu(out, 0.2)))
