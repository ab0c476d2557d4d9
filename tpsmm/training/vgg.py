"""The features of VGG-19 (Simonyan and Zisserman, arXiv 1409.1556, configuration E) with torchvision's key names."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from foundation.errors import InputError
from networks.unpickling import unpickled

WIDTHS = (64, 64, "pool", 128, 128, "pool", 256, 256, 256, 256, "pool", 512, 512, 512, 512, "pool", 512)
ENDS = (1, 6, 11, 20, 29)
"""The layers whose output is compared: relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1."""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, which the published weights expect taken out."""


class Vgg19(nn.Module):
    """(N, 3, H, W), 0..1 -> five feature maps, from large to small. Frozen."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in WIDTHS:
            if isinstance(width, str):
                layers.append(nn.MaxPool2d(2))
            else:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
        self.features = nn.Sequential(*layers)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False)
        self.eval()

    def forward(self, pictures: Tensor) -> list[Tensor]:
        x = (pictures - self.mean) / self.deviation
        found = []
        for at, layer in enumerate(self.features):
            x = layer(x)
            if at in ENDS:
                found.append(x)
        return found


def load_vgg19(path: Path) -> Vgg19:
    """VGG-19 with torchvision's weights, of which only the first thirteen convolutions are read.

    Args:
        path: a state dict, .pth or .safetensors, with torchvision's keys (features.0.weight ...).
    Raises:
        InputError: it cannot be read, or is of another network.
    """
    cure = "name torchvision's vgg19 weights, such as vgg19-dcbb9e9d.pth"
    try:
        state: Any = load_file(path) if path.suffix == ".safetensors" else unpickled(path)
        network = Vgg19()
        wanted = network.state_dict()
        network.load_state_dict({name: state[name] for name in wanted})
    except (OSError, pickle.UnpicklingError, SafetensorError, ValueError) as error:
        raise InputError("the VGG-19 weights cannot be read", file=path, cure=cure) from error
    except (KeyError, RuntimeError, TypeError) as error:
        raise InputError("these are not the weights of VGG-19", file=path, cure=cure) from error
    return network
