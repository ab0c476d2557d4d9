from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tpsmm
from foundation.errors import InputError
from tpsmm.training.points import KEYPOINTS

MODELS = Path(__file__).resolve().parents[3] / "configs" / "models"


@pytest.mark.parametrize("name", ["vox-256", "taichi-256", "ted-384", "mgif-256"])
def test_the_published_configs(name: str) -> None:
    config = tpsmm.load_config(MODELS / f"{name}.yaml")
    assert config.num_keypoints == 50
    assert config.size_multiple == 128
    assert config.common.bg is (name != "mgif-256")


def test_other_sections_of_the_published_files_are_let_be(params: dict[str, Any]) -> None:
    assert tpsmm.load_config({**params, "train_params": {}, "visualizer_params": {}}).num_keypoints == 10


def test_every_fault_is_named_at_once(params: dict[str, Any]) -> None:
    sections = params["model_params"]
    del sections["common_params"]["num_tps"]
    sections["generator_params"]["colour"] = 3
    sections["dense_motion_params"]["num_blocks"] = "five"
    sections["extra_params"] = {}
    with pytest.raises(InputError) as caught:
        tpsmm.load_config(params)
    for fault in (
        "missing common_params.num_tps",
        "unknown generator_params.colour",
        "dense_motion_params.num_blocks is to be a int, not 'five'",
        "unknown model_params.extra_params",
    ):
        assert fault in str(caught.value)


@pytest.mark.parametrize(
    ("section", "key", "value", "problem"),
    [
        ("common_params", "num_tps", 0, "num_tps lies in 1..4096"),
        ("common_params", "num_tps", True, "num_tps is to be a int"),
        ("common_params", "num_channels", 4, "num_channels is 3"),
        ("dense_motion_params", "scale_factor", 0.3, "scale_factor is 1, 0.5, 0.25 or 0.125"),
        ("generator_params", "max_features", 16, "max_features is block_expansion"),
    ],
)
def test_values_that_no_network_has(
    params: dict[str, Any], section: str, key: str, value: object, problem: str
) -> None:
    params["model_params"][section][key] = value
    with pytest.raises(InputError, match=problem):
        tpsmm.load_config(params)


def test_landmarks_as_keypoints_take_ten_splines(params: dict[str, Any]) -> None:
    params["model_params"]["kp_detector_params"] = {"landmarks": True}
    params["model_params"]["common_params"]["num_tps"] = len(KEYPOINTS)
    assert tpsmm.load_config(params).kp_detector.landmarks
    params["model_params"]["common_params"]["num_tps"] = 9
    with pytest.raises(InputError, match=r"num_tps is 10 where .* is True, not 9"):
        tpsmm.load_config(params)


def test_a_fork_that_declares_its_activation_is_refused(params: dict[str, Any]) -> None:
    params["model_params"]["activation"] = "Mish"
    with pytest.raises(InputError, match="activation mish"):
        tpsmm.load_config(params)


@pytest.mark.parametrize("text", ["- a list", "model_params: [", "model_params: 3", "\x00"])
def test_files_that_are_no_config(tmp_path: Path, text: str) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match="config"):
        tpsmm.load_config(path)
    with pytest.raises(InputError, match="cannot be read"):
        tpsmm.load_config(tmp_path / "none.yaml")
