"""A network of the trained build with few channels, and configs to train it in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

TINY: dict[str, dict[str, Any]] = {
    "common_params": {"num_tps": 10, "num_channels": 3, "bg": False, "multi_mask": False},
    "kp_detector_params": {"width": 0.125, "side": 48},
    "generator_params": {"block_expansion": 8, "max_features": 16, "num_down_blocks": 1},
    "dense_motion_params": {"block_expansion": 8, "max_features": 16, "num_blocks": 2, "scale_factor": 0.5},
    "avd_network_params": {"id_bottle_size": 8, "pose_bottle_size": 8},
}
PAPER: dict[str, dict[str, Any]] = {
    "common_params": {"num_tps": 2, "num_channels": 3, "bg": True, "multi_mask": True},
    "kp_detector_params": {"width": 0.125},
    "generator_params": {"block_expansion": 4, "max_features": 32, "num_down_blocks": 3},
    "dense_motion_params": {"block_expansion": 8, "max_features": 32, "num_blocks": 2, "scale_factor": 0.25},
    "avd_network_params": {"id_bottle_size": 8, "pose_bottle_size": 8},
}
TRAIN_PARAMS = {
    "num_epochs": 2,
    "num_repeats": 4,
    "epoch_milestones": [1],
    "lr_generator": 1.0e-3,
    "batch_size": 4,
    "scales": [1, 0.5],
    "dataloader_workers": 2,
    "checkpoint_freq": 1,
    "dropout_epoch": 1,
    "dropout_maxp": 0.3,
    "dropout_startp": 0.1,
    "dropout_inc_epoch": 1,
    "bg_start": 1,
    "transform_params": {"sigma_affine": 0.05, "sigma_tps": 0.005, "points_tps": 5},
    "loss_weights": {"perceptual": [10, 10, 10, 10, 10], "equivariance_value": 10, "warp_loss": 10, "bg": 10},
}
AVD_PARAMS = {
    "num_epochs": 1,
    "num_repeats": 60,
    "batch_size": 8,
    "dataloader_workers": 0,
    "checkpoint_freq": 1,
    "epoch_milestones": [1],
    "lr": 1.0e-3,
    "lambda_shift": 1,
    "random_scale": 0.25,
}
LEGS = [
    {"name": "points", "train": "keypoints", "steps": 3, "batch": 4, "lr": 1.0e-3, "side": 48},
    {"name": "motion", "train": "motion", "steps": 3, "batch": 2, "lr": 1.0e-3, "predicted": 0.5},
    {
        "name": "picture",
        "train": "picture",
        "steps": 3,
        "batch": 2,
        "lr": 1.0e-3,
        "predicted": 0.5,
        "weights": {"expression": 0.5, "features": 0.1, "critic": 0.1},
    },
]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for one another crawl where tests share the processors; and bits depend on their number."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def supervised() -> dict[str, Any]:
    """A training config's content with landmarks as teachers, free to be spoilt."""
    legs = [{**leg} for leg in LEGS]
    return {
        "dataset_params": {"frame_shape": [32, 32, 3]},
        "model_params": {name: {**section} for name, section in TINY.items()},
        "supervision_params": {"seed": 3, "legs": legs},
    }


@pytest.fixture
def published() -> dict[str, Any]:
    """A training config's content as published, free to be spoilt."""
    return {
        "dataset_params": {"frame_shape": [32, 32, 3]},
        "model_params": {name: {**section} for name, section in PAPER.items()},
        "train_params": {**TRAIN_PARAMS},
        "train_avd_params": {**AVD_PARAMS},
    }
