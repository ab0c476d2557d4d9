"""A small network of the same build: it loads and renders in a fraction of a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

import tpsmm
from networks.kernels import availability
from networks.kernels.jit import here
from tpsmm.stand_in import stand_in_checkpoint

INSTRUCTIONS = [target.shape.name for target in here()]
"""What the kernels can be compiled for on this machine: on one with AVX-512, AVX2 too."""

SMALL: dict[str, dict[str, Any]] = {
    "common_params": {"num_tps": 2, "num_channels": 3, "bg": True, "multi_mask": True},
    "generator_params": {"block_expansion": 32, "max_features": 256, "num_down_blocks": 3},
    "dense_motion_params": {"block_expansion": 32, "max_features": 64, "num_blocks": 2, "scale_factor": 0.25},
    "avd_network_params": {"id_bottle_size": 8, "pose_bottle_size": 8},
}


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
def config() -> tpsmm.ModelConfig:
    return tpsmm.load_config({"model_params": SMALL})


@pytest.fixture(scope="session")
def checkpoint(config: tpsmm.ModelConfig) -> dict[str, dict[str, Tensor]]:
    return stand_in_checkpoint(config)


@pytest.fixture(scope="session")
def model(config: tpsmm.ModelConfig, checkpoint: dict[str, dict[str, Tensor]]) -> tpsmm.Model:
    return tpsmm.load_model(config, checkpoint)


@contextmanager
def kernels_set_to(wanted: str) -> Iterator[None]:
    """As a user sets them by the environment; models loaded meanwhile keep theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(availability.SWITCH, wanted)
        availability._attempt.cache_clear()
        yield
    availability._attempt.cache_clear()


@cache
def fast_model(instructions: str) -> tpsmm.Model:
    """The small network in precision fast, its kernels compiled for these instructions."""
    config = tpsmm.load_config({"model_params": SMALL})
    with kernels_set_to(instructions):
        return tpsmm.load_model(config, stand_in_checkpoint(config), precision="fast")


@pytest.fixture(scope="session", params=INSTRUCTIONS)
def fast(request: pytest.FixtureRequest) -> tpsmm.Model:
    return fast_model(request.param)


@pytest.fixture(scope="session")
def pictures() -> Tensor:
    """(6, 3, 64, 96), smooth, 0..1; the first serves as the source."""
    noise = torch.randn(6, 3, 8, 12, generator=torch.Generator().manual_seed(3))
    return torch.sigmoid(torch.nn.functional.interpolate(noise, size=(64, 96), mode="bicubic"))


@pytest.fixture
def files(tmp_path: Path, params: dict[str, Any], checkpoint: dict[str, dict[str, Tensor]]) -> tuple[Path, Path]:
    """Config and checkpoint as a user has them."""
    config_file, checkpoint_file = tmp_path / "small.yaml", tmp_path / "small.pth.tar"
    config_file.write_text(yaml.safe_dump({**params, "train_params": {"num_epochs": 100}}))
    torch.save({**checkpoint, "optimizer_kp": {"lr": 1.0}, "epoch": 99}, checkpoint_file)
    return config_file, checkpoint_file
