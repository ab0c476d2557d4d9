"""The checkpoints that have been published, and how to get one."""

from __future__ import annotations

from pathlib import Path

from foundation.errors import InputError
from networks.hub import Published, fetch_checkpoint
from tpsmm.config import load_config
from tpsmm.convert import convert

PUBLISHED = {
    "vox": Published("vox-256", "vessl/thin-plate-spline-motion-model", "vox.pth.tar", "faces, 256 x 256"),
    "taichi": Published("taichi-256", "MCMLXXXVII/thinplatesv1", "orig/taichi.pth.tar", "whole bodies, 256 x 256"),
    "ted": Published("ted-384", "MCMLXXXVII/thinplatesv1", "orig/ted.pth.tar", "upper bodies, 384 x 384"),
    "mgif": Published("mgif-256", "MCMLXXXVII/thinplatesv1", "orig/mgif.pth.tar", "drawn animals, 256 x 256"),
}


def fetch(name: str, folder: Path, configs: Path, mirror: Path | None = None) -> Path:
    """A published checkpoint, downloaded if it is not there yet, checked and converted.

    Args:
        name: a key of PUBLISHED.
        folder: where to keep it.
        configs: the folder of the model configs.
        mirror: a local copy of the hub (repository/file) to take it from instead.
    Returns:
        the .safetensors, which records the download's sha256.
    Raises:
        InputError: no such name; no connection; or what came is not that network's.
    """
    if name not in PUBLISHED:
        raise InputError(f"no published model is called {name!r}", cure=f"use one of {', '.join(PUBLISHED)}")
    entry = PUBLISHED[name]
    config = load_config(configs / f"{entry.config}.yaml")
    ready = folder / f"{entry.config}.safetensors"
    return fetch_checkpoint(entry, ready, mirror, lambda original, to: convert(original, config, to))
