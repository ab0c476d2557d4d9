"""From files to a network on its device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import torch

from engines.base import Own
from engines.neural.section import Arithmetic
from foundation.errors import ManifestError, StageError

M = TypeVar("M")
O = TypeVar("O", bound=Arithmetic)  # noqa: E741  (options)


def stamp_of(path: Path) -> int:
    """When a file was changed last, for caches of what was loaded from it; 0 where it is none."""
    return path.stat().st_mtime_ns if path.exists() else 0


def named_files(engine: str, files: Mapping[str, Path], wanted: tuple[str, ...], fetched: str) -> list[Path]:
    """The files that an engine needs, in the order of `wanted`.

    Args:
        fetched: as `models fetch` takes it.
    Raises:
        ManifestError: one of them is not named.
    """
    missing = [name for name in wanted if name not in files]
    if missing:
        problem = f"engine {engine} needs a {' and a '.join(missing)}"
        raise ManifestError(problem, cure=f"run `models fetch {fetched}`, or use landmark_tps")
    return [files[name] for name in wanted]


def model_of(engine: str, own: Own[O], fetched: str, load: Callable[[Path, Path, Arithmetic], M]) -> M:
    """The model of the files "config" and "checkpoint"; the last one is kept.

    Args:
        fetched: as `models fetch` takes it.
        load: makes it.
    Raises:
        ManifestError: one of the files is not named.
    """
    config, checkpoint = named_files(engine, own.files, ("config", "checkpoint"), fetched)
    model: M = _loaded(load, config, checkpoint, stamp_of(checkpoint), own.options.alone)
    return model


@lru_cache(maxsize=1)
def _loaded(load: Callable[[Path, Path, Arithmetic], M], config: Path, checkpoint: Path, _: int, how: Arithmetic) -> M:
    return load(config, checkpoint, how)


def converted(checkpoint: Path, convert: Callable[[Path], Path]) -> Path:
    """The checkpoint as it loads fastest; in a folder that cannot be written to, or where it is none, as it is."""
    if checkpoint.is_file():
        with suppress(OSError):
            return convert(checkpoint)
    return checkpoint


def device_of(arithmetic: Arithmetic) -> str:
    """As PyTorch takes it.

    Raises: StageError: the work was planned for a GPU, and there is none.
    """
    if arithmetic.device == "cuda" and not torch.cuda.is_available():
        raise StageError(
            "the work was planned for a GPU, and PyTorch finds none here",
            cure="give this worker one, or set the engine's device: cpu (other pixels, so other work)",
        )
    return arithmetic.device
