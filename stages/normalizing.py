"""Which frames of a driving clip are shown, and how they are cut: the same for the whole clip and a piece of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face.mouth_watch import runs
from foundation.errors import InputError
from foundation.facetrack import transfer
from foundation.fitting import fitted
from foundation.framing import Framing, Wanted, framing
from foundation.geometry import Array
from foundation.shots import Shot, resampled
from media.image.resample import warp_affine
from media.video.ahead import ahead
from media.video.reader import VideoReader
from stages.contracts.normalize import Facts, Settings
from stages.contracts.shared import TimeSpan
from stages.engine_use import crop_spec
from stages.findings import Track

Image = NDArray[np.uint8]
RUN_UP = 2
"""Frames that are read before the first that shows: where two fields make a frame, both sides of it count."""


@dataclass(frozen=True)
class Layout:
    """How a clip is brought to a constant rate.

    Attributes:
        faces: the face in the clip.
        times: of its frames, seconds.
        chosen: the clip's frame that each frame shows.
        once: these, ascending, each once.
        order: which of `once` each frame shows.
        shown: the shots of what is shown.
        framing: how each of `once` is cut.
    """

    faces: Track
    times: list[Fraction]
    chosen: list[int]
    once: list[int]
    order: list[int]
    shown: list[Shot]
    framing: Framing

    @staticmethod
    def of(settings: Settings, faces: Track) -> Layout:
        """Raises: InputError: the face is not seen in any of the frames."""
        spec, times = crop_spec(settings.engine), faces.times()
        fps, frames, fit = settings.timing.fps, settings.timing.frames, settings.fit
        way, length = (fit.way, fit.length) if fit else (None, frames / fps)
        chosen = fitted(times, settings.timing.start, length, frames=frames, fps=fps, way=way)
        once = sorted(set(chosen))
        order = [bisect_left(once, index) for index in chosen]
        shots = faces.shots()
        follow = _rate(times, once) if settings.following else 0.0
        frame = framing(faces.folder, once, resampled(shots, once), Wanted(spec.reach, spec.size), follow)
        return Layout(faces, times, chosen, once, order, resampled(shots, chosen), frame)

    def save_track(self, folder: Path, part: slice) -> None:
        """Write the face in these of the frames, in their own pixels."""
        affines = [self.framing.affines[number] for number in self.order[part]]
        transfer(self.faces.folder, folder, self.chosen[part], affines, self.framing.size)

    def cut(self, media: Path, wanted: Sequence[int], *, tolerant: bool) -> Generator[Image]:
        """The frames with these ascending numbers in `once`, repeats allowed, cut.

        Raises:
            InputError: the file is damaged.
        """
        first, given = max(0, self.once[wanted[0]] - RUN_UP), 0
        with (
            VideoReader(media, start=self.times[first], stop=None, tolerant=tolerant) as reader,
            closing(ahead(image for _, image in reader)) as images,
        ):
            picked = _picked(images, [self.once[number] - first for number in wanted])
            for number, image in zip(wanted, picked, strict=False):
                yield _cut(image, self.framing.affines[number], self.framing.size)
                given += 1
        if given != len(wanted):
            told = f"gave {given} of {len(wanted)} frames"
            raise InputError(told, file=media, cure="check the file for damage")

    def facts(self, hidden: NDArray[np.bool_]) -> Facts:
        """What is told of the clip.

        Args:
            hidden: frames in which the mouth is.
        """
        return Facts(
            read=self.once[-1] + 1 - self.once[0],
            frames=len(self.chosen),
            size=self.framing.size,
            hidden=_when(hidden, [self.times[index] for index in self.chosen]),
        )


def _when(hidden: NDArray[np.bool_], times: Sequence[Fraction]) -> tuple[TimeSpan, ...]:
    """The times of the clip in which the mouth is hidden, each once, however often they are shown."""
    found = [TimeSpan(since=times[start], until=times[min(stop, len(times) - 1)]) for start, stop in runs(hidden)]
    return tuple(dict.fromkeys(found))


def _rate(times: list[Fraction], frames: list[int]) -> float:
    """How many of these frames the clip has a second."""
    return float(max(1, len(frames) - 1) / max(times[frames[-1]] - times[frames[0]], Fraction(1, 1000)))


def _picked(frames: Iterator[Image], chosen: list[int]) -> Iterator[Image]:
    """The frame at each of the ascending indices `chosen`, repeats included, reading no further than the last."""
    at, current = -1, None
    for index in chosen:
        while at < index:
            current = next(frames, None)
            at += 1
        if current is None:
            return
        yield current


def _cut(image: Image, affine: Array, size: tuple[int, int]) -> Image:
    """Whole pixels are copied; anything else is resampled, with the picture's edge going on outside it."""
    if affine[0, 0] == 1.0:
        x, y = round(-affine[0, 2]), round(-affine[1, 2])
        if x >= 0 and y >= 0 and x + size[0] <= image.shape[1] and y + size[1] <= image.shape[0]:
            return np.ascontiguousarray(image[y : y + size[1], x : x + size[0]])
    return warp_affine(image, affine, size, border=cv2.BORDER_REPLICATE)
