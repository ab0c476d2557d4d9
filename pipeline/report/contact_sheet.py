"""A contact sheet: the driver above the result, at the same instants, for every performer."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.artifacts import ArtifactStore
from foundation.times import spread
from media.image.images import read_image
from media.video.reader import read_frames
from pipeline.plan.expand import Plan
from pipeline.plan.made import folder_of
from pipeline.report.drawing import write_sheet
from stages.findings import STILLS

Image = NDArray[np.uint8]
CELL_HEIGHT = 240
GAP = 6


def contact_sheet(plan: Plan, store: ArtifactStore, out: Path) -> None:
    """Write the sheet as a PNG: a row of driving frames for each performer, and the finished video below them."""
    moments = spread(plan.frames, STILLS)
    rows = []
    for performer in plan.performers.values():
        clip = performer.clip.clip.found(folder_of(store, performer.clip.clip))
        shown = [min(moment, performer.frames - 1) for moment in moments]
        wanted = sorted(set(shown))
        frames = dict(zip(wanted, clip.pick(wanted), strict=True))
        rows.append([frames[moment] for moment in shown])
    checked, made = folder_of(store, plan.verdict), folder_of(store, plan.video)
    rows.append(_kept(checked, len(moments)) or _frames_of(made, moments))
    write_sheet(out, _table(rows), "Contact sheet")


def _kept(folder: Path, count: int) -> list[Image]:
    """What the check has kept of the same moments; nothing where it did not look at the picture."""
    stills = [folder / f"still{number}.jpg" for number in range(count)]
    return [read_image(still) for still in stills] if all(still.is_file() for still in stills) else []


def _frames_of(folder: Path, moments: list[int]) -> list[Image]:
    video = next(folder.glob("video.*"), None)
    if video is None:
        from media.image.stills import read_still  # noqa: PLC0415  (libraries for TIFF and OpenEXR, for sequences alone)

        pictures = sorted((folder / "frames").iterdir())
        return [read_still(pictures[moment])[..., :3] for moment in moments]
    wanted = set(moments)
    return [frame[..., :3] for number, frame in enumerate(read_frames(video)) if number in wanted]


def _table(rows: list[list[Image]]) -> Image:
    """Rows of pictures, each scaled to the cells' height, columns as wide as their widest picture."""
    scaled = [[_to_height(image) for image in row] for row in rows]
    widths = [max(row[n].shape[1] for row in scaled) for n in range(len(scaled[0]))]
    height = len(rows) * (CELL_HEIGHT + GAP) + GAP
    canvas = np.full((height, sum(widths) + GAP * (len(widths) + 1), 3), 24, np.uint8)
    for i, row in enumerate(scaled):
        x = GAP
        for image, width in zip(row, widths, strict=True):
            y, left = GAP + i * (CELL_HEIGHT + GAP), x + (width - image.shape[1]) // 2
            canvas[y : y + CELL_HEIGHT, left : left + image.shape[1]] = image
            x += width + GAP
    return canvas


def _to_height(image: Image) -> Image:
    width = max(1, round(image.shape[1] * CELL_HEIGHT / image.shape[0]))
    shrinking = image.shape[0] > CELL_HEIGHT
    kind = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, CELL_HEIGHT), interpolation=kind), np.uint8)
