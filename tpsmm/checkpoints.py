"""Checkpoints from strangers: read without running code in them, compared key by key, converted once."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from foundation.errors import InputError

OPTIONAL = ("avd_network", "bg_predictor")
FORK = "magig"  # published with the same keys, but trained with Mish and a resized keypoint input
MODULES = ("inpainting_network", "kp_detector", "dense_motion_network", *OPTIONAL)
SHOWN = 4  # differences listed before "and N more"

State = dict[str, Mapping[str, Tensor]]


@dataclass(frozen=True)
class Checkpoint:
    """State dicts by module name, and the file they came from (None: they were given in memory)."""

    modules: State
    path: Path | None


def read_checkpoint(path: Path) -> Checkpoint:
    """The state dicts in a .pth.tar or .safetensors file. Tensors of a .safetensors stay memory-mapped.

    Raises: InputError if it cannot be read, is damaged, holds code, or is no such checkpoint.
    """
    if not path.is_file():
        raise InputError("the checkpoint does not exist", file=path, cure="check the path, or run `models fetch`")
    if FORK in str(path).lower():
        raise InputError(
            "the checkpoint is the MAGIG fork's: its keys are the same, its activation is not (Mish)",
            file=path,
            cure="use the original's checkpoint (`models fetch vox`), or rename the file if this is one",
        )
    content = _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)
    modules = {name: state for name, state in content.items() if name in MODULES and isinstance(state, Mapping)}
    if not modules:
        found = ", ".join(map(str, list(content)[:SHOWN])) or "nothing"
        raise InputError(
            f"the checkpoint is not this network's: it holds {found}", file=path, cure=f"it needs {', '.join(MODULES)}"
        )
    return Checkpoint(modules, path)


def _read_safetensors(path: Path) -> State:
    modules: dict[str, dict[str, Tensor]] = {}
    try:
        with safe_open(str(path), framework="pt") as file:
            for full in file.keys():  # noqa: SIM118  (the file handle is no mapping)
                module, _, key = full.partition(".")
                modules.setdefault(module, {})[key] = file.get_tensor(full)
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"the checkpoint is damaged: {error}", file=path, cure="download or convert it again"
        ) from error
    return dict(modules)


def _read_pickle(path: Path) -> State:
    # Files of torch 1.6 and later are zip archives and can be mapped; older ones are bare pickles and cannot.
    mapped = zipfile.is_zipfile(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        unsafe = "weights_only" in str(error).lower() or "unsupported" in str(error).lower()
        problem = "the checkpoint holds code, not only weights, and was not opened" if unsafe else "it is damaged"
        raise InputError(problem, file=path, cure="get it from its publisher again, or as .safetensors") from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"the checkpoint is damaged: {first}", file=path, cure="download it again") from error
    if not isinstance(content, Mapping):
        raise InputError("the checkpoint is no mapping of state dicts", file=path, cure="get the published file")
    return dict(content)


def fit_checkpoint(model: nn.Module, checkpoint: Checkpoint) -> None:
    """Give a model, built on the meta device, a checkpoint's tensors, strictly.

    Modules that animation can do without are dropped from the model where the checkpoint has none. Float16 tensors
    become float32, `module.` before every key is taken off.

    Raises: InputError listing the keys that differ.
    """
    problems: list[str] = []
    for name, network in list(model.named_children()):
        state = checkpoint.modules.get(name)
        if state is None and name in OPTIONAL:
            setattr(model, name, None)
        elif state is None:
            problems.append(f"no module {name}")
        else:
            problems += _fit(name, network, state)
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise InputError(
            "the checkpoint does not fit the config: " + "; ".join(problems[:SHOWN]) + more,
            file=checkpoint.path,
            cure="use the config that the checkpoint was trained with",
        )


def _fit(name: str, network: nn.Module, state: Mapping[str, Tensor]) -> list[str]:
    bare = {key.removeprefix("module."): value for key, value in state.items()}
    wanted = network.state_dict()
    problems = [f"{name}.{key} is missing" for key in wanted if key not in bare]
    problems += [f"{name}.{key} is not known" for key in bare if key not in wanted]
    for key, value in bare.items():
        if key not in wanted:
            continue
        shape = tuple(wanted[key].shape)
        if not isinstance(value, Tensor) or tuple(value.shape) != shape:
            has = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
            problems.append(f"{name}.{key} is {has}, not {shape}")
        elif value.is_floating_point() != wanted[key].is_floating_point():
            problems.append(f"{name}.{key} is {value.dtype}, not {wanted[key].dtype}")
    if not problems:
        network.load_state_dict({key: bare[key].to(wanted[key].dtype) for key in wanted}, strict=True, assign=True)
        network.requires_grad_(False)
    return problems
