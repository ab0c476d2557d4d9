"""What the commands need of the neural model: its checkpoints, what this machine has for it, the demo's loop."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import tpsmm
from foundation.errors import InputError, SlowPathWarning
from foundation.geometry import Image
from networks import kernels
from networks.convert import Verdict, origin_of
from tpsmm import convert, published

Picture = NDArray[np.floating]


@dataclass(frozen=True)
class Known:
    """A checkpoint that is published, or comes with Duet, and what of it is on this machine.

    Attributes:
        name: as `models fetch` takes it. config: in configs/models. about: what it animates.
        source: on the hub; None: it comes with Duet. file: where it is; None: not fetched. size: its bytes.
        origin: sha256 of the download it was made from.
    """

    name: str
    config: str
    about: str
    source: str | None
    file: Path | None
    size: int
    origin: str | None


COMPACT = {"duet-128": ("duet", "faces, 128 x 128, small")}
"""Ours, by config: name, and what they animate."""


def known_models(folder: Path, shipped: Path) -> list[Known]:
    """Every published checkpoint, and ours.

    Args:
        folder: where fetched ones are kept. shipped: where those are that come with Duet.
    Raises:
        InputError: a fetched one is damaged.
    """
    ours = [(config, shipped / f"{config}.safetensors", *about) for config, about in COMPACT.items()]
    found = [
        Known(name, config, about, None, file, file.stat().st_size, None)
        for config, file, name, about in ours
        if file.is_file()
    ]
    for name, entry in published.PUBLISHED.items():
        kept = folder / f"{entry.config}.safetensors"
        file = kept if kept.is_file() else None
        size, origin = (kept.stat().st_size, origin_of(kept)) if file else (0, None)
        source = f"{entry.repository}/{entry.file}"
        found.append(Known(name, entry.config, entry.about, source, file, size, origin))
    return found


def fetch_model(name: str, folder: Path, configs: Path, mirror: Path | None) -> Path:
    """See tpsmm.published.fetch."""
    return published.fetch(name, folder, configs, mirror)


def verify_model(file: Path, config: Path) -> Verdict:
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


class PublishedLoop:
    """The published demo's animation: one source, one reference frame, then driving frames in any order.

    Args:
        config, checkpoint: files.
        source, initial: (H, W, 3) floats, 0..1: the whole source picture, and the driving frame that motion is
            measured from.
        mode: standard | relative | avd. precision: as of tpsmm.load_model. device: "cpu" or "cuda".
    Attributes:
        path: how the network is computed here, in words.
    Raises:
        InputError: the checkpoint cannot be used, or not with this size or mode.
    """

    def __init__(
        self,
        config: Path,
        checkpoint: Path,
        source: Picture,
        initial: Picture,
        *,
        mode: str,
        precision: str,
        device: str,
    ) -> None:
        with warnings.catch_warnings():
            # that "fast" found no kernels is told by `path`
            warnings.simplefilter("ignore", SlowPathWarning)
            model = tpsmm.load_model(config, checkpoint, device=device, precision=precision)
        try:
            self._animator = tpsmm.Animator(model, _tensor(source), mode=mode, initial=_tensor(initial))
        except ValueError as error:
            cure = "choose another --img_shape, --mode or --checkpoint"
            raise InputError(str(error), file=checkpoint, cure=cure) from error
        self._checkpoint = checkpoint
        self.path = model.backend.path

    def render(self, frame: Picture) -> Image:
        """A driving frame, (H, W, 3) floats, 0..1 -> the source as it would show it, (H, W, 3) uint8 RGB.

        Rounded to the nearest level, as skimage.img_as_ubyte does.

        Raises: InputError if the network gives no numbers.
        """
        picture = self._animator.render(_tensor(frame))[0]
        if not bool(torch.isfinite(picture).all()):
            raise InputError("it gives no picture (NaN)", file=self._checkpoint, cure="verify it with `models verify`")
        return cast(Image, (picture * 255).round().clamp(0, 255).byte().permute(1, 2, 0).cpu().numpy())


def _tensor(picture: Picture) -> Tensor:
    """(H, W, 3) -> (1, 3, H, W) float32."""
    return torch.from_numpy(np.ascontiguousarray(picture, np.float32)).permute(2, 0, 1).unsqueeze(0).contiguous()
