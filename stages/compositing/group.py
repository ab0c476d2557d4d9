"""What the performers of one picture share: the part that moves at all, and whose face each pixel is nearest to.

Writes the files of a crop (see stages.crop_files) for all of them: picture.png, under.png, crop.json; and share0.png,
share1.png, ...: (box height, box width) uint8, how much of each performer's motion shows where, 255 all of it. Where
crops do not overlap, that is all of the one that is there.

With the performers' mattes, where each can be relied on, the files of a matte of all of them together, what stays in
front, and part0.png, part1.png, ...: (H, W) uint8, how much of each one's matte is its own, where they touch.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compositing.behind import with_halo, without_person
from compositing.front import Front
from compositing.masks import inner_ramp, smoothstep
from foundation.crop import CropInfo
from foundation.facetrack import HeadFrame, heads_together
from foundation.geometry import Box, Image, translation
from foundation.person import Person
from media.image.images import write_png
from stages.contract import Report
from stages.contracts.group import Facts, Inputs, Settings
from stages.crop_files import inner_edges, write_fronts, write_info, write_matte, write_pictures
from stages.crops import Crop

BAND = 0.2
"""Half the width, in face heights, of the band in which one performer's pixels pass into another's."""
RIM = 0.08
"""How far from a crop's edge, of its longer side, it begins to have a say."""

Weights = NDArray[np.float32]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write what they share."""
    boxes, heads = [crop.info().box for crop in inputs.crops], [crop.head() for crop in inputs.crops]
    union = reduce(Box.around, boxes)
    for number, share in enumerate(_shares(boxes, heads)):
        write_png(out / f"share{number}.png", np.rint(share * 255).astype(np.uint8))
    first = inputs.crops[0]
    picture = first.picture()
    write_pictures(out, picture, None, union, first.opacity())
    whole, size = (picture.shape[1], picture.shape[0]), (union.width, union.height)
    edges = inner_edges(union, whole, native=True)
    info = CropInfo(translation(-union.x0, -union.y0), union, size, native=True, inner_edges=edges)
    write_info(out, info, heads_together(heads))
    _write_people(inputs, union, out)
    return Facts(box=union.corners, performers=len(boxes))


def _write_people(inputs: Inputs, union: Box, out: Path) -> None:
    """Write the matte of all of them, if everybody is told from what is behind."""
    found = [matte.opacity() for matte in inputs.mattes]
    known = [opacity for opacity in found if opacity is not None]
    if not known or len(known) < len(found):
        return
    first, heads = inputs.crops[0], [crop.head() for crop in inputs.crops]
    picture, height = first.picture(), min(head.height for head in heads)
    for crop in inputs.crops:
        picture[crop.info().box.slices] = crop.bare()
    together = np.maximum.reduce(known)
    moving = with_halo(together, height)
    write_matte(out, together, Person(moving, without_person(picture, moving, height)))
    whole = Box(0, 0, picture.shape[1], picture.shape[0])
    for number, part in enumerate(_parts(known, _nearest(whole, heads))):
        write_png(out / f"part{number}.png", part)
    each_one = [crop.fronts() for crop in inputs.crops]
    if each_one[0]:
        fronts = [_together(parts, inputs.crops, union) for parts in zip(*each_one, strict=True)]
        write_fronts(out, np.ascontiguousarray(picture[union.slices]), fronts)


def _parts(opacities: list[Image], nearest: list[Weights]) -> Iterator[Image]:
    """Of each matte, how much of it is its own performer's: all, but where it lies over another's."""
    together = np.maximum.reduce(opacities).astype(np.float32)
    claimed = sum((near * own for near, own in zip(nearest, opacities, strict=True)), np.float32(1e-3))
    for near in nearest:
        yield np.rint(np.clip(together * near / claimed, 0, 1) * 255).astype(np.uint8)


def _together(parts: tuple[Front, ...], crops: tuple[Crop, ...], union: Box) -> Front:
    """One thing that stays in front, of which each crop has a part."""
    canvas = np.zeros((union.height, union.width, 4), np.uint8)
    for front, crop in zip(parts, crops, strict=True):
        canvas[crop.info().box.seen_from(union).slices] = np.dstack([front.colours, front.opacity])
    return Front(np.ascontiguousarray(canvas[:, :, :3]), np.ascontiguousarray(canvas[:, :, 3]))


def _shares(boxes: list[Box], heads: list[HeadFrame]) -> list[Weights]:
    """Each performer's share of each pixel of its box. All shares of a pixel add up to 1.

    A pixel belongs to the face that it is nearest to, as far as that one's crop reaches; what it does not reach falls
    to the crops that do.
    """
    shares = []
    for own, box in enumerate(boxes):
        reaches = [_reach(part, box) for part in boxes]
        nearest = _nearest(box, heads)
        unclaimed = sum((near * (1 - reach) for near, reach in zip(nearest, reaches, strict=True)), np.float32(0))
        total = sum(reaches, np.float32(0))
        share = nearest[own] * reaches[own] + unclaimed * reaches[own] / np.maximum(total, np.float32(1e-6))
        shares.append(np.asarray(np.where(total == reaches[own], 1, share), np.float32))
    return shares


def _reach(box: Box, part: Box) -> Weights:
    """How far each pixel of `part` lies inside `box`: 0 outside and at its edge, 1 from RIM inwards."""
    ramp = inner_ramp((box.width, box.height), (True,) * 4, RIM * max(box.width, box.height))
    whole = np.zeros((part.height, part.width), np.float32)
    if box.meets(part):
        common = box.common(part)
        whole[common.seen_from(part).slices] = ramp[common.seen_from(box).slices]
    return whole


def _nearest(part: Box, heads: list[HeadFrame]) -> list[Weights]:
    """For each head, 1 where it is the nearest, in its own face heights, 0 where another is; adding up to 1."""
    distances = [_distance(part, head) for head in heads]
    closer = []
    for own, distance in enumerate(distances):
        weight = np.ones_like(distance)
        for other, theirs in enumerate(distances):
            if other != own:
                weight *= smoothstep(0.5 + (theirs - distance) / (2 * BAND))
        closer.append(weight + np.float32(1e-6))
    total = sum(closer, np.float32(0))
    return [np.asarray(weight / total, np.float32) for weight in closer]


def _distance(part: Box, head: HeadFrame) -> Weights:
    """Of each pixel from the head's centre, in its face heights."""
    x = (np.arange(part.x0, part.x1) - head.centre[0])[None, :] / head.height
    y = (np.arange(part.y0, part.y1) - head.centre[1])[:, None] / head.height
    return np.asarray(np.hypot(x, y), np.float32)
