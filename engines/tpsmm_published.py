"""What the commands need to know of the neural model: its checkpoints, and what this machine has for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

import tpsmm
from tpsmm import convert, kernels, published


@dataclass(frozen=True)
class Known:
    """A published checkpoint, and what of it is on this machine.

    Attributes:
        name: as `models fetch` takes it. config: in configs/models. about: what it animates. source: on the hub.
        file: the fetched file; None: not fetched. size: its bytes. origin: sha256 of the download it was made from.
    """

    name: str
    config: str
    about: str
    source: str
    file: Path | None
    size: int
    origin: str | None


def known_models(folder: Path) -> list[Known]:
    """Every published checkpoint; `folder` is where fetched ones are kept.

    Raises: InputError if a fetched one is damaged.
    """
    found = []
    for name, entry in published.PUBLISHED.items():
        kept = folder / f"{entry.config}.safetensors"
        file = kept if kept.is_file() else None
        size, origin = (kept.stat().st_size, convert.origin_of(kept)) if file else (0, None)
        source = f"{entry.repository}/{entry.file}"
        found.append(Known(name, entry.config, entry.about, source, file, size, origin))
    return found


def fetch_model(name: str, folder: Path, configs: Path, mirror: Path | None) -> Path:
    """See tpsmm.published.fetch."""
    return published.fetch(name, folder, configs, mirror)


def verify_model(file: Path, config: Path) -> convert.Verdict:
    """See tpsmm.convert.verify."""
    return convert.verify(file, tpsmm.load_config(config))


def kernel_status() -> tuple[bool, str]:
    """Whether precision "fast" uses the kernels on this CPU, and which, or why not. Compiles them the first time."""
    status = kernels.status()
    return status.active, status.reason


def machine() -> dict[str, str]:
    """PyTorch's threads, and the CUDA device or "none"."""
    cuda = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none"
    return {"threads": str(torch.get_num_threads()), "cuda": cuda}
