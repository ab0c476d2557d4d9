"""What the commands need of networks whose checkpoints are published: which there are, and the demos' loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engines.neural.files import fetched_folder
from foundation.errors import InputError
from foundation.geometry import Image
from foundation.notices import notices_told
from networks import kernels
from networks.checkpoints import Family, modules_of
from networks.convert import Verdict, origin_of
from networks.hub import Published, original

Picture = NDArray[np.floating]


@dataclass(frozen=True)
class Known:
    """A checkpoint that is published, or comes with Duet, and what of it is on this machine.

    Attributes:
        name: as `models fetch` takes it.
        engine: whose it is.
        config: in its configs.
        about: what it animates.
        source: on the hub; None: it comes with Duet.
        file: where it is; None: not fetched.
        size: its bytes.
        origin: sha256 of the download it was made from.
    """

    name: str
    engine: str
    config: str
    about: str
    source: str | None
    file: Path | None
    size: int
    origin: str | None


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The checkpoints of one engine's network.

    Attributes:
        engine: its name.
        family: what tells its checkpoints from others'.
        published: by the name that `models fetch` takes.
        kept: the stem of the file in which a published one is kept, by its name.
        convert: download, config, where to keep it -> the latter, with the download's sha256.
        verify: checkpoint, config -> whether it fits.
        download: what is published, a folder, a local copy of the hub -> what was downloaded into the folder.
        configs: where its configs lie; None: it has one form.
        usual: the config where none is named or told.
        shipped: what comes with Duet: config -> name, what it animates; and the folder.
    """

    engine: str
    family: Family
    published: Mapping[str, Published]
    kept: Callable[[str], str]
    convert: Callable[[Path, Path, Path], Path]
    verify: Callable[[Path, Path], Verdict]
    download: Callable[[Published, Path, Path | None], Path] = original
    configs: Path | None = None
    usual: str = ""
    shipped: Mapping[Path, tuple[str, str]] = field(default_factory=dict)

    def known(self, folder: Path | None = None) -> list[Known]:
        """Every checkpoint, and which of them are here.

        Args:
            folder: of the fetched ones.
        Raises:
            InputError: a fetched one is damaged.
        """
        found = [
            Known(name, self.engine, file.stem, about, None, file, file.stat().st_size, None)
            for file, (name, about) in self.shipped.items()
            if file.is_file()
        ]
        for name, entry in self.published.items():
            kept = self._file(name, folder or fetched_folder())
            file = kept if kept.is_file() else None
            size, origin = (kept.stat().st_size, origin_of(kept)) if file else (0, None)
            source = f"{entry.repository}/{entry.file}"
            found.append(Known(name, self.engine, entry.config, entry.about, source, file, size, origin))
        return found

    def fetch(self, name: str, folder: Path, mirror: Path | None) -> Path:
        """A published checkpoint, downloaded and converted if it is not in the folder yet.

        Args:
            mirror: a local copy of the hub (repository/file) to take it from instead.
        Raises:
            InputError: no connection; or what came is not this network's.
        """
        entry, ready = self.published[name], self._file(name, folder)
        if ready.is_file():
            return ready
        folder.mkdir(parents=True, exist_ok=True)
        downloaded = self.download(entry, folder, mirror)
        try:
            return self.convert(downloaded, (self.configs or Path()) / f"{entry.config}.yaml", ready)
        except InputError as error:
            error.cure = f"{error.cure or 'it is not the published file'}; delete it and fetch again"
            raise

    def _file(self, name: str, folder: Path) -> Path:
        return folder / f"{self.kept(name)}.safetensors"


def whose(file: Path, catalogs: Sequence[Catalog]) -> Catalog:
    """Whose network a checkpoint is, by what it holds; the first one's where that cannot be told.

    Raises: InputError if it cannot be read.
    """
    held = modules_of(file)
    return next((each for each in catalogs if set(each.family.needed) <= held), catalogs[0])


def kernel_status() -> tuple[bool, str]:
    """Whether precision "fast" uses the kernels on this CPU, and which, or why not. Compiles them the first time."""
    status = kernels.status()
    return status.active, status.reason


def machine() -> dict[str, str]:
    """PyTorch's threads, and the CUDA device or "none"."""
    cuda = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "none"
    return {"threads": str(torch.get_num_threads()), "cuda": cuda}


class Animated(Protocol):
    """What animates a portrait: each network's own Animator."""

    def render(self, frames: Tensor) -> Tensor:
        """(N, 3, h, w) driving frames, float, 0..1 -> (N, 3, H, W)."""


class DemoLoop:
    """The published demos' animation: one source, one reference frame, then driving frames in any order.

    Args:
        checkpoint: the file, for messages.
        source, initial: (H, W, 3) floats, 0..1: the whole source picture, and the driving frame that motion is
            measured from.
        animate: of both as tensors, the animator, and how the network is computed here, in words.
    Attributes:
        path: the latter.
    Raises:
        InputError: the checkpoint cannot be used, or not with this size or mode.
    """

    def __init__(
        self,
        checkpoint: Path,
        source: Picture,
        initial: Picture,
        animate: Callable[[Tensor, Tensor], tuple[Animated, str]],
    ) -> None:
        self._checkpoint = checkpoint
        try:
            with notices_told(lambda text: None):  # `path` says that "fast" found no kernels
                self._animator, self.path = animate(_tensor(source), _tensor(initial))
        except ValueError as error:
            cure = "choose another --img_shape, --mode or --checkpoint"
            raise InputError(str(error), file=checkpoint, cure=cure) from error

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
