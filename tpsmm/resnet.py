"""ResNet-18 (He et al., arXiv 1512.03385, table 1) with torchvision's key names, so that published weights load."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  (the field's name for it)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut, (N, in, H, W) -> (N, out, H / stride, W / stride)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != out_channels:
            shortcut = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(out_channels))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(out)).add_(shortcut), inplace=True)


class ResNet18(nn.Module):
    """Pictures to numbers.

    Args:
        in_channels: 3, or 6 for two pictures side by side in depth.
        out_features: how many numbers for each picture.
        width: channels over the published ones'; 1 is ResNet-18 itself.
    """

    def __init__(self, in_channels: int, out_features: int, width: float = 1.0) -> None:
        super().__init__()
        a, b, c, d = (max(1, round(channels * width)) for channels in (64, 128, 256, 512))
        self.conv1 = nn.Conv2d(in_channels, a, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(a)
        self.layer1 = nn.Sequential(BasicBlock(a, a, 1), BasicBlock(a, a, 1))
        self.layer2 = nn.Sequential(BasicBlock(a, b, 2), BasicBlock(b, b, 1))
        self.layer3 = nn.Sequential(BasicBlock(b, c, 2), BasicBlock(c, c, 1))
        self.layer4 = nn.Sequential(BasicBlock(c, d, 2), BasicBlock(d, d, 1))
        self.fc = nn.Linear(d, out_features)

    def forward(self, pictures: Tensor) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_features)."""
        out = F.max_pool2d(F.relu(self.bn1(self.conv1(pictures)), inplace=True), 3, stride=2, padding=1)
        out = self.layer2(self.layer1(out))
        out = self.layer4(self.layer3(out.contiguous()))
        return self.fc(out.mean(dim=(2, 3)))
