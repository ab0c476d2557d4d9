"""Which frames of a driving clip are shown, and how they are cut: the same for the whole clip and a piece of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from face.mouth_watch import runs
from foundation.errors import InputError
from foundation.facetrack import transfer
from foundation.fitting import fitted
from foundation.framing import Framing, Wanted, framing
from foundation.geometry import Array, Box
from foundation.shots import Shot, resampled
from media.image.resample import warp_affine
from media.video.ahead import ahead
from media.video.deinterlace import Timed
from media.video.plane_cut import PlaneCut, plane_cut
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from stages.contracts.normalize import Facts, Settings
from stages.contracts.shared import TimeSpan
from stages.engine_use import crop_spec
from stages.findings import Track

Image = NDArray[np.uint8]
Item = TypeVar("Item")
RUN_UP = 2
"""Frames that are read before the first that shows: where two fields make a frame, both sides of it count."""


@dataclass(frozen=True)
class Cut:
    """A cut frame.

    Attributes:
        part: gives what lies in a box of it, (h, w, 3).
        write: keeps it.
    """

    part: Callable[[Box], Image]
    write: Callable[[FrameWriter], None]

    @staticmethod
    def of(picture: Image) -> Cut:
        """One that is a picture, (H, W, 3)."""
        return Cut(lambda box: picture[box.slices], lambda writer: writer.write(picture))


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

    def writer(self, path: Path, fps: Fraction, planes: PlaneCut | None) -> FrameWriter:
        """What takes the cuts."""
        if planes is None:
            return FrameWriter(path, size=self.framing.size, fps=fps)
        return FrameWriter(path, size=planes.planar.size, fps=fps, planar=planes.planar)

    def planes(self, media: Path, *, tolerant: bool) -> PlaneCut | None:
        """What cuts the clip's own planes, the same for every part of it; None: its frames have to be pictures.

        Raises:
            InputError: the file is damaged.
        """
        affines, size = self.framing.affines, self.framing.size
        picture = self.faces.track(slice(0, 1)).size
        if not all(_copies(affine, size, picture) for affine in affines):
            return None
        with VideoReader(media, start=self.times[self.once[0]], tolerant=tolerant) as reader:
            return plane_cut(reader, [_box(affine, size) for affine in affines])

    def cut(self, media: Path, wanted: Sequence[int], planes: PlaneCut | None, *, tolerant: bool) -> Generator[Cut]:
        """The frames with these ascending numbers in `once`, repeats allowed, cut.

        Args:
            planes: what cuts them; None: they become pictures.
        Raises:
            InputError: the file is damaged.
        """
        first, size, given = max(0, self.once[wanted[0]] - RUN_UP), self.framing.size, 0
        ways = [(self.once[number] - first, self.framing.affines[number]) for number in wanted]
        with VideoReader(media, start=self.times[first], stop=None, tolerant=tolerant) as reader:
            if planes is None:
                cuts = _each(ahead(picture for _, picture in reader), ways, partial(_shown, size=size))
            else:
                cuts = _each(ahead(reader.decoded()), ways, partial(_kept, size=size, planes=planes))
            with closing(cuts):
                for cut in cuts:
                    yield cut
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


def _each(
    frames: Generator[Item], ways: Sequence[tuple[int, Array]], cut: Callable[[Item, Array], Cut]
) -> Generator[Cut]:
    """The frame at each of the ascending indices, repeats included, each cut by its affine."""
    at, current = -1, None
    with closing(frames):
        for index, affine in ways:
            while at < index:
                current = next(frames, None)
                at += 1
            if current is None:
                return
            yield cut(current, affine)


def _kept(frame: Timed, affine: Array, size: tuple[int, int], planes: PlaneCut) -> Cut:
    """Whole pixels, which is all that `planes` are made for."""
    kept = planes(frame, _box(affine, size))
    return Cut(partial(planes.rgb, kept), lambda writer: writer.write_planes(kept))


def _box(affine: Array, size: tuple[int, int]) -> Box:
    """The pixels that an affine shows that does not scale."""
    x, y = round(-affine[0, 2]), round(-affine[1, 2])
    return Box(x, y, x + size[0], y + size[1])


def _copies(affine: Array, size: tuple[int, int], picture: tuple[int, int]) -> bool:
    """Whether an affine shows whole pixels, inside a picture."""
    box = _box(affine, size)
    whole = affine[0, 2].is_integer() and affine[1, 2].is_integer()
    return bool(affine[0, 0] == 1.0 and whole) and box == box.clipped(*picture)


def _shown(image: Image, affine: Array, size: tuple[int, int]) -> Cut:
    """Whole pixels are copied; anything else is resampled, with the picture's edge going on outside it."""
    if _copies(affine, size, (image.shape[1], image.shape[0])):
        return Cut.of(np.ascontiguousarray(image[_box(affine, size).slices]))
    return Cut.of(warp_affine(image, affine, size, border=cv2.BORDER_REPLICATE))
