"""This network's checkpoints as .safetensors, and whether they fit a config (networks.convert)."""

from __future__ import annotations

from pathlib import Path

import torch

from fomm.config import ModelConfig
from fomm.model import FAMILY, Model
from networks.convert import Verdict, convert_checkpoint, verify_checkpoint


def convert(path: Path, config: ModelConfig, to: Path | None = None) -> Path:
    """See networks.convert.convert_checkpoint."""
    return convert_checkpoint(path, _blank(config), FAMILY, to)


def verify(path: Path, config: ModelConfig) -> Verdict:
    """See networks.convert.verify_checkpoint."""
    return verify_checkpoint(path, _blank(config), FAMILY)


def _blank(config: ModelConfig) -> Model:
    with torch.device("meta"):
        return Model(config)
