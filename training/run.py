"""What the command `train` needs of the neural model's trainer: from folders of tubes to checkpoints and a log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from foundation.atomic import make_folder
from foundation.errors import InputError, StageError
from foundation.facetrack import FaceTrack
from tpsmm.training import keep
from tpsmm.training.augment import Strength
from tpsmm.training.leg import Progress
from tpsmm.training.loop import ALONE, Circumstances, Team, Trainer
from tpsmm.training.measure import measure
from tpsmm.training.tubes import Sampler, Tube
from training.distributed import together
from training.order import Order, TubeFiles, first_model, recipe_of, side_of

SAVE_SECONDS = 180.0
MEASURE_SECONDS = 900.0


@dataclass(frozen=True)
class Told:
    """What happened: a step, and now and then figures of the held-out clips by name, or the state saved."""

    progress: Progress
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    saved: bool = False


Listen = Callable[[Told], None]


def train(order: Order, listen: Listen) -> Path:
    """Train, or go on where an earlier run in the same folder stopped.

    Returns: the checkpoint, a .safetensors.
    Raises: InputError, StageError; the last state that was saved is then still there.
    """
    make_folder(order.folder)
    if order.processes > 1:
        size, device = order.processes, order.device
        return together(train_one, order, listen, folder=order.folder, size=size, device=device)
    return train_one(order, listen, ALONE)


def train_one(order: Order, listen: Listen, team: Team) -> Path:
    """As `train`, as one process of a team: each has its share of a batch, the first keeps the files and tells."""
    if order.threads:
        torch.set_num_threads(order.threads)
    cv2.setNumThreads(1)
    tubes = {
        held_out: [_tube(files) for files in order.tubes if files.held_out == held_out] for held_out in (False, True)
    }
    if not tubes[False]:
        raise InputError("there is no clip to train on", file=order.config, cure="hold out fewer")
    recipe = recipe_of(order, len(tubes[False]))
    torch.manual_seed(recipe.seed)
    model = first_model(order)
    sampler = Sampler(tubes[False], Strength(**order.strength), recipe.seed, recipe.real)
    device = f"cuda:{team.rank}" if order.device == "cuda" else order.device
    how = Circumstances(team, device, order.bf16, recipe.ahead)
    trainer = Trainer(model, recipe.legs, sampler, recipe.seed, how)
    about = {"network": str(model.config), "data": order.data, "legs": recipe.about}
    _resume(trainer, order, about)
    return _Keeper(order, trainer, tubes[True], about).run(listen)


class _Keeper:
    """A run with its files."""

    def __init__(self, order: Order, trainer: Trainer, held_out: list[Tube], about: dict[str, Any]) -> None:
        self._order, self._trainer, self._held_out, self._about = order, trainer, held_out, about
        self._side = side_of(order)
        self._taught = "supervision_params" in order.sections
        self._leads = trainer.team.rank == 0
        self._log = keep.Log(order.folder / keep.LOG, trainer.step)
        self._before = self._log.seconds
        self._losses: dict[str, list[float]] = {}

    def run(self, listen: Listen) -> Path:
        began = saved = measured = time.monotonic()
        for progress in self._trainer.run():
            now = time.monotonic()
            for name, value in progress.losses.items():
                self._losses.setdefault(name, []).append(value)
            out_of_time = self._order.most_seconds is not None and now - began > self._order.most_seconds
            figures: dict[str, dict[str, float]] = {}
            if self._leads and (progress.ends or out_of_time or now - measured > MEASURE_SECONDS):
                figures = self._measure(progress, self._before + now - began)
                measured = time.monotonic()
            due = self._leads and (bool(figures) or now - saved > SAVE_SECONDS)
            if due:
                self._save(progress.epoch)
                saved = time.monotonic()
            listen(Told(progress, figures, due))
            if out_of_time:
                break
        return self._order.folder / keep.MODEL

    def _measure(self, progress: Progress, seconds: float) -> dict[str, dict[str, float]]:
        figures = {}
        row: dict[str, Any] = {"step": progress.step, "leg": progress.leg, "seconds": seconds, "rate": progress.rate}
        row |= {f"loss.{name}": float(np.mean(values)) for name, values in self._losses.items()}
        self._losses.clear()
        for tube in self._held_out:
            found = measure(self._trainer.averaged, tube, self._side, taught=self._taught)
            figures[tube.name] = found.numbers()
            row |= {f"{tube.name}.{name}": value for name, value in found.numbers().items()}
            keep.write_sheet(self._order.folder / f"sheet-{tube.name}-{progress.step:06}.png", found.sheet)
        self._log.add(row)
        return figures

    def _save(self, epoch: int | None) -> None:
        """The run's state and its network; and, of an `epoch`, a checkpoint that later ones do not replace.

        Raises: StageError if the weights are no numbers any more: what was saved before stays."""
        if not self._trainer.sound:
            raise StageError(
                f"a weight is no number after step {self._trainer.step}",
                file=self._order.folder,
                cure="run again from the last checkpoint with a lower learning rate",
            )
        keep.save_state(self._order.folder, self._trainer.state(), self._about)
        note = {"step": str(self._trainer.step)}
        keep.export(self._trainer.averaged, self._order.folder / keep.MODEL, half=True, note=note)
        keep.export(self._trainer.averaged, self._order.folder / keep.PUBLISHED, half=False)
        if epoch is not None:
            keep.export(self._trainer.averaged, self._order.folder / keep.kept_name(epoch), half=False, epoch=epoch)


def _tube(files: TubeFiles) -> Tube:
    """Raises: InputError if the folder holds no tube."""
    try:
        frames = np.load(files.folder / "frames.npy", mmap_mode="r", allow_pickle=False)
        points = np.asarray(FaceTrack.load(files.folder / "track").points, np.float32)[:, :, :2]
    except (OSError, ValueError, KeyError) as error:
        raise InputError("is no tube to train on", file=files.folder, cure="delete it and run again") from error
    return Tube(files.name, files.person, files.real, frames, np.ascontiguousarray(points))


def _resume(trainer: Trainer, order: Order, about: dict[str, Any]) -> None:
    state = keep.load_state(order.folder, about)
    if state is None:
        return
    try:
        trainer.restore(state)
    except (RuntimeError, KeyError, ValueError) as error:
        path = order.folder / keep.STATE
        cure = "train into another folder, or delete it to start anew"
        raise InputError("the run's state does not fit the config", file=path, cure=cure) from error
