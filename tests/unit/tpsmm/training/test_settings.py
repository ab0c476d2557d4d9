"""Training sections of a config, checked field by field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from foundation.errors import InputError
from tpsmm.training.settings import avd_params, supervision_params, train_params

HERE = Path("tiny.yaml")
SHIPPED = Path(__file__).resolve().parents[4] / "configs" / "models" / "duet-128.yaml"


def test_sections_are_read(supervised: dict[str, Any], published: dict[str, Any]) -> None:
    assert [leg.name for leg in supervision_params(supervised, HERE).legs] == ["points", "motion", "picture"]
    assert train_params(published, HERE).transform_params.points_tps == 5
    assert avd_params(published, HERE).random_scale == 0.25


def test_the_shipped_config_is_read() -> None:
    params = supervision_params(yaml.safe_load(SHIPPED.read_text()), SHIPPED)
    assert {leg.train for leg in params.legs} == {"keypoints", "motion", "picture"}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ({"batch_size": "many"}, "train_params.batch_size: input should be a valid integer, not 'many'"),
        ({"epoch_milestones": 70}, "train_params.epoch_milestones: input should be a valid array, not 70"),
        ({"loss_weights": {"perceptual": [1]}}, "missing train_params.loss_weights.equivariance_value"),
        ({"warmup": 3}, "unknown train_params.warmup"),
        ({"num_epochs": True}, "train_params.num_epochs: input should be a valid integer"),
    ],
)
def test_wrong_fields_are_named(published: dict[str, Any], spoil: dict[str, Any], told: str) -> None:
    published["train_params"] |= spoil
    with pytest.raises(InputError, match=told):
        train_params(published, HERE)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ({"train": "everything"}, "legs.points.train is one of keypoints, motion, picture, not everything"),
        ({"steps": 0}, "legs.points: steps and batch are 1 or more"),
        ({"weights": {"beauty": 1.0}}, "unknown supervision_params.legs.points.weights.beauty"),
        ({"predicted": 2.0}, "predicted 0..1"),
    ],
)
def test_wrong_legs_are_named(supervised: dict[str, Any], spoil: dict[str, Any], told: str) -> None:
    supervised["supervision_params"]["legs"][0] |= spoil
    with pytest.raises(InputError, match=told):
        supervision_params(supervised, HERE)


def test_a_missing_section_is_told() -> None:
    with pytest.raises(InputError, match="has no train_params"):
        train_params({}, HERE)
