"""What a training run is asked for: the order, the legs that its config comes to, and the network it begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

import tpsmm
from foundation.errors import InputError
from networks.checkpoints import fit_checkpoint, read_checkpoint
from tpsmm.keypoints import AvdNetwork
from tpsmm.model import FAMILY, Model
from tpsmm.training.avd import avd_legs
from tpsmm.training.leg import Leg
from tpsmm.training.paper import paper_legs
from tpsmm.training.recipe import supervised_legs
from tpsmm.training.settings import avd_params, supervision_params, train_params
from tpsmm.training.vgg import load_vgg19


@dataclass(frozen=True)
class TubeFiles:
    """One clip to train on: where its tube lies, and what plan_dataset says of it."""

    name: str
    person: str
    real: bool
    held_out: bool
    folder: Path


@dataclass(frozen=True)
class Order:
    """What is to be trained.

    Attributes:
        config: the file, for messages.
        sections: its content.
        data: names the data, to know it again.
        folder: for state, log, sheets and checkpoint.
        strength: of the augmentation, as augment.Strength's fields.
        avd: train the AVD network of the `initial` checkpoint, and nothing else.
        vgg: weights for the perceptual loss.
        initial: a checkpoint to start from.
        most_seconds: stop (and keep the state) after so long; None: at the end.
        threads: of PyTorch; 0: its own choice.
        processes: how many train together.
        device: "cpu" or "cuda".
        bf16: most products in bfloat16.
    """

    config: Path
    sections: Mapping[str, Any]
    tubes: Sequence[TubeFiles]
    data: str
    folder: Path
    strength: Mapping[str, Any] = field(default_factory=dict)
    avd: bool = False
    vgg: Path | None = None
    initial: Path | None = None
    most_seconds: float | None = None
    threads: int = 0
    processes: int = 1
    device: str = "cpu"
    bf16: bool = False


@dataclass(frozen=True)
class Recipe:
    """The legs of a run, their seed, the share of filmed pictures, whether batches are drawn ahead, and the whole in
    words, to know it again."""

    legs: list[Leg]
    seed: int
    real: float
    ahead: bool
    about: str


def recipe_of(order: Order, clips: int) -> Recipe:
    """The config's own: landmarks as teachers, or as the paper does it.

    Raises: InputError for a section that is missing or wrong.
    """
    sections, side = order.sections, side_of(order)
    if order.avd:
        avd = avd_params(sections, order.config)
        return Recipe(avd_legs(avd, clips, side), 0, 1.0, avd.dataloader_workers > 0, str(avd))
    if "supervision_params" in sections:
        ours = supervision_params(sections, order.config)
        return Recipe(supervised_legs(ours, side), ours.seed, ours.real, ahead=True, about=str(ours))
    paper = train_params(sections, order.config)
    features = load_vgg19(order.vgg) if order.vgg else None
    legs = paper_legs(paper, clips, side, features)
    return Recipe(legs, 0, 1.0, paper.dataloader_workers > 0, f"{paper}, VGG-19: {features is not None}")


def first_model(order: Order) -> Model:
    """The network to begin with. Raises: InputError if the initial checkpoint does not fit."""
    model = Model(tpsmm.load_config(order.sections))
    avd = model.avd_network
    if not order.avd:
        model.avd_network = None
    if order.initial is not None:
        _start_from(model, order.initial)
    elif order.avd:
        cure = "name the checkpoint whose keypoints it is for, as --from"
        raise InputError("an AVD network is trained for a trained network", file=order.config, cure=cure)
    model.avd_network = model.avd_network or (avd if order.avd else None)
    return model


def side_of(order: Order) -> int:
    """Pixels of the pictures."""
    return int(order.sections["dataset_params"]["frame_shape"][0])


def _start_from(model: Model, path: Path) -> None:
    """The checkpoint's tensors, copied into the model. Raises: InputError if they do not fit."""
    with torch.device("meta"):
        twin = Model(model.config)
    fit_checkpoint(twin, read_checkpoint(path, FAMILY), FAMILY)
    if twin.avd_network is not None:
        model.avd_network = AvdNetwork(
            model.config.common.num_tps, model.config.avd.id_bottle_size, model.config.avd.pose_bottle_size
        )
    model.load_state_dict(twin.state_dict(), strict=False)
