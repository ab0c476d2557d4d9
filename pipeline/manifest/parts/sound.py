"""What is heard."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from foundation.part import Part
from pipeline.manifest.fields import Name, Seconds, SignedSeconds, short_for


class MixEntry(Part):
    """One performer's sound in the mix."""

    from_: Name = Field(alias="from")
    """The name of a performer."""
    gain_db: Annotated[float, Field(ge=-60, le=24)] = 0.0
    """Louder or, below 0, quieter."""
    pan: Annotated[float, Field(ge=-1, le=1)] = 0.0
    """From -1, left, to 1, right."""


class Trim(Part):
    """The part of a file that is heard, in seconds on the file's own clock."""

    start: Seconds = Field(default=0, validate_default=True)
    """Where it begins."""
    end: Seconds | None = None
    """Where it ends; without it, with the file."""

    @model_validator(mode="after")
    def _has_length(self) -> Trim:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({float(self.end):g}) must be later than start ({float(self.start):g})")
        return self


class Audio(Part):
    """The sound of the result."""

    source: str = "driving"
    """driving | none | a file | sample:vocals"""
    track: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Which of a file's sound tracks is heard, counted from 1; none takes the one that is flagged default."""
    mix: list[MixEntry] | None = None
    """What is heard of the performers' clips; without it, each clip once."""
    offset: SignedSeconds = Field(default=0, validate_default=True)
    """How much later (or, below 0, earlier) than the picture the sound starts."""
    trim: Trim | None = None
    """Which part of a file is heard."""
    fade_in: Seconds = Field(default=0, validate_default=True)
    """Seconds at the beginning of each sound that goes into the mix."""
    fade_out: Seconds = Field(default=0, validate_default=True)
    """Seconds at the end of each sound that goes into the mix."""
    loudness_lufs: Annotated[float, Field(ge=-50, le=-5)] | None = None
    """Integrated loudness (EBU R 128) to level the sound to; the true peak then stays under -1 dBTP."""
    stems: bool = False
    """Each performer's sound as a track of its own, after the mix."""


AudioField = Annotated[Audio, short_for("source", Audio)]
"""A file's name, or driving or none, stands for that sound as it is."""
