"""What neural networks can be computed on here, told without loading PyTorch."""

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


@cache
def _driven() -> tuple[str, ...]:
    """The UUIDs of the GPUs that the driver knows; of one that is divided (MIG), those of its parts."""
    try:
        told = subprocess.run(
            ["nvidia-smi", "-L"],  # noqa: S607  (wherever the driver put it)
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(listed(told.stdout))


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
