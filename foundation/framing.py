"""Which part of a driving clip an engine is shown: a crop that stands still in each shot, or one that goes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np

from foundation.crop import upright
from foundation.errors import InputError
from foundation.facetrack import FaceTrack, HeadFrame, head_frame
from foundation.geometry import Array, Box, square_around
from foundation.npy import BLOCK, Rows
from foundation.schemes import FACELESS
from foundation.shots import Shot
from foundation.smoothing import steadied

MAX_SIDE = 768
"""Native engines read the driver's mouth and eyes from these frames: more pixels than this show nothing more."""
MARGIN = 0.75
"""What is shown around the middle of a face, in face heights."""
SWAY = 1.25
"""How much more is shown where the crop follows, because it follows smoothly and the head does not move so."""
FOLLOW_SECONDS = 0.5
"""Sigma of the Gaussian that smooths a following crop's way."""

Size = tuple[int, int]


@dataclass(frozen=True)
class Wanted:
    """What the engine takes: half the crop's side in face heights, and its pixels a side at most; None: the clip's own.

    No face is enlarged to them: engines enlarge what they read.
    """

    reach: float
    size: int | None


@dataclass(frozen=True)
class Framing:
    """How a clip is cut.

    Attributes:
        affines: (2, 3) from each frame of the clip to its crop.
        size: (width, height) of every crop.
    """

    affines: list[Array]
    size: Size


def framing(folder: Path, chosen: Sequence[int], shots: Sequence[Shot], wanted: Wanted, follow: float) -> Framing:
    """How to crop the frames at the ascending indices `chosen` of a saved track.

    Args:
        folder: as in FaceTrack.save.
        shots: of the chosen frames, at least one of them seen.
        follow: frames a second, where the crop goes along with the face; 0: it stands still in each shot.
    Raises: InputError if no shot shows the face.
    """
    if not any(shot.seen for shot in shots):
        raise InputError("the face is not seen in any of the frames", cure="choose another start and end")
    track = FaceTrack.load(folder)
    if track.scheme in FACELESS and wanted.size is not None:
        head = head_frame(track.points[0], track.scheme)
        still = upright(head, wanted.reach * head.height, wanted.size)
        return Framing([still] * len(chosen), (wanted.size, wanted.size))
    picture = track.size
    parts = [chosen[shot.start : shot.stop] if shot.seen else [] for shot in shots]
    heads = [_heads(folder, part if follow else sorted(set(part))) for part in parts]
    if wanted.size is not None:
        wanted = replace(wanted, size=_side(heads, wanted.reach, wanted.size))
    made: list[tuple[list[Array], Size]] = []
    for shot, seen in zip(shots, heads, strict=True):
        if not shot.seen:
            made.append(([], (0, 0)))
        elif follow:
            made.append(_following(seen, wanted, follow))
        else:
            affine, size = _tube(seen, picture, wanted)
            made.append(([affine] * len(shot), size))
    size = max(size[0] for _, size in made), max(size[1] for _, size in made)
    shown = next(affines[0] for affines, _ in made if affines)
    every: list[Array] = []
    for shot, (affines, own) in zip(shots, made, strict=True):
        centred = _centred(affines, own, size) or [shown] * len(shot)
        shown = centred[-1]
        every += centred
    return Framing(_alike(every, size, picture), size)


def _side(shots: Sequence[Sequence[HeadFrame]], reach: float, most: int) -> int:
    """Pixels a side of every shot's crop: so many as the clip itself has where it shows the face largest."""
    heights = [float(np.median([head.height for head in heads])) for heads in shots if heads]
    return min(most, max(2, ceil(2 * (reach * max(heights)))))  # as square_around has it: such pixels are copied


def _alike(affines: list[Array], size: Size, picture: Size) -> list[Array]:
    """Crops of whole pixels, moved into the picture: all begin on even columns, or all on odd ones, and so with rows.

    Then a clip's planes of colour are cut alike in all shots, and can be kept: see media.video.planar.
    """
    moved: dict[int, Array] = {}
    for affine in affines:
        if affine[0, 0] != 1 or (affine[:, 2] % 1).any():
            return affines
        if id(affine) not in moved:
            begins = np.clip(-affine[:, 2], 0, np.maximum(np.subtract(picture, size), 0))
            free = np.where(begins > 0, -1, np.where(begins + size < picture, 1, 0))
            aside = free * ((begins + affines[0][:, 2]) % 2)
            moved[id(affine)] = np.column_stack([affine[:, :2], -begins - aside])
    return [moved[id(affine)] for affine in affines]


def _heads(folder: Path, indices: Sequence[int]) -> list[HeadFrame]:
    scheme, rows = FaceTrack.load(folder).scheme, Rows(folder / "points.npy")
    return [head_frame(points, scheme) for block in _blocks(rows, indices) for points in block]


def _blocks(rows: Rows, indices: Sequence[int]) -> Iterator[Array]:
    for at in range(0, len(indices), BLOCK):
        yield rows[list(indices[at : at + BLOCK])]


def _tube(heads: Sequence[HeadFrame], picture: Size, wanted: Wanted) -> tuple[Array, Size]:
    """One crop that holds the face in every frame (First Order Motion Model, preprocessing of VoxCeleb: the tube)."""
    centres = np.array([head.centre for head in heads])
    if wanted.size is not None:
        height = float(np.median([head.height for head in heads]))
        centre = np.median(centres, axis=0)
        box = square_around((float(centre[0]), float(centre[1])), wanted.reach * height)
        return _scaled(box.x0, box.y0, wanted.size / box.width), (wanted.size, wanted.size)
    margin = MARGIN * max(head.height for head in heads)
    low, high = centres.min(axis=0) - margin, centres.max(axis=0) + margin
    box = Box(int(low[0]), int(low[1]), int(np.ceil(high[0])), int(np.ceil(high[1]))).clipped(*picture)
    scale = min(1.0, MAX_SIDE / max(box.width, box.height))
    return _scaled(box.x0, box.y0, scale), (max(2, round(box.width * scale)), max(2, round(box.height * scale)))


def _following(heads: Sequence[HeadFrame], wanted: Wanted, fps: float) -> tuple[list[Array], Size]:
    """A crop of one size whose middle goes along with the head, smoothly, and never far from it."""
    centres = np.array([head.centre for head in heads])
    heights = [head.height for head in heads]
    away = (SWAY - 1) * MARGIN * max(heights)
    smooth = np.clip(steadied(centres, FOLLOW_SECONDS * fps), centres - away, centres + away)
    half = SWAY * MARGIN * max(heights) if wanted.size is None else wanted.reach * float(np.median(heights))
    pixels = wanted.size or max(2, round(min(2 * half, MAX_SIDE)))
    scale = pixels / (2 * half)
    return [_scaled(x - half, y - half, scale) for x, y in smooth], (pixels, pixels)


def _scaled(x: float, y: float, scale: float) -> Array:
    """The affine that moves (x, y) to the origin and scales; pixel centres stay pixel centres."""
    shift = (scale - 1) / 2
    return np.array([[scale, 0.0, shift - scale * x], [0.0, scale, shift - scale * y]])


def _centred(affines: list[Array], own: Size, size: Size) -> list[Array]:
    """The same crops in the middle of larger ones: whatever else the picture shows there stands around them."""
    if own == size or not affines:
        return affines
    aside = np.array([(size[0] - own[0]) // 2, (size[1] - own[1]) // 2])
    moved = {id(affine): affine + np.column_stack([np.zeros((2, 2)), aside]) for affine in affines}
    return [moved[id(affine)] for affine in affines]
