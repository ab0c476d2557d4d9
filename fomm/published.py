"""The checkpoints that have been published, and how to get one."""

from __future__ import annotations

from pathlib import Path

from fomm.config import load_config
from fomm.convert import convert
from foundation.errors import InputError
from networks.hub import Published, fetch_checkpoint

REPOSITORY = "AliaksandrSiarohin/first-order-model"
PAGE = f"the link in the README of https://github.com/{REPOSITORY}"
"""The authors give the files to people, by Google Drive and Yandex; the hub has none of theirs."""


def _published(name: str, file: str, about: str) -> Published:
    return Published(f"{name}-256", REPOSITORY, file, f"{about}, 256 x 256", PAGE)


PUBLISHED = {
    "fomm-vox": _published("vox", "vox-cpk.pth.tar", "faces"),
    "fomm-vox-adv": _published("vox-adv", "vox-adv-cpk.pth.tar", "faces, sharper"),
    "fomm-taichi": _published("taichi", "taichi-cpk.pth.tar", "whole bodies"),
    "fomm-taichi-adv": _published("taichi-adv", "taichi-adv-cpk.pth.tar", "whole bodies, sharper"),
    "fomm-mgif": _published("mgif", "mgif-cpk.pth.tar", "drawn animals"),
    "fomm-fashion": _published("fashion", "fashion.pth.tar", "clothes on people who turn"),
    "fomm-bair": _published("bair", "bair-cpk.pth.tar", "a robot's arm"),
    "fomm-nemo": _published("nemo", "nemo-cpk.pth.tar", "smiles"),
}


def fetch(name: str, folder: Path, configs: Path, mirror: Path | None = None) -> Path:
    """A published checkpoint, checked and converted.

    Args:
        name: a key of PUBLISHED.
        folder: where to keep it, and where a person has put the download.
        configs: the folder of the model configs.
        mirror: a folder with REPOSITORY/FILE to take it from instead.
    Returns:
        the .safetensors, which records the download's sha256.
    Raises:
        InputError: no such name; it is not there; or it is not that network's.
    """
    if name not in PUBLISHED:
        raise InputError(f"no published model is called {name!r}", cure=f"use one of {', '.join(PUBLISHED)}")
    entry = PUBLISHED[name]
    config = load_config(configs / f"{entry.config}.yaml")
    return fetch_checkpoint(
        entry, folder / f"{name}.safetensors", mirror, lambda source, to: convert(source, config, to)
    )
