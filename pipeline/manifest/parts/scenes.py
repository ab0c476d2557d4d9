"""What is seen when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from foundation.part import Part
from pipeline.manifest.fields import Backdrop, Name, Seconds

PLAIN_TAG, IMAGE_TAG, VIDEO_TAG = "<colour>", "<image>", "<video>"
Share = Annotated[float, Field(ge=0, le=0.25)]
"""Of the frame's shorter side."""


class ImageBackground(Part):
    """A picture behind the performers."""

    image: str


class VideoBackground(Part):
    """A video behind the performers, from its beginning again where it ends; its sound is not heard."""

    video: str
    start: Seconds = Field(default=0, validate_default=True)


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


class Inset(Part):
    """The small panels of picture_in_picture."""

    corner: Literal["bottom_right", "bottom_left", "top_right", "top_left"] = "bottom_right"
    size: Annotated[float, Field(ge=0.1, le=0.6)] = 0.36
    distance: Share = 0.04


class Transition(Part):
    """How a scene comes in; it begins where the scene begins, while the scene before goes on."""

    kind: Literal["cut", "crossfade", "wipe", "fade"]
    seconds: Seconds = Field(default="0.5", validate_default=True)
    direction: Literal["left", "right", "up", "down"] = "left"


class Scene(Part):
    """Who is seen, from `start` to `end`, or to the next scene."""

    start: Seconds = Field(default=0, validate_default=True)
    end: Seconds | None = None
    layout: Literal["full", "side_by_side", "stacked", "grid", "picture_in_picture"]
    performers: Annotated[list[Name], Field(max_length=16)]
    sings: Annotated[list[Name], Field(max_length=16)] | None = None
    """Who sings in this scene; the others listen. Without it, what the lyrics say, or else everyone."""
    background: Background | None = None
    gutter: Share = 0.0
    margin: Share = 0.0
    fit: Literal["auto", "fill", "fit"] = "auto"
    inset: Inset = Inset()
    transition: Transition = Transition(kind="cut")

    @model_validator(mode="after")
    def _shows_somebody(self) -> Scene:
        if not self.performers:
            raise ValueError("performers is empty: name who is seen, or leave the scene out")
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({float(self.end):g}) must be later than start ({float(self.start):g})")
        return self
