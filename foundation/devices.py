"""What neural networks can be computed on here, found without loading PyTorch."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import Literal

Device = Literal["cpu", "cuda"]
GROUP, MOST_AT_ONCE = 16, 64
"""How many frames a GPU computes at once, usually and at most."""
NO_DEVICE = ("", "-1", "NoDevFiles")
VARIABLE = "DUET_DEVICE"
"""Set to cpu or cuda, it says what `device: auto` means: to all machines of a farm the same."""
SHARING = "DUET_GPU_WORKERS"
"""Set to a number, so many workers share a GPU: one alone leaves it idle while it reads and encodes."""
WORKER_MB, MOST_SHARING = 12_000, 4
"""Free memory for each where nothing is said, and how many at most. Not measured on a card: three times what tensors of
the largest network and a full group take."""


def device_class() -> Device:
    """What `device: auto` means here: cuda where there is a GPU, and PyTorch is a build for it."""
    said = os.environ.get(VARIABLE, "").strip().lower()
    if said in {"cpu", "cuda"}:
        return "cuda" if said == "cuda" else "cpu"
    return "cuda" if _built_for_cuda() and devices() else "cpu"


def devices() -> list[str]:
    """The GPUs, by the names that CUDA_VISIBLE_DEVICES takes; only those that it names, where it is set.

    As CUDA reads it: names end where the first is none, and one that comes twice makes all of them invalid.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return list(_driven())
    names = list(takewhile(lambda name: name not in NO_DEVICE, (name.strip() for name in named.split(","))))
    return names if len(set(names)) == len(names) else []


def sharing() -> int | None:
    """How many workers share a GPU, as the environment has it; None where it says nothing."""
    said = os.environ.get(SHARING, "")
    return max(1, int(said)) if said.isdecimal() else None


def places() -> list[str]:
    """The GPUs, each as often as workers share it: all of them once before any comes again.

    Where the environment does not say how many, the memory does that is free; a GPU whose memory the driver does not
    tell by the name at hand has one.
    """
    gpus, said = devices(), sharing()
    free = {} if said else _free_mb(_driver("--query-gpu=index,uuid,memory.free", "--format=csv,noheader,nounits"))
    room = {gpu: said or min(MOST_SHARING, max(1, free.get(gpu, 0) // WORKER_MB)) for gpu in gpus}
    return [gpu for turn in range(max(room.values(), default=0)) for gpu in gpus if turn < room[gpu]]


def _free_mb(told: str) -> dict[str, int]:
    """By both names of a GPU; what is no number, as for one that is divided, is left out."""
    rows = [[part.strip() for part in line.split(",")] for line in told.splitlines()]
    return {name: int(free) for *names, free in rows if free.isdecimal() for name in names}


@cache
def _driven() -> tuple[str, ...]:
    """The UUIDs of the GPUs that the driver knows; of one that is divided (MIG), those of its parts."""
    return tuple(listed(_driver("-L")))


def _driver(*asked: str) -> str:
    """What the driver's own command says; nothing where there is none."""
    try:
        told = subprocess.run(["nvidia-smi", *asked], capture_output=True, text=True, timeout=20, check=True)  # noqa: S607
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout


def listed(told: str) -> list[str]:
    """The UUIDs in what `nvidia-smi -L` prints: a line a GPU, and below it one for each of its parts, indented."""
    found: list[list[str]] = []
    for line in told.splitlines():
        uuid = re.search(r"\(UUID: ([\w./-]+)\)", line)
        if uuid is None:
            continue
        if line[0].isspace() and found:
            found[-1].append(uuid[1])
        else:
            found.append([uuid[1]])
    return [name for gpu in found for name in gpu[1:] or gpu]


@cache
def _built_for_cuda() -> bool:
    """Whether the PyTorch that is installed is a CUDA build, by the file in which it says so."""
    found = find_spec("torch")
    if found is None or found.origin is None:
        return False
    try:
        told = Path(found.origin).with_name("version.py").read_text(encoding="utf-8")
    except OSError:
        return False
    return re.search(r"^cuda\b[^=]*=\s*['\"]", told, re.MULTILINE) is not None
