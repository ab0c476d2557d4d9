"""Engines as stages use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engines import ENGINES
from engines.base import Engine
from engines.plugin import CropSpec
from foundation.codec import Json, decode
from foundation.errors import ManifestError
from foundation.plugins import row_of
from foundation.schemes import SQUARE
from stages.artifacts import File
from stages.contracts.shared import EngineUse

WHOLE_REACH = 1.0
"""Half a square's side, in face heights: see foundation.schemes.SQUARE."""


def crop_spec(use: EngineUse) -> CropSpec:
    """The crop that is animated."""
    spec = row_of("engine", ENGINES, use.name).crop
    if use.subject == "whole":
        spec = CropSpec(WHOLE_REACH, spec.size)
    return spec if use.crop_size is None else replace(spec, size=use.crop_size)


def check_scheme(use: EngineUse, scheme: str) -> None:
    """Refuse landmarks that the engine cannot use.

    Raises:
        ManifestError: they are such.
    """
    needed = row_of("engine", ENGINES, use.name).scheme
    if scheme != (SQUARE if use.subject == "whole" else needed):
        raise ManifestError(
            f"the engine {use.name} needs {needed} landmarks, and the manifest chooses {scheme}",
            cure="set defaults.landmarks to another backend or choose another engine",
        )


def read_options(engine: Engine[Any], options: Json) -> Any:
    """The engine's own options, of its own type, from a stage's settings.

    Raises:
        ManifestError: they are not its own.
    """
    try:
        return decode(options, engine.options)
    except ValueError as error:
        problem = f"these are no options of the engine {engine.name}: {error}"
        raise ManifestError(problem, cure="plan with this version of Duet") from error


def engine_files(files: Mapping[str, File]) -> dict[str, Path]:
    """Where the engine's own files lie, by its names for them."""
    return {name: file.path for name, file in files.items()}
