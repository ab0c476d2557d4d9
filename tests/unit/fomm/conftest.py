"""A small network of the same build: it loads and renders in a fraction of a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

import fomm
from fomm.stand_in import stand_in_checkpoint
from tests.tiny_networks import FOMM as SMALL


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another crawl where tests share the processors."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def params() -> dict[str, Any]:
    """The small network's config as parsed YAML, free to be spoilt."""
    return {"model_params": {name: dict(section) for name, section in SMALL.items()}}


@pytest.fixture(scope="session")
def config() -> fomm.ModelConfig:
    return fomm.load_config({"model_params": SMALL})


@pytest.fixture(scope="session")
def checkpoint(config: fomm.ModelConfig) -> dict[str, dict[str, Tensor]]:
    return stand_in_checkpoint(config)


@pytest.fixture(scope="session")
def model(config: fomm.ModelConfig, checkpoint: dict[str, dict[str, Tensor]]) -> fomm.Model:
    return fomm.load_model(config, checkpoint)


@pytest.fixture(scope="session")
def fast(config: fomm.ModelConfig, checkpoint: dict[str, dict[str, Tensor]]) -> fomm.Model:
    return fomm.load_model(config, checkpoint, precision="fast")


@pytest.fixture(scope="session")
def pictures() -> Tensor:
    """(5, 3, 64, 96), smooth, 0..1; the first serves as the source."""
    noise = torch.randn(5, 3, 8, 12, generator=torch.Generator().manual_seed(3))
    return torch.sigmoid(torch.nn.functional.interpolate(noise, size=(64, 96), mode="bicubic"))


@pytest.fixture
def files(tmp_path: Path, params: dict[str, Any], checkpoint: dict[str, dict[str, Tensor]]) -> tuple[Path, Path]:
    """Config and checkpoint as a user has them: with what training needs beside."""
    config_file, checkpoint_file = tmp_path / "small.yaml", tmp_path / "small-cpk.pth.tar"
    config_file.write_text(yaml.safe_dump({**params, "train_params": {"num_epochs": 100}}))
    torch.save({**checkpoint, "discriminator": {}, "optimizer_generator": {"lr": 1.0}, "epoch": 99}, checkpoint_file)
    return config_file, checkpoint_file
