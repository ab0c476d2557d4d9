"""Several performers of one picture into that picture: each pixel moves with the face that it is nearest to.

Writes TILED (stages.writing): the part of the picture that the group's box covers. Whoever's clip ends early stays as
its last frame. Where that is asked for, and known, OPACITY says where the performers are in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Box
from media.video.sequence import FrameSequence
from stages.contract import Report
from stages.contracts.merge import Facts, Inputs, Member, Settings
from stages.writing import FramesWriter

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


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the part of the picture that moves."""
    box, still = inputs.group.info().box, inputs.group.under()
    size = box.width, box.height
    members = []
    for number, about in enumerate(settings.members):
        videos = [given.video for given in inputs.chunks[number]]
        share = inputs.group.share(number)
        partly = None if (share == 255).all() else np.asarray(share[:, :, None] / 255, np.float32)
        place = inputs.crops[number].info().box.seen_from(box).slices
        members.append(_Member(_frames(about, videos), inputs.crops[number].under(), place, partly))
    people, known = _people(settings, inputs, box) if settings.opacity else (None, [])
    with FramesWriter(out, size=size, fps=settings.fps, opacity=people is not None, still=still) as writer:
        for index in range(settings.range.start, settings.range.stop):
            told = None if people is None else _merged(people, known, index)[:, :, 0]
            writer.write(_merged(still, members, index), told)
            report(writer.frames, len(settings.range))
    return Facts(frames=writer.frames, box=box.corners)


def _people(settings: Settings, inputs: Inputs, box: Box) -> tuple[Image | None, list[_Member]]:
    """(h, w, 3) where everybody is in the still picture, and what moves of that; (None, none): it is not known."""
    people = inputs.group.people()
    members = [_person(number, about, inputs, box) for number, about in enumerate(settings.members)]
    known = [member for member in members if member is not None]
    if people is None or len(known) < len(members):
        return None, []
    return cv2.merge([np.ascontiguousarray(people[box.slices])] * 3), known


def _person(number: int, about: Member, inputs: Inputs, whole: Box) -> _Member | None:
    """A performer's matte in its frames, in place of them; None: it is not known."""
    still, chunks, crop = inputs.mattes[number].opacity(), inputs.chunks[number], inputs.crops[number]
    videos = [given.opacity for given in chunks if given.opacity is not None]
    if still is None or len(videos) < len(chunks):
        return None
    under = cv2.merge([np.ascontiguousarray(still[crop.info().box.slices])] * 3)
    share = np.asarray(inputs.group.share(number)[:, :, None] / 255, np.float32)
    return _Member(_frames(about, videos), under, crop.info().box.seen_from(whole).slices, share)


def _frames(about: Member, videos: Sequence[Path]) -> FrameSequence:
    return FrameSequence(list(zip(about.chunks, videos, strict=True)), about.frames)


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
