"""Drawing on sheets: pictures side by side, boxes, a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.atomic import check_writable, replacing
from media.credentials.provenance import Provenance
from media.image.stills import write_still
from media.text.lettering import lettered

Image = NDArray[np.uint8]
BACKGROUND, INK = 24, (225, 225, 225)
GAP = 8


def write_sheet(path: Path, image: Image, title: str) -> None:
    """Write a sheet as PNG, whole or not at all; it says that the people on it are synthetic.

    Raises: StageError if it cannot be written.
    """
    check_writable(path)
    with replacing(path) as temporary:
        write_still(temporary, image, "png", Provenance(title))


def to_height(image: Image, height: int) -> Image:
    """The picture, scaled."""
    return to_size(image, (max(1, round(image.shape[1] * height / image.shape[0])), height))


def to_size(image: Image, size: tuple[int, int]) -> Image:
    """The picture scaled to (width, height)."""
    kind = cv2.INTER_AREA if image.shape[0] > size[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=kind), np.uint8)


def framed(image: Image, box: Sequence[float], color: tuple[int, int, int]) -> Image:
    """The picture with a box, x0, y0, x1, y1 as shares of its sides, drawn on it; what lies outside is not drawn."""
    height, width = image.shape[:2]
    x0, x1 = (round(min(max(value, 0.0), 1.0) * (width - 1)) for value in (box[0], box[2]))
    y0, y1 = (round(min(max(value, 0.0), 1.0) * (height - 1)) for value in (box[1], box[3]))
    thick = max(2, round(max(height, width) / 240))
    return np.asarray(cv2.rectangle(image.copy(), (x0, y0), (x1, y1), color, thick), np.uint8)


def row(images: Sequence[Image]) -> Image:
    """Pictures beside one another, at the top."""
    height = max(image.shape[0] for image in images)
    canvas = blank(sum(image.shape[1] for image in images) + GAP * (len(images) - 1), height)
    x = 0
    for image in images:
        canvas[: image.shape[0], x : x + image.shape[1]] = image
        x += image.shape[1] + GAP
    return canvas


def column(images: Sequence[Image]) -> Image:
    """Pictures below one another, at the left."""
    width = max(image.shape[1] for image in images)
    canvas = blank(width, sum(image.shape[0] for image in images) + GAP * (len(images) - 1))
    y = 0
    for image in images:
        canvas[y : y + image.shape[0], : image.shape[1]] = image
        y += image.shape[0] + GAP
    return canvas


def text(line: str, size: int = 18) -> Image:
    """A line of text as a picture."""
    return lettered(line, size, INK, (BACKGROUND,) * 3)


def with_margin(image: Image) -> Image:
    """The sheet's edge."""
    return np.asarray(
        cv2.copyMakeBorder(image, GAP, GAP, GAP, GAP, cv2.BORDER_CONSTANT, value=(BACKGROUND,) * 3), np.uint8
    )


def blank(width: int, height: int) -> Image:
    return np.full((height, width, 3), BACKGROUND, np.uint8)
