"""The finished picture, frame by frame: what is black, blank, flashing, flickering, frozen or repeated, and timing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from foundation.geometry import Image
from quality.following import lag

Thumb = NDArray[np.uint8]

BLACK_LEVEL, BLACK_SHARE = 25.5, 0.98
"""A frame is black if so many of its pixels are darker: ffmpeg's blackdetect, pixel_black_th 0.10."""
USUAL_LIGHT = 64.0
"""Level that a portrait's lights reach, from which levels mean what they usually do. Beside a darker one, those of what
is black, blank or the same are lower in proportion."""
BLANK = 2.0
"""Standard deviation, levels, below which a frame shows nothing."""
FLASH = 12.0
"""Levels by which the mean of a flashing frame leaves both its neighbours, which agree within half of it."""
SAME_MEAN, SAME_MOST = 0.2, 6.0
"""Mean and largest difference, levels, up to which two frames show the same: what an encoder still refines."""
CUT = 8.0
"""Mean difference, levels, from which the picture is cut, not moved."""
JITTER, STANDS = 0.002, 0.02
"""Movement of a driver's landmarks from frame to frame that is noise; and in all, that must be seen. Face heights."""
FLOW_SIDE = 128
"""Pixels of a picture's height at which its motion is looked for."""
MOVES = 0.006
"""Mean movement of a driver's landmarks from frame to frame, of its face's height, that must be seen."""

_LISTS = ("light", "change", "same", "black", "blank")


@dataclass
class PictureWatch:
    """Takes in every frame once; keeps a few numbers of each.

    Attributes:
        portraits: the level that the lights of the brightest portrait on view reach.
        light: mean level of each frame.
        change: mean difference to the frame before.
        same: shows what that showed.
        first, last: frames that were taken in.
    """

    portraits: float = 255.0

    light: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    same: list[bool] = field(default_factory=list)
    black: list[bool] = field(default_factory=list)
    blank: list[bool] = field(default_factory=list)
    first: Thumb | None = None
    last: Thumb | None = None

    def add(self, thumb: Thumb) -> None:
        """The next frame's luminance, small (media.video.luma)."""
        self.light.append(float(thumb.mean()))
        dim = min(1.0, self.portraits / USUAL_LIGHT)
        self.black.append(bool((thumb < BLACK_LEVEL * dim).mean() >= BLACK_SHARE))
        self.blank.append(bool(thumb.std() < BLANK * dim))
        change, same = self._since(thumb)
        self.change.append(change)
        self.same.append(same)
        self.first = thumb if self.first is None else self.first
        self.last = thumb

    def extend(self, part: PictureWatch) -> None:
        """The next frames, which another watch of the same portraits has taken in."""
        if part.first is None:
            return
        change, same = self._since(part.first)
        self.light += part.light
        self.black += part.black
        self.blank += part.blank
        self.change += [change, *part.change[1:]]
        self.same += [same, *part.same[1:]]
        self.first = part.first if self.first is None else self.first
        self.last = part.last

    def _since(self, thumb: Thumb) -> tuple[float, bool]:
        """The mean difference to the last frame, and whether it shows the same."""
        if self.last is None:
            return 0.0, False
        dim, difference = min(1.0, self.portraits / USUAL_LIGHT), np.abs(thumb.astype(np.int16) - self.last)
        mean, most = float(difference.mean()), float(difference.max())
        return mean, bool(mean <= SAME_MEAN * dim and most <= SAME_MOST * dim)

    def save(self, path: Path) -> None:
        """Write what was taken in."""
        lists = {name: np.asarray(getattr(self, name)) for name in _LISTS}
        thumbs = {name: getattr(self, name) for name in ("first", "last") if getattr(self, name) is not None}
        np.savez(path, allow_pickle=False, **lists, **thumbs)

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote, to be taken in by `extend`."""
        with np.load(path, allow_pickle=False) as kept:
            lists = {name: kept[name].tolist() for name in _LISTS}
            first, last = (kept.get(name) for name in ("first", "last"))
            return cls(**lists, first=first, last=last)

    def figures(self, motion: NDArray[np.float64], fps: Fraction, passing: Sequence[int] = ()) -> dict[str, float]:
        """Every measure of the picture.

        Args:
            motion: (N,) how far the drivers of those on view moved since the frame before, of their faces' heights;
                0 where nothing needs to move.
            passing: frames that change because a scene comes in; they say nothing of anybody's timing.
        """
        count = min(len(self.light), len(motion))
        moving = motion[:count] > MOVES
        same = np.array(self.same[:count], bool)
        return {
            "black": longest(self.black) / float(fps),
            "blank": longest(self.blank) / float(fps),
            "flashes": float(self._flashes()),
            "brightness_flicker": self._flicker(),
            "frozen": frozen_frames(same, motion[:count]) / float(fps),
            "repeated": float((same & moving).sum() / moving.sum()) if moving.sum() >= 10 else float("nan"),
            "picture_lag": self._lag(motion[:count], passing),
        }

    def _flashes(self) -> int:
        light = np.array(self.light)
        if len(light) < 3:
            return 0
        before, here, after = light[:-2], light[1:-1], light[2:]
        away = np.minimum(np.abs(here - before), np.abs(here - after))
        return int(((away > FLASH) & (np.abs(after - before) < FLASH / 2)).sum())

    def _flicker(self) -> float:
        """Mean distance of a frame's light from the mean of its neighbours', levels, away from cuts."""
        light, change = np.array(self.light), np.array(self.change)
        if len(light) < 3:
            return float("nan")
        steady = (change[1:-1] < CUT) & (change[2:] < CUT)
        away = np.abs(light[1:-1] - (light[:-2] + light[2:]) / 2)
        return float(away[steady].mean()) if steady.any() else float("nan")

    def _lag(self, motion: NDArray[np.float64], passing: Sequence[int]) -> float:
        """Frames by which the picture's changes come after the drivers' movements."""
        change = np.array(self.change[: len(motion)])
        if not len(motion) or (motion > MOVES).mean() < 0.1:
            return float("nan")
        seen = np.setdiff1d(np.flatnonzero(change < CUT), passing)
        ceiling = float(np.percentile(change[seen], 90)) if len(seen) else 0.0
        return lag(motion, np.minimum(change, ceiling)[seen], seen)


def lights(image: Image) -> float:
    """The level, 0..255, that the lights of a picture reach: 2 % of its pixels are brighter, as for what is black."""
    return float(np.quantile(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), BLACK_SHARE))


def longest(flags: Sequence[bool]) -> int:
    """The longest run of True."""
    best = run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        best = max(best, run)
    return best


def frozen_frames(same: Sequence[bool] | NDArray[np.bool_], motion: NDArray[np.float64]) -> int:
    """The longest run of unchanged frames during which the driver moves by more than STANDS in all.

    Args:
        motion: see driver_motion; what is less than JITTER is none.
    """
    best = run = 0
    moved = 0.0
    for still, moves in zip(same, np.maximum(motion - JITTER, 0.0), strict=True):
        run, moved = (run + 1, moved + float(moves)) if still else (0, 0.0)
        best = max(best, run) if moved > STANDS else best
    return best


def picture_motion(frames: Iterable[Image]) -> NDArray[np.float64]:
    """(n,) how far what moves in each of n pictures has come since the one before, of half the picture's height, as
    `driver_motion` of a face; 0 for the first.

    By dense optical flow (Farneback, SCIA 2003) on small pictures; what moves is the tenth of them that moves most.
    """
    found: list[float] = []
    last: NDArray[np.uint8] | None = None
    for frame in frames:
        size = (max(1, round(FLOW_SIDE * frame.shape[1] / frame.shape[0])), FLOW_SIDE)
        small = np.asarray(cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA))
        if last is None:
            found.append(0.0)
        else:
            flow = cv2.calcOpticalFlowFarneback(last, small, None, 0.5, 3, 15, 2, 5, 1.1, 0)
            found.append(float(np.quantile(np.linalg.norm(flow, axis=2), 0.9)) / (FLOW_SIDE / 2))
        last = small
    return np.array(found)


def driver_motion(points: NDArray[np.floating], heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n - 1,) mean movement of the landmarks between successive frames, (n, P, 3), of the face's height."""
    moved = np.linalg.norm(np.diff(points[:, :, :2].astype(np.float64), axis=0), axis=2).mean(axis=1)
    return np.asarray(moved / np.maximum(heights[1:], 1e-3))
