"""Small networks of the same build: they load and render in a fraction of a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

import liveportrait
from liveportrait.stand_in import stand_in_weights
from networks.kernels import availability
from tests.tiny_networks import LIVEPORTRAIT as SMALL

Weights = dict[str, dict[str, Tensor]]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another crawl where tests share the processors."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def weights() -> Weights:
    return stand_in_weights(SMALL)


@pytest.fixture(scope="session")
def model(weights: Weights) -> liveportrait.Model:
    return liveportrait.load_model(weights, sizes=SMALL)


@pytest.fixture
def switched_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TPSMM_KERNELS", "off")
    availability._attempt.cache_clear()
    yield
    availability._attempt.cache_clear()


@pytest.fixture(scope="session")
def pictures() -> Tensor:
    """(4, 3, 256, 256), smooth, 0..1; the first serves as the source."""
    noise = torch.randn(4, 3, 8, 8, generator=torch.Generator().manual_seed(3))
    return torch.sigmoid(2 * torch.nn.functional.interpolate(noise, size=(256, 256), mode="bicubic"))


@pytest.fixture
def folder(tmp_path: Path, weights: Weights) -> Path:
    """The five files as a user has them, laid out as on the hub; one nests its networks, and holds more."""
    root = tmp_path / "pretrained_weights"
    for name, state in weights.items():
        inner = root / "liveportrait" / ("retargeting_models" if name.startswith("stitching") else "base_models")
        inner.mkdir(parents=True, exist_ok=True)
        content: dict[str, object] = dict(state)
        if name.startswith("stitching"):
            nets: dict[str, dict[str, Tensor]] = {}
            for key, tensor in state.items():
                net, rest = key.split(".", 1)
                nets.setdefault(net, {})[f"module.{rest}"] = tensor
            content = {**nets, "stitching_old": {"module.mlp.0.weight": torch.zeros(2)}}
        torch.save(content, inner / f"{name}.pth")
    return root
