"""What a training config asks for: the published `train_params`, or our `supervision_params` in their place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from foundation.errors import InputError
from tpsmm.training.landmark import Weights

CURE = "compare it with configs/models/duet-128.yaml, or vox-256.yaml for the published training"
T = TypeVar("T")
known_fields = with_config(ConfigDict(extra="forbid"))
"""Refuses fields that the dataclass does not have."""


@known_fields
@dataclass(frozen=True)
class Transform:
    """The random deformation of the equivariance loss: standard deviations, and its control points a side."""

    sigma_affine: float
    sigma_tps: float
    points_tps: int


@known_fields
@dataclass(frozen=True)
class LossWeights:
    """Of the paper's losses (section 3.4); perceptual: of five VGG-19 layers. 0 leaves one out."""

    perceptual: list[float]
    equivariance_value: float
    warp_loss: float
    bg: float


@known_fields
@dataclass(frozen=True)
class TrainParams:
    """The published training: epochs, each `num_repeats` times through the clips, a pair of frames of each.

    Attributes:
        dropout_*: the chance of a spline to be left out rises from startp to maxp in inc_epoch epochs, until epoch.
        bg_start: the epoch from which the background moves.
        checkpoint_freq: epochs between kept checkpoints.
        dataloader_workers: above 0, the next batch is drawn while this one is learnt.
    """

    num_epochs: int
    num_repeats: int
    epoch_milestones: list[int]
    lr_generator: float
    batch_size: int
    scales: list[float]
    dataloader_workers: int
    checkpoint_freq: int
    dropout_epoch: int
    dropout_maxp: float
    dropout_startp: float
    dropout_inc_epoch: int
    bg_start: int
    transform_params: Transform
    loss_weights: LossWeights


@known_fields
@dataclass(frozen=True)
class AvdParams:
    """The published training of the AVD network; see TrainParams."""

    num_epochs: int
    num_repeats: int
    batch_size: int
    dataloader_workers: int
    checkpoint_freq: int
    epoch_milestones: list[int]
    lr: float
    lambda_shift: float
    random_scale: float


@known_fields
@dataclass(frozen=True)
class LegParams:
    """A leg of a supervised run.

    Attributes:
        train: keypoints | motion | picture (motion and inpainting).
        steps, batch, lr: as they say.
        side: pixels; None: the config's frame_shape.
        predicted: the share of pairs with the detector's own keypoints.
        noise: standard deviation of what is added to the others, in coordinates of -1..1.
        weights: of the losses, over those of the run.
    """

    name: str
    train: str
    steps: int
    batch: int
    lr: float
    side: int | None = None
    predicted: float = 0.0
    noise: float = 0.006
    weights: Mapping[str, float] = field(default_factory=dict)


@known_fields
@dataclass(frozen=True)
class SupervisionParams:
    """A run with landmarks as teachers."""

    legs: list[LegParams]
    seed: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    real: float = 0.6


def train_params(sections: Mapping[str, Any], path: Path) -> TrainParams:
    """The published section. Raises: InputError naming every field that is wrong."""
    return _section(sections, "train_params", TrainParams, path)


def avd_params(sections: Mapping[str, Any], path: Path) -> AvdParams:
    """The published section for AVD. Raises: InputError."""
    return _section(sections, "train_avd_params", AvdParams, path)


def supervision_params(sections: Mapping[str, Any], path: Path) -> SupervisionParams:
    """Our section. Raises: InputError."""
    params = _section(sections, "supervision_params", SupervisionParams, path)
    known = {each.name for each in fields(Weights)}
    problems = []
    for place, weights in (("", params.weights), *((f"legs.{leg.name}.", leg.weights) for leg in params.legs)):
        problems += [f"unknown supervision_params.{place}weights.{name}" for name in weights if name not in known]
    for leg in params.legs:
        if leg.train not in TRAINED:
            problems.append(f"legs.{leg.name}.train is one of {', '.join(TRAINED)}, not {leg.train}")
        if min(leg.steps, leg.batch) < 1 or leg.lr <= 0 or not 0 <= leg.predicted <= 1 or leg.noise < 0:
            problems.append(
                f"legs.{leg.name}: steps and batch are 1 or more, lr above 0, predicted 0..1, noise 0 or more"
            )
    if not params.legs:
        problems.append("supervision_params.legs is empty")
    if problems:
        raise InputError("the training config is wrong: " + "; ".join(problems), file=path, cure=CURE)
    return params


TRAINED = ("keypoints", "motion", "picture")


def _section(sections: Mapping[str, Any], name: str, kind: type[T], path: Path) -> T:
    given = sections.get(name)
    if not isinstance(given, Mapping):
        raise InputError(f"the training config has no {name}", file=path, cure=CURE)
    try:
        return TypeAdapter(kind).validate_json(json.dumps(given, default=str), strict=True)
    except ValidationError as error:
        faults = error.errors()
        problems = "; ".join(_told(item["type"], (name, *item["loc"]), item["msg"], item["input"]) for item in faults)
        raise InputError(f"the training config is wrong: {problems}", file=path, cure=CURE) from error


def _told(kind: str, place: tuple[object, ...], message: str, found: object) -> str:
    where = ".".join(map(str, place))
    match kind:
        case "missing":
            return f"missing {where}"
        case "unexpected_keyword_argument":
            return f"unknown {where}"
        case _:
            return f"{where}: {message[0].lower()}{message[1:]}, not {found!r}"
