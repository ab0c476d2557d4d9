"""The row of an engine in the table: light, as every worker reads the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from foundation.plugins import Plugin
from foundation.schemes import MEDIAPIPE_478

if TYPE_CHECKING:
    from engines.about import About


@dataclass(frozen=True)
class CropSpec:
    """The crop that an engine wants.

    Attributes:
        reach: half the crop's side, in face heights (landmark 10 to 152), around the centre of the face oval.
        size: the crop is resampled to (size, size) pixels; None keeps the picture's own pixels (whole-pixel
            translation, clipped to the picture, so not always square).
        place: "package.module:NAME" of what lays it otherwise than upright around the oval's centre, for engines with a
            size: of the face's landmarks (P, 3) in the picture and the size, the (2, 3) affine from picture to crop.
    """

    reach: float
    size: int | None
    place: str | None = None


@dataclass(frozen=True)
class EnginePlugin(Plugin):
    """A row of the table of engines: what stages ask that do not load it.

    Attributes:
        about: "package.module:NAME" of its description; without it, PLAIN.
        crop: what it wants of a portrait and of a driver.
        scheme: of the landmarks that it needs.
    """

    about: str = "engines.about:PLAIN"
    crop: CropSpec = field(kw_only=True)
    scheme: str = field(default=MEDIAPIPE_478, kw_only=True)

    def describe(self) -> About[Any]:
        """Its description."""
        return cast("About[Any]", named(self.about))


def named(target: str) -> object:
    """What "package.module:NAME" names; the module is imported."""
    module, name = target.split(":")
    found: object = getattr(import_module(module), name)
    return found
