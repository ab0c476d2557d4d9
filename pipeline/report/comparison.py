"""Two results beside each other: one video, and every measure of both with its paired difference."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from foundation.atomic import replacing
from foundation.errors import InputError
from media.credentials.provenance import Provenance, stamp
from media.ffmpeg import argv
from media.ffmpeg.run import run_ffmpeg
from media.ffmpeg.sound_codecs import encoding
from media.image.images import fitted
from media.text.lettering import lettered
from media.video.ahead import ahead
from media.video.probe import probe
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from pipeline.report.data import Data

Image = NDArray[np.uint8]
HEIGHT, LABEL, GAP = 540, 36, 4
"""Pixels: of each picture, of the line above it, and between them."""
SURE = 1.96
"""Standard errors of a 95 % interval."""
PAIRED = (
    ("mouth", "mouth error", False),
    ("eye", "eye error", False),
    ("yaw", "yaw error", True),
    ("pitch", "pitch error", True),
    ("roll", "roll error", True),
)
"""Column, what its distance from the driver is called, and whether each is taken about its own middle."""


@dataclass(frozen=True)
class Side:
    """One of two results. `label`: what it is called above its picture and its column."""

    label: str
    video: Path
    data: Data


@dataclass(frozen=True)
class Difference:
    """One line: a measure of both, b - a, and (where looks pair up) the half width of its 95 % interval."""

    name: str
    performer: str
    a: float
    b: float
    margin: float | None = None

    @property
    def change(self) -> float:
        return self.b - self.a


def differences(a: Side, b: Side) -> list[Difference]:
    """Every measure that both have; then the distances from the driver, look by look.

    The interval takes looks for independent, which successive ones are not quite: it is a little too narrow.
    """
    known = {_place(row): row["found"] for row in b.data["rows"]}
    lines = []
    for row in a.data["rows"]:
        ours, theirs = row["found"], known.get(_place(row))
        if isinstance(ours, int | float) and isinstance(theirs, int | float):
            lines.append(Difference(row["check"], row["performer"] or "", float(ours), float(theirs)))
    for name in a.data["performers"]:
        if name in b.data["performers"]:
            lines += _paired(name, a.data["performers"][name], b.data["performers"][name])
    return lines


def _place(row: dict[str, Any]) -> tuple[str, str | None]:
    return row["check"], row["performer"]


def _paired(name: str, a: Data, b: Data) -> Iterator[Difference]:
    if a["times"] != b["times"] or not a["times"]:
        return
    for column, called, middled in PAIRED:
        errors = [_error(one, column, middled=middled) for one in (a, b)]
        both = np.isfinite(errors[0]) & np.isfinite(errors[1])
        if both.sum() >= 3:
            ours, theirs = errors[0][both], errors[1][both]
            margin = SURE * float((theirs - ours).std(ddof=1)) / float(np.sqrt(both.sum()))
            yield Difference(called, name, float(ours.mean()), float(theirs.mean()), margin)


def _error(one: Data, column: str, *, middled: bool) -> NDArray[np.float64]:
    driver, result = (np.array([np.nan if v is None else v for v in one[who][column]]) for who in ("driver", "result"))
    if middled and np.isfinite(driver).any() and np.isfinite(result).any():
        driver, result = driver - np.nanmedian(driver), result - np.nanmedian(result)
    return np.asarray(np.abs(result - driver), np.float64)


def side_by_side(a: Side, b: Side, out: Path) -> int:
    """Write both as one MP4, a at the left, with a's sound, as long as the shorter one; how many frames.

    Raises: InputError if they differ in rate.
    """
    infos = [probe(side.video) for side in (a, b)]
    rates = [info.video.fps if info.video else Fraction(0) for info in infos]
    if rates[0] != rates[1]:
        told = f"has {rates[1]} frames a second, and {a.video.name} has {rates[0]}"
        raise InputError(told, file=b.video, cure="compare two results of one manifest")
    with replacing(out) as temporary:
        picture = temporary.with_name(f"{temporary.stem}.picture.mp4")
        try:
            count = _write(a, b, picture, rates[0])
            heard = infos[0].audio[:1]
            tracks = [
                argv.Track(a.video, options=encoding("aac", channels=each.channels, whole=False)) for each in heard
            ]
            about = Provenance(f"{a.label} beside {b.label}")
            tags, length = about.container_tags("mp4"), count / rates[0]
            made = argv.mux(temporary, container="mp4", video=picture, tracks=tracks, duration=length, metadata=tags)
            run_ffmpeg(made)
            stamp(temporary, "mp4", about)
        finally:
            picture.unlink(missing_ok=True)
    return count


def _write(a: Side, b: Side, picture: Path, fps: Fraction) -> int:
    writer: FrameWriter | None = None
    labels: list[Image] = []
    with (
        VideoReader(a.video) as left,
        VideoReader(b.video) as right,
        closing(ahead(left)) as lefts,
        closing(ahead(right)) as rights,
    ):
        for (_, ours), (_, theirs) in zip(lefts, rights, strict=False):
            shown = [_scaled(ours), _scaled(theirs)]
            if writer is None:
                labels = [_label(side.label, image.shape[1]) for side, image in zip((a, b), shown, strict=True)]
                width = shown[0].shape[1] + GAP + shown[1].shape[1]
                writer = FrameWriter(picture, size=(width, HEIGHT + LABEL), fps=fps)
            columns = [np.concatenate(pair) for pair in zip(labels, shown, strict=True)]
            gap = np.zeros((HEIGHT + LABEL, GAP, 3), np.uint8)
            writer.write(np.concatenate([columns[0], gap, columns[1]], axis=1))
    if writer is None:
        raise InputError("has no frames", file=a.video, cure="render it again")
    writer.close()
    return writer.frames


def _scaled(image: Image) -> Image:
    """HEIGHT pixels high, an even number wide."""
    width = max(2, round(image.shape[1] * HEIGHT / image.shape[0] / 2) * 2)
    small = fitted(image, max(width, HEIGHT))
    if small.shape[:2] == (HEIGHT, width):
        return small
    return np.asarray(Pictures.fromarray(small).resize((width, HEIGHT), Pictures.Resampling.BICUBIC), np.uint8)


def _label(text: str, width: int) -> Image:
    return lettered(text, 18, (235, 235, 235), (24, 26, 30), size=(width, LABEL), left=10)
