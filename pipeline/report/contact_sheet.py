"""A contact sheet: the driver above the result, at the same instants, for every performer."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.artifacts import ArtifactStore
from media.images import write_png
from media.reader import read_frames
from media.sequence import FrameSequence
from media.stills import read_still
from pipeline.plan.expand import Plan
from stages.handover import FRAMES

Image = NDArray[np.uint8]
COLUMNS = 6
CELL_HEIGHT = 240
GAP = 6


def contact_sheet(plan: Plan, store: ArtifactStore, folder: Path, out: Path) -> None:
    """Write the sheet as a PNG: a row of driving frames for each performer, and the finished video below them.

    Args:
        folder: the finished video's artifact.
    """
    columns = min(COLUMNS, plan.frames)
    moments = [round((n + 0.5) * plan.frames / columns - 0.5) for n in range(columns)]
    rows = []
    for performer in plan.performers.values():
        clip = store.folder(performer.clip.stage, performer.clip.key) / FRAMES
        frames = FrameSequence([(0, clip)], performer.frames)
        rows.append([frames[moment] for moment in moments])
    rows.append(_frames_of(folder, moments))
    write_png(out, _table(rows))


def _frames_of(folder: Path, moments: list[int]) -> list[Image]:
    video = next(folder.glob("video.*"), None)
    if video is None:
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
