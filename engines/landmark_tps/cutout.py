"""The person of a portrait as a layer of its own: it moves, and what is behind it stays.

The crop is divided into tiles: those that show the person alone are warped as they are, those behind it not at all,
and only those across its outline are blended. Neighbours are warped at once: for a tile by itself, OpenCV takes three
times as long a pixel as for a row of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.behind import parted
from engines.layers.mesh import Field
from foundation.geometry import Box, Image
from foundation.person import Person

TILE, STEP = 48, 8
"""Pixels a side; of every so manieth one it is asked where it comes from."""
SLACK = 5.0
"""Pixels that those between may come from further away; in what was measured, less than two."""
BEHIND, INSIDE, ACROSS = 0, 1, 2
"""What a tile shows."""
Part = tuple[int, int, int]
"""What a part of a row of tiles shows, and its first pixel and the one after its last."""
GAP = 2
"""Tiles that do not show the person are warped for nothing where so few lie between others."""


class Cutout:
    """Args:
    image: (H, W, 3) the portrait, as it is warped.
    person: its person, and what is behind it.
    edges: left, top, right, bottom: sides of the crop that stay as they are, bit for bit.
    """

    def __init__(self, image: Image, person: Person, edges: tuple[bool, bool, bool, bool]) -> None:
        opacity = person.opacity.copy()
        for side, inner in zip((opacity[:, :1], opacity[:1], opacity[:, -1:], opacity[-1:]), edges, strict=True):
            if inner:
                side[:] = 255
        self._image, (own, self._behind) = image, parted(image, opacity, person.behind)
        laid = cv2.multiply(own, cv2.cvtColor(opacity, cv2.COLOR_GRAY2RGB), scale=1 / 255)
        self.opacity, self._layer = opacity, np.dstack([laid, 255 - opacity])
        self._room = np.empty((TILE, *self._layer.shape[1:]), np.uint8)
        self._to_person, self._to_rest = _distance(opacity > 0), _distance(opacity < 255)

    def kinds(self, field: Field) -> list[list[int]]:
        """What each tile, row by row, shows when its pixels come from where the field says."""
        low, high = _extents(field)
        height, width = field.shape[:2]
        middle, reach = (low + high) / 2, _farther(high - low) / 2 + SLACK
        at = np.clip(np.rint(middle).astype(int), 0, (width - 1, height - 1))
        reach += _farther(np.abs(middle - at))  # from outside the picture, it is what lies as far inside
        kinds: NDArray[np.uint8] = np.full(reach.shape, ACROSS, np.uint8)
        kinds[self._to_rest[at[..., 1], at[..., 0]] > reach] = INSIDE
        kinds[self._to_person[at[..., 1], at[..., 0]] > reach] = BEHIND
        return kinds.tolist()

    def moved(self, field: Field, parts: list[tuple[Box, int]]) -> Image:
        """(H, W, 3) the person from where the field says, over what is behind it; outside the parts, anything.

        Args:
            parts: where it is looked for, and the kind of interpolation, a constant of OpenCV.
        """
        out, kinds = np.empty_like(self._behind), self.kinds(field)
        for box, interpolation in parts:
            self._lay(out, field, box, kinds, interpolation)
        return out

    def _lay(self, out: Image, field: Field, box: Box, kinds: list[list[int]], interpolation: int) -> None:
        cubic = interpolation == cv2.INTER_CUBIC
        for down, parts in runs(kinds, box):
            for kind, x0, x1 in parts:
                if kind == BEHIND:
                    out[down, x0:x1] = self._behind[down, x0:x1]
            # cubic takes less for three channels than for four, linear twice as long
            spans = [[part] for part in parts if part[0] != BEHIND] if cubic else _persons(parts)
            for span in spans:
                first, stop = span[0][1], span[-1][2]
                source = field[down, first:stop]
                if cubic and span[0][0] == INSIDE:
                    cv2.remap(self._image, source, None, interpolation, out[down, first:stop], cv2.BORDER_REFLECT)
                    continue
                room = self._room[: down.stop - down.start, : stop - first]
                moved = cv2.remap(self._layer, source, None, interpolation, room, cv2.BORDER_REFLECT)
                for kind, x0, x1 in span:
                    if kind == INSIDE:
                        cv2.cvtColor(moved[:, x0 - first : x1 - first], cv2.COLOR_RGBA2RGB, out[down, x0:x1])
                    elif kind == ACROSS:
                        _blend(out[down, x0:x1], self._behind[down, x0:x1], moved[:, x0 - first : x1 - first])


def _blend(out: Image, behind: Image, moved: NDArray[np.uint8]) -> None:
    """Write (h, w, 4) the person's part of each colour, and how much is left of what is behind, over that, to `out`."""
    left = cv2.cvtColor(cv2.extractChannel(moved, 3), cv2.COLOR_GRAY2RGB)
    cv2.multiply(behind, left, left, 1 / 255)
    cv2.add(cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB), left, out)


def _persons(parts: list[Part]) -> list[list[Part]]:
    """The parts of a row that show the person, neighbours together, and few that do not."""
    spans: list[list[Part]] = []
    stop = -np.inf
    for part in parts:
        kind, x0, x1 = part
        if kind == BEHIND:
            continue
        if x0 - stop > GAP * TILE:
            spans.append([])
        spans[-1].append(part)
        stop = x1
    return spans


def runs(kinds: list[list[int]], box: Box) -> Iterator[tuple[slice, list[Part]]]:
    """The box, row by row of its tiles: its pixels down, and its parts; neighbours that show the same are one."""
    first, stop = box.x0 // TILE, -(-box.x1 // TILE)
    for row in range(box.y0 // TILE, -(-box.y1 // TILE)):
        parts, at = [], first
        for kind, run in groupby(kinds[row][first:stop]):
            end = at + len(list(run))
            parts.append((kind, max(box.x0, at * TILE), min(box.x1, end * TILE)))
            at = end
        yield slice(max(box.y0, row * TILE), min(box.y1, (row + 1) * TILE)), parts


def _extents(field: Field) -> tuple[Field, Field]:
    """(tiles down, tiles across, 2): the least and the greatest x and y that the pixels of each tile come from."""
    by, (height, width) = TILE // STEP, field.shape[:2]
    window = np.ones((by + 1, by + 1), np.uint8)  # the next tile's first pixels, too: all between them is covered
    rows, columns = (np.append(np.arange(0, side, STEP), side - 1) for side in (height, width))
    pairs = field.view(np.complex64)[rows[:, None], columns]  # taken as one number, x and y take a quarter of the time
    low, high = (spread(pairs.view(np.float32), window, anchor=(0, 0)) for spread in (cv2.erode, cv2.dilate))
    tiles = np.s_[: len(rows) - 1 : by, : len(columns) - 1 : by]
    return low[tiles], high[tiles]


def _farther(along: NDArray[np.floating]) -> NDArray[np.floating]:
    """(...) the greater of x and y, (..., 2)."""
    return np.maximum(along[..., 0], along[..., 1])


def _distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(H, W) pixels to the nearest one of the mask, along the farther axis."""
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_C, cv2.DIST_MASK_3), np.float32)
