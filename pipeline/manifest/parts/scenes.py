"""What is seen when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from foundation.part import Part
from pipeline.manifest.fields import Backdrop, Name, Seconds

PLAIN_TAG, IMAGE_TAG, VIDEO_TAG, NONE_TAG = "<colour>", "<image>", "<video>", "<none>"
Share = Annotated[float, Field(ge=0, le=0.25)]
"""Of the frame's shorter side."""


class ImageBackground(Part):
    """A picture behind the performers."""

    image: str
    """A picture."""


class VideoBackground(Part):
    """A video behind the performers, from its beginning again where it ends; its sound is not heard."""

    video: str
    """A video."""
    start: Seconds = Field(default=0, validate_default=True)
    """Where it begins, in seconds."""


def _kind(value: object) -> str:
    if isinstance(value, ImageBackground) or (isinstance(value, dict) and "image" in value):
        return IMAGE_TAG
    return VIDEO_TAG if isinstance(value, dict | VideoBackground) else PLAIN_TAG


Background = Annotated[
    Annotated[Backdrop, Tag(PLAIN_TAG)]
    | Annotated[ImageBackground, Tag(IMAGE_TAG)]
    | Annotated[VideoBackground, Tag(VIDEO_TAG)],
    Discriminator(_kind),
]


def _own_kind(value: object) -> str:
    return NONE_TAG if value == "none" else _kind(value)


OwnBackground = Annotated[
    Annotated[Literal["none"], Tag(NONE_TAG)]
    | Annotated[Backdrop, Tag(PLAIN_TAG)]
    | Annotated[ImageBackground, Tag(IMAGE_TAG)]
    | Annotated[VideoBackground, Tag(VIDEO_TAG)],
    Discriminator(_own_kind),
]
"""What a performer stands before in place of the portrait's own background."""


class Inset(Part):
    """The small panels of picture_in_picture."""

    corner: Literal["bottom_right", "bottom_left", "top_right", "top_left"] = "bottom_right"
    """Where the small panels stand."""
    size: Annotated[float, Field(ge=0.1, le=0.6)] = 0.36
    """Their size, as a share of the frame's."""
    distance: Share = 0.04
    """From the frame's edge, as a share of its shorter side."""


class Transition(Part):
    """How a scene comes in; it begins where the scene begins, while the scene before goes on."""

    kind: Literal["cut", "crossfade", "wipe", "fade"]
    """A hard cut, or what happens instead."""
    seconds: Seconds = Field(default="0.5", validate_default=True)
    """How long it takes."""
    direction: Literal["left", "right", "up", "down"] = "left"
    """Where a wipe goes."""


class Scene(Part):
    """Who is seen, from `start` to `end`, or to the next scene."""

    start: Seconds = Field(default=0, validate_default=True)
    """Where the scene begins, in seconds."""
    end: Seconds | None = None
    """Where it ends; without it, where the next one begins."""
    layout: Literal["full", "side_by_side", "stacked", "grid", "picture_in_picture"]
    """How the performers share the frame."""
    performers: Annotated[list[Name], Field(max_length=16)]
    """Who is seen, by name, in the order of the layout."""
    sings: Annotated[list[Name], Field(max_length=16)] | None = None
    """Who sings in this scene; the others listen. Without it, what the lyrics say, or else everyone."""
    background: Background | None = None
    """What is behind them: `blur`, a colour such as "#101418", a picture or a video."""
    gutter: Share = 0.0
    """Between the panels, as a share of the frame's shorter side."""
    margin: Share = 0.0
    """Around the panels, as a share of the frame's shorter side."""
    fit: Literal["auto", "fill", "fit"] = "auto"
    """Fill the panel, or show the whole picture; `auto` fills where the head fits in."""
    inset: Inset = Inset()
    """The small panels of picture_in_picture."""
    transition: Transition = Transition(kind="cut")
    """How the scene comes in."""

    @model_validator(mode="after")
    def _shows_somebody(self) -> Scene:
        if not self.performers:
            raise ValueError("performers is empty: name who is seen, or leave the scene out")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({float(self.end):g}) must be later than start ({float(self.start):g})")
        return self
