"""What a run keeps: where it stands, what it has made, and its log. Nothing is ever half written."""

from __future__ import annotations

import csv
import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from foundation.atomic import replacing
from foundation.errors import InputError, StageError
from networks.unpickling import unpickled
from tpsmm.model import MODULES, Model

STATE, LOG, MODEL, PUBLISHED = "state.pt", "log.csv", "model.safetensors", "model.pth.tar"


def kept_name(epoch: int) -> str:
    """The published training's name for the checkpoint of an epoch, 0.."""
    return f"{epoch:08}-checkpoint.pth.tar"


def save_state(folder: Path, state: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Write where the run stands; the one before stays until this one is whole.

    Args:
        about: what the run is of, JSON-safe; `load_state` wants the same again.
    Raises:
        StageError: it cannot be written; the one before is as it was.
    """
    path = folder / STATE
    with replacing(path) as part:
        try:
            torch.save({"about": dict(about), "state": dict(state)}, part)
        except RuntimeError as problem:  # how torch's writer reports a full disk
            raise StageError(
                f"the run's state could not be written: {problem}",
                file=path,
                cure="free some space and run again: what was saved before is kept",
            ) from problem


def load_state(folder: Path, about: Mapping[str, Any]) -> dict[str, Any] | None:
    """Where the run in a folder stands, or None where there is none.

    Raises: InputError if it is damaged, or of another config.
    """
    path = folder / STATE
    if not path.is_file():
        return None
    try:
        kept: Any = unpickled(path)
        was, state = dict(kept["about"]), dict(kept["state"])
    except (pickle.UnpicklingError, OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("the run's state is damaged", file=path, cure="delete it to start anew") from error
    differs = [name for name in about if was.get(name) != about[name]]
    if differs:
        raise InputError(
            f"the run in this folder has another {', '.join(differs)}",
            file=path,
            cure="train into another folder, or delete it to start anew",
        )
    return state


def model_tensors(model: Model) -> dict[str, dict[str, Tensor]]:
    """State dicts by module, as published checkpoints hold them."""
    modules: dict[str, dict[str, Tensor]] = {}
    for name, tensor in model.state_dict().items():
        module, key = name.split(".", 1)
        modules.setdefault(module, {})[key] = tensor.detach().cpu().contiguous()
    return modules


def export(model: Model, path: Path, *, half: bool, epoch: int = 0, note: Mapping[str, str] | None = None) -> None:
    """Write a checkpoint: .safetensors, or the published layout for any other name.

    Args:
        half: floats as float16.
        epoch: kept in the published layout, which the published training reads.
        note: text for a .safetensors' metadata.
    Raises:
        StageError: it cannot be written.
    """
    modules = {name: dict(state) for name, state in model_tensors(model).items() if name in MODULES}
    if half:
        modules = {
            name: {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
            for name, state in modules.items()
        }
    with replacing(path) as part:
        if path.suffix == ".safetensors":
            flat = {f"{name}.{key}": value.clone() for name, state in modules.items() for key, value in state.items()}
            save_file(flat, part, metadata={"format": "pt", **(note or {})})
        else:
            torch.save({**modules, "epoch": epoch}, part)


class Log:
    """A CSV file with a row now and then; opening it for a run that goes on drops the rows after its last state.

    Args:
        step: rows of later steps are dropped.
    """

    def __init__(self, path: Path, step: int) -> None:
        self._path = path
        self._rows: list[dict[str, str]] = []
        if path.is_file() and step:
            with path.open(newline="", encoding="utf-8") as file:
                self._rows = [row for row in csv.DictReader(file) if int(row["step"]) <= step]

    @property
    def seconds(self) -> float:
        """Of training, by the last row."""
        return float(self._rows[-1]["seconds"]) if self._rows else 0.0

    def add(self, row: Mapping[str, Any]) -> None:
        """Write one more row; columns that are new widen the table."""
        self._rows.append(
            {name: f"{value:.6g}" if isinstance(value, float) else str(value) for name, value in row.items()}
        )
        columns = list(dict.fromkeys(name for one in self._rows for name in one))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(self._rows)
        with replacing(self._path) as part:
            part.write_text(text.getvalue(), encoding="utf-8", newline="")


def write_sheet(path: Path, sheet: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    """A PNG of an RGB picture."""
    encoded = cv2.imencode(".png", np.ascontiguousarray(sheet[..., ::-1]))[1]
    with replacing(path) as part:
        part.write_bytes(encoded.tobytes())
