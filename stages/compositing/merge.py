"""Several performers of one picture into that picture: each pixel moves with the face that it is nearest to.

Writes FRAMES: the part of the picture that the group's box covers. Whoever's clip ends early stays as its last frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Box
from media.image.images import read_gray
from media.video.sequence import FrameSequence
from media.video.writer import FrameWriter
from stages import Report
from stages.handover import read_crop, read_under
from stages.names import FRAMES

Image = NDArray[np.uint8]
ROWS = 256
"""Of the picture that are added up at a time: of a large one, all at once would take gigabytes."""


@dataclass(frozen=True)
class _Member:
    """One performer: its pasted frames, the picture under them, where they lie in the group's box, and its share."""

    frames: FrameSequence
    under: Image
    place: tuple[slice, slice]
    share: NDArray[np.float32] | None


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: range, fps, members: [{"frames", "chunks": first frames of the chunks that are given}, ...].

    Inputs: group; crop0, crop1, ...; 0.000000, 0.000001, ...: the chunks of performer 0, and so on.
    """
    box = read_crop(inputs["group"]).box
    still = read_under(inputs["group"])
    members = [_member(number, about, inputs, box) for number, about in enumerate(settings["members"])]
    start, stop = settings["range"]
    with FrameWriter(out / FRAMES, size=(box.width, box.height), fps=Fraction(settings["fps"])) as writer:
        for index in range(start, stop):
            writer.write(_merged(still, members, index))
            report(index + 1 - start, stop - start)
    return {"frames_in": stop - start, "frames_out": stop - start, "box": box.to_json()}


def _member(number: int, about: Mapping[str, Any], inputs: Mapping[str, Path], whole: Box) -> _Member:
    chunks = [(start, inputs[f"{number}.{n:06d}"] / FRAMES) for n, start in enumerate(about["chunks"])]
    folder = inputs[f"crop{number}"]
    box = read_crop(folder).box
    place = Box(box.x0 - whole.x0, box.y0 - whole.y0, box.x1 - whole.x0, box.y1 - whole.y0).slices
    share = read_gray(inputs["group"] / f"share{number}.png")
    partly = None if (share == 255).all() else np.asarray(share[:, :, None] / 255, np.float32)
    return _Member(FrameSequence(chunks, about["frames"]), read_under(folder), place, partly)


def _merged(still: Image, members: list[_Member], index: int) -> Image:
    """The still picture and what each performer changes in it, by its share."""
    whole = still.copy()
    for member in members:
        if member.share is None:
            whole[member.place] = member.frames[index]
    shared = [member.place[0] for member in members if member.share is not None]
    if shared:
        first, last = min(rows.start for rows in shared), max(rows.stop for rows in shared)
        for top in range(first, last, ROWS):
            band = slice(top, min(top + ROWS, last))
            total = still[band].astype(np.float32)
            for member in members:
                _add(total, band, member, index)
            whole[band] = np.clip(np.rint(total), 0, 255)
    return whole


def _add(total: NDArray[np.float32], band: slice, member: _Member, index: int) -> None:
    """Add what a performer changes in these rows of the group's box."""
    rows, columns = member.place
    top, bottom = max(band.start, rows.start), min(band.stop, rows.stop)
    if top < bottom:
        own = slice(top - rows.start, bottom - rows.start)
        change = member.frames[index][own].astype(np.float32) - member.under[own]
        total[top - band.start : bottom - band.start, columns] += (
            change if member.share is None else change * member.share[own]
        )
