"""What is heard."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.manifest.fields import Name, SignedSeconds
from pipeline.manifest.parts.base import Part


class MixEntry(Part):
    """One performer's sound in the mix."""

    from_: Name = Field(alias="from")
    gain_db: Annotated[float, Field(ge=-60, le=24)] = 0.0
    pan: Annotated[float, Field(ge=-1, le=1)] = 0.0


class Audio(Part):
    """The sound of the result."""

    source: str = "driving"
    """driving | none | a file | sample:vocals"""
    mix: list[MixEntry] | None = None
    offset: SignedSeconds = Field(default=0, validate_default=True)
    """How much later (or, below 0, earlier) than the picture a file starts."""
