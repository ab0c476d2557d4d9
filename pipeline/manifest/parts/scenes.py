"""What is seen when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.manifest.fields import Name, Seconds
from pipeline.manifest.parts.base import Part


class Scene(Part):
    """Who is seen, from `start` to the next scene."""

    start: Seconds = Field(default=0, validate_default=True)
    layout: Literal["full", "side_by_side"]
    performers: Annotated[list[Name], Field(min_length=1, max_length=16)]
