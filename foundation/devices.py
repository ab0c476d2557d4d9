"""What neural networks can be computed on here, told without loading PyTorch."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

Device = Literal["cpu", "cuda"]
VARIABLE = "DUET_DEVICE"
"""Set to cpu or cuda, it says what `device: auto` means: to all machines of a farm the same."""


def device_class() -> Device:
    """What `device: auto` means here: cuda where there is a GPU, and PyTorch is a build for it."""
    said = os.environ.get(VARIABLE, "").strip().lower()
    if said in {"cpu", "cuda"}:
        return "cuda" if said == "cuda" else "cpu"
    return "cuda" if _built_for_cuda() and devices() else "cpu"


def devices() -> list[str]:
    """The GPUs, by the names that CUDA_VISIBLE_DEVICES takes; only those that it names, where it is set."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [name.strip() for name in named.split(",") if name.strip() not in ("", "-1", "NoDevFiles")]
    return list(_driven())


@cache
def _driven() -> tuple[str, ...]:
    """The numbers of the GPUs that the driver knows."""
    try:
        told = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],  # noqa: S607  (wherever the driver put it)
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in told.stdout.splitlines() if line.strip().isdigit())


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
