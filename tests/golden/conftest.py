"""The published network's numbers on weights and pictures that a formula gives (see README.md here)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray
from torch import Tensor

import tpsmm
from tpsmm.stand_in import stand_in_checkpoint

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs" / "models"


def _tensor(picture: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.moveaxis(picture, -1, 0).astype(np.float32))


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another crawl where tests share the processors."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def source() -> Tensor:
    """(1, 3, 256, 256)"""
    return _tensor(skimage.data.astronaut()[0:256, 96:352] / 255).unsqueeze(0)


@pytest.fixture(scope="session")
def driving() -> Tensor:
    """(4, 3, 256, 256): a cat that turns into the mirrored source."""
    person = skimage.data.astronaut()[0:256, 96:352] / 255
    cat = skimage.data.chelsea()[0:256, 100:356] / 255
    mix = [(1 - k / 4) * cat + (k / 4) * np.roll(person[:, ::-1], (2 * k, -4 * k), axis=(0, 1)) for k in range(4)]
    return torch.stack([_tensor(frame) for frame in mix])


@pytest.fixture(scope="session")
def pictures(source: Tensor, driving: Tensor) -> tuple[Tensor, Tensor]:
    return source, driving


@pytest.fixture(scope="session")
def checkpoint() -> dict[str, dict[str, Tensor]]:
    """The stand-in weights of vox-256; those of mgif-256 are the same without the background predictor."""
    return stand_in_checkpoint(tpsmm.load_config(CONFIGS / "vox-256.yaml"))


@pytest.fixture(scope="session")
def vox(checkpoint: dict[str, dict[str, Tensor]]) -> tpsmm.Model:
    return tpsmm.load_model(CONFIGS / "vox-256.yaml", checkpoint)


@pytest.fixture(scope="session")
def golden() -> dict[str, NDArray[np.floating]]:
    with np.load(HERE / "vox-256.seed0.npz") as data:
        return dict(data)
