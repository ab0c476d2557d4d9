"""From the engine's files and options to the library's model and options."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from pathlib import Path

import liveportrait
from engines.base import Own
from engines.liveportrait.options import Options
from engines.neural.loading import device_of, named_files, stamp_of
from engines.neural.section import Arithmetic
from liveportrait.files import read_files
from liveportrait.sizes import PUBLISHED, load_sizes


def model_of(own: Own[Options]) -> liveportrait.Model:
    """The model of the file "checkpoint", or of the published ones by name; the last one is kept."""
    files = {name: path for name, path in own.files.items() if name != "config"}
    if not files:
        named_files("liveportrait", files, ("checkpoint",), "liveportrait")
    stamps = tuple(stamp_of(path) for path in files.values())
    return _load(tuple(sorted(files.items())), own.files.get("config"), stamps, own.options.alone)


@lru_cache(maxsize=1)
def _load(
    files: tuple[tuple[str, Path], ...], config: Path | None, _stamps: tuple[int, ...], how: Arithmetic
) -> liveportrait.Model:
    device, by_name = device_of(how), dict(files)
    weights = by_name.get("checkpoint") or read_files(by_name).modules
    sizes = PUBLISHED if config is None else load_sizes(config)
    return liveportrait.load_model(weights, device=device, precision=how.precision, group=how.group, sizes=sizes)


def library_options(options: Options) -> liveportrait.Options:
    """The same as the library has them."""
    return liveportrait.Options(**{each.name: getattr(options, each.name) for each in fields(liveportrait.Options)})
