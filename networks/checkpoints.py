"""Checkpoints from strangers: read without running code in them, compared key by key."""

from __future__ import annotations

import pickle
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from foundation.errors import InputError
from foundation.reading import why
from networks.antialias import BlurAndThin
from networks.unpickling import Code, Packed, unpickled

FORK = "magig"  # published with the same keys, but trained with Mish and a resized keypoint input
SHOWN = 4  # differences listed before "and N more"
TELLING = {
    "inpainting_network": "the Thin-Plate Spline Motion Model's",
    "generator": "the First Order Motion Model's",
    "he_estimator": "face-vid2vid's",
    "region_predictor": "the articulated animation model's (MRAA)",
}
"""Whose a checkpoint is that holds this module, the first that is found."""

State = Mapping[str, Mapping[str, Tensor]]


@dataclass(frozen=True)
class Family:
    """What tells the checkpoints of one network.

    Attributes:
        name: of the network, for people.
        modules: state dicts that it takes from a file, by name; the file may hold others.
        optional: those of them that it can do without.
        fetched: as `models fetch` takes it, an example.
        misfit: what to do about a checkpoint that does not fit.
    """

    name: str
    modules: tuple[str, ...]
    optional: tuple[str, ...] = ()
    fetched: str = ""
    misfit: str = "use the config that the checkpoint was trained with"

    @property
    def needed(self) -> tuple[str, ...]:
        """The modules without which it is none of this network's."""
        return tuple(name for name in self.modules if name not in self.optional)


@dataclass(frozen=True)
class Checkpoint:
    """State dicts by module name, and the file they came from (None: they were given in memory)."""

    modules: State
    path: Path | None


def checkpoint_of(given: str | Path | State, family: Family) -> Checkpoint:
    """State dicts as they are given, or a file's. Raises: InputError as `read_checkpoint`."""
    return Checkpoint(given, None) if isinstance(given, Mapping) else read_checkpoint(Path(given), family)


def read_checkpoint(path: Path, family: Family) -> Checkpoint:
    """The state dicts in a .pth.tar or .safetensors file. Tensors of a .safetensors stay memory-mapped.

    Raises: InputError if it cannot be read, is damaged, holds code, or is no checkpoint of that network.
    """
    if FORK in str(path).lower():
        raise InputError(
            "the checkpoint is the MAGIG fork's: its keys are the same, its activation is not (Mish)",
            file=path,
            cure=f"use the original's checkpoint (`models fetch {family.fetched}`), or rename the file if this is one",
        )
    content = _grouped(read_file(path)) if path.suffix == ".safetensors" else read_file(path)
    modules = {name: state for name, state in content.items() if name in family.modules and isinstance(state, Mapping)}
    others = (whose for name, whose in TELLING.items() if name in content and name not in family.modules)
    telling = next(others, None)
    if not modules or telling:
        found = telling or f"not this network's: it holds {', '.join(map(str, list(content)[:SHOWN])) or 'nothing'}"
        raise InputError(
            f"the checkpoint is {found}", file=path, cure=f"{family.name} needs {', '.join(family.modules)}"
        )
    return Checkpoint(modules, path)


def read_file(path: Path) -> Mapping[str, object]:
    """What a .safetensors (tensors by full name) or a pickle of torch.save holds, without running code in it.

    Raises: InputError if it cannot be read, is damaged, holds code, or is no mapping.
    """
    try:
        about = path.stat()
    except OSError as problem:
        raise InputError(why(problem), file=path, cure="check the path, or run `models fetch`") from None
    if not stat.S_ISREG(about.st_mode):
        raise InputError("it is not a regular file", file=path, cure="name a checkpoint")
    return _read_safetensors(path) if path.suffix == ".safetensors" else _read_pickle(path)


def modules_of(path: Path) -> set[str]:
    """The names of what a file holds at its top, or of the files of a folder, without their endings.

    Raises: InputError if it cannot be read.
    """
    if path.is_dir():
        return {file.stem for file in path.rglob("*") if file.is_file()}
    content = read_file(path)
    return set(map(str, _grouped(content) if path.suffix == ".safetensors" else content))


def _grouped(tensors: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    modules: dict[str, dict[str, object]] = {}
    for full, tensor in tensors.items():
        module, _, key = full.partition(".")
        modules.setdefault(module, {})[key] = tensor
    return modules


def _read_safetensors(path: Path) -> Mapping[str, object]:
    try:
        with safe_open(str(path), framework="pt") as file:
            return {full: file.get_tensor(full) for full in file.keys()}  # noqa: SIM118  (the file handle is no mapping)
    except (SafetensorError, OSError) as error:
        raise InputError(
            f"the checkpoint is damaged: {error}", file=path, cure="download or convert it again"
        ) from error


def _read_pickle(path: Path) -> Mapping[str, object]:
    try:
        content = unpickled(path)
    except Code as error:
        problem = "the checkpoint holds code, not only weights, and was not opened"
        raise InputError(problem, file=path, cure="get it from its publisher again, or as .safetensors") from error
    except Packed as error:
        cure = "unpack it, if it is an archive of a checkpoint"
        raise InputError(f"is no checkpoint of torch.save: {error}", file=path, cure=cure) from error
    except (pickle.UnpicklingError, OSError) as error:
        cure = "name a checkpoint, or download it again"
        told = why(error) if isinstance(error, PermissionError) else "is no checkpoint, or damaged"
        raise InputError(told, file=path, cure=cure) from error
    if not isinstance(content, Mapping):
        raise InputError("the checkpoint is no mapping of state dicts", file=path, cure="get the published file")
    return dict(content)


def fit_checkpoint(model: nn.Module, checkpoint: Checkpoint, family: Family) -> None:
    """Give a model, built on the meta device, a checkpoint's tensors, strictly.

    Modules that animation can do without are dropped from the model where the checkpoint has none. Float16 tensors
    become float32, `module.` before every key is taken off; the blur's fixed kernel may be missing.

    Raises: InputError listing the keys that differ, or that hold no numbers.
    """
    problems: list[str] = []
    for name, network in list(model.named_children()):
        state = checkpoint.modules.get(name)
        if state is None and name in family.optional:
            setattr(model, name, None)
        elif state is None:
            problems.append(f"no module {name}")
        else:
            problems += _fit(name, network, state)
    _refuse(problems, checkpoint.path, family)


def _refuse(problems: list[str], path: Path | None, family: Family) -> None:
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise InputError(
            "the checkpoint does not fit the config: " + "; ".join(problems[:SHOWN]) + more,
            file=path,
            cure=family.misfit,
        )


def _fit(name: str, network: nn.Module, state: Mapping[str, Tensor]) -> list[str]:
    """Give one network its tensors; what keeps them from fitting, in words (nothing is given then)."""
    bare = {key.removeprefix("module."): value for key, value in state.items()}
    wanted = network.state_dict()
    bare = {**_fixed_kernels(network), **bare}
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
        elif value.device.type != "meta" and not torch.isfinite(value).all():
            problems.append(f"{name}.{key} holds NaN or infinity")
    if not problems:
        network.load_state_dict({key: bare[key].to(wanted[key].dtype) for key in wanted}, strict=True, assign=True)
        network.requires_grad_(False)
    return problems


def _fixed_kernels(network: nn.Module) -> dict[str, Tensor]:
    """The tensors that a network makes itself and files may lack."""
    blurs = {name: module for name, module in network.named_modules() if isinstance(module, BlurAndThin)}
    return {f"{name}.weight": module.kernel() for name, module in blurs.items()}
