"""What the toy tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engines.about import About, Lacking, Ready, Wish
from foundation.part import Part


class Section(Part):
    """What the toy can be told."""

    levels: Annotated[int, Field(ge=0, le=100)] = 40
    """How much brighter the portrait becomes as the head turns."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How it shows the portrait. `levels`: of 255."""

    levels: int


def choose(wish: Wish[Section]) -> Ready | Lacking:
    if not wish.named:
        return Lacking(what="no wish", cure="name it")
    return Ready(options=Options(levels=wish.section.levels), honours=("head",))


ABOUT = About(section=Section, choose=choose)
