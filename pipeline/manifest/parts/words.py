"""What is written over the picture: lyrics and titles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from foundation.part import Part
from pipeline.manifest.fields import Color, Seconds, SignedSeconds, short_for

Position = Literal["bottom", "middle", "top"]
Size = Annotated[float, Field(ge=0.01, le=0.5)]
"""Height of a line of text, of the frame's shorter side."""
Margin = Annotated[float, Field(ge=0, le=0.5)]
"""Between the text and the frame's edge, of the frame's height."""


class Lyrics(Part):
    """The lines of a file, shown while they are sung."""

    file: str
    """SRT, LRC or ASS."""
    offset: SignedSeconds = Field(default=0, validate_default=True)
    """How much later (or, below 0, earlier) than the file says."""
    position: Position = "bottom"
    """Where the text stands."""
    size: Size = 0.075
    """Height of a line, as a share of the frame's shorter side."""
    margin: Margin = 0.06
    """To the frame's edge, as a share of the frame's height."""
    color: Color = "#ffffff"
    """Of the text, as "#rrggbb"."""
    sung: Color = "#ffd23c"
    """Words that have been sung, where the file times words."""


LyricsField = Annotated[Lyrics, short_for("file", Lyrics)]
"""A file's name stands for lyrics as they are by default."""


class Title(Part):
    """A text for a while."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    """What is shown."""
    start: Seconds = Field(default=0, validate_default=True)
    """When it is shown, in seconds."""
    end: Seconds
    """When it is gone."""
    position: Position = "middle"
    """Where the text stands."""
    size: Size = 0.12
    """Height of a line, as a share of the frame's shorter side."""
    margin: Margin = 0.08
    """To the frame's edge, as a share of the frame's height."""
    color: Color = "#ffffff"
    """Of the text, as "#rrggbb"."""
    fade: Annotated[float, Field(ge=0, le=5)] = 0.3
    """Seconds in which it appears, and in which it goes."""

    @model_validator(mode="after")
    def _has_length(self) -> Title:
        if self.end <= self.start:
            raise ValueError(f"end ({float(self.end):g}) must be later than start ({float(self.start):g})")
        return self
