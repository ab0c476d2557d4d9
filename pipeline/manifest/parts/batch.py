"""Many videos from one manifest: portraits and clips, matched as a matrix or in pairs."""

from __future__ import annotations

import re
from pathlib import PurePath
from string import Formatter
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from foundation.part import Part
from pipeline.manifest.parts.driving import Driving
from pipeline.manifest.parts.performers import Performer, PortraitSource

NAME_FIELDS = ("portrait", "driving", "index")
NAME_PLACE = "{name}"
"""Where output.path takes an item's name."""


class BatchDriving(Driving):
    """What all items' clips have in common; `video` is the item's."""

    video: str = ""


class BatchPerformer(Performer):
    """What all items have in common; `portrait` and `driving.video` are the item's."""

    portrait: PortraitSource = ""
    driving: BatchDriving = BatchDriving()

    @model_validator(mode="after")
    def _leaves_files_to_the_items(self) -> BatchPerformer:
        if "portrait" in self.model_fields_set or "video" in self.driving.model_fields_set:
            raise ValueError("portrait and driving.video come from batch.portraits and batch.driving, or batch.pairs")
        if self.singing is not None:
            raise ValueError("a batch matches portraits with clips, and singing takes none")
        if self.composite.passes:
            raise ValueError("composite.passes are written by render, of one result")
        return self


Files = Annotated[str, Field(min_length=1)] | Annotated[list[str], Field(min_length=1, max_length=10_000)]


class Batch(Part):
    """Instead of performers: each item is a video of one portrait that follows one clip."""

    portraits: Files | None = None
    """A file, a pattern such as faces/*.png, or a list of these."""
    driving: Files | None = None
    """Clips, likewise: every portrait follows every clip."""
    pairs: str | None = None
    """Instead of both: a CSV file with the columns portrait and driving and, where wanted, name, song, lyrics,
    start, end and face."""
    name: str = "{portrait}__{driving}"
    """An item's name, of its files' names without their endings; {index} counts from 1, {index:04d} with zeros."""
    performer: BatchPerformer = BatchPerformer()
    """face, engine, motion, composite and driving, for all items."""

    @field_validator("name")
    @classmethod
    def _names_fields(cls, name: str) -> str:
        try:
            parts = [part[1:] for part in Formatter().parse(name) if part[1] is not None]
        except ValueError:
            parts = []
        widths = {"index": r"(0?\d{1,2}d?)?"}
        good = all(
            field in NAME_FIELDS and not how and re.fullmatch(widths.get(field, ""), width or "")
            for field, width, how in parts
        )
        if not parts or not good or "/" in name or "\\" in name:
            raise ValueError(f"use {', '.join(f'{{{field}}}' for field in NAME_FIELDS)} in a plain file name")
        return name

    @model_validator(mode="after")
    def _pairs_or_matrix(self) -> Batch:
        both = self.portraits is not None and self.driving is not None
        neither = self.portraits is None and self.driving is None
        if not (both and self.pairs is None) and not (neither and self.pairs is not None):
            raise ValueError("name portraits and driving, or pairs alone")
        return self


def performers_or_batch(data: dict[str, Any]) -> list[str]:
    """One line for each field of the whole manifest that a batch, or its absence, rules out."""
    if "batch" not in data:
        return [] if "performers" in data else ["performers: is missing (add it)"]
    lines = [
        f"{field}: cannot go with batch (remove one of them)" for field in ("performers", "scenes") if field in data
    ]
    output, audio = data.get("output"), data.get("audio")
    for field, path in _paths(output) if isinstance(output, dict) else ():
        if NAME_PLACE not in path:
            better = f"out/{NAME_PLACE}{PurePath(path).suffix or '.mp4'}"
            lines.append(f"{field}: {path!r} is one file for all items (write {NAME_PLACE} in it: {better})")
    if isinstance(audio, dict) and "mix" in audio:
        lines.append("audio.mix: cannot go with batch: an item has one clip (remove it)")
    return lines


def _paths(output: dict[str, Any]) -> list[tuple[str, str]]:
    """The files that an output names, with the fields that name them."""
    places: list[tuple[str, Any]] = [("output.path", output)]
    places += [(f"output.{kind}.path", output.get(kind)) for kind in ("poster", "preview")]
    return [
        (field, place["path"])
        for field, place in places
        if isinstance(place, dict) and isinstance(place.get("path"), str)
    ]
