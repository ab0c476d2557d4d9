"""The driving clip at a constant rate, in the chosen range, cut to the face and sized for the engine.

Writes FRAMES (lossless, `frames` of them), track/ (the face in each, in these frames' pixels; where something hides the
mouth, it is bridged) and shots.json (see foundation.shots). A frame's timestamp decides where it goes: each output
instant shows the source frame that is on screen at its middle. Where the clip is to be repeated, or its light levelled,
every frame is written once on the side and taken from there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from face.mouth_watch import MouthWatch, runs
from foundation.errors import InputError
from foundation.facetrack import transfer
from foundation.fitting import fitted
from foundation.framing import Wanted, framing
from foundation.geometry import Array
from foundation.npy import Rows
from foundation.shots import resampled, save_shots
from media.files.info import LOSSLESS_SUFFIX
from media.image.resample import warp_affine
from media.video.ahead import ahead
from media.video.light import SteadyLight
from media.video.lossless import read_frames
from media.video.reader import VideoReader
from media.video.sequence import in_order
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES
from stages.contract import Report
from stages.contracts.normalize import Facts, Inputs, Settings
from stages.contracts.shared import TimeSpan
from stages.engine_use import crop_spec

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the clip.

    Raises:
        InputError: the face is not seen in any of the frames, or the file is damaged.
    """
    spec = crop_spec(settings.engine)
    media, times = inputs.media.clip, inputs.faces.times()
    fps, frames, fit = settings.timing.fps, settings.timing.frames, settings.fit
    way, length = (fit.way, fit.length) if fit else (None, frames / fps)
    chosen = fitted(times, settings.timing.start, length, frames=frames, fps=fps, way=way)
    once = sorted(set(chosen))
    order = [bisect_left(once, index) for index in chosen]
    shots = inputs.faces.shots()
    follow = _rate(times, once) if settings.following else 0.0
    frame = framing(inputs.faces.folder, once, resampled(shots, once), Wanted(spec.reach, spec.size), follow)
    size = frame.size
    transfer(inputs.faces.folder, out / "track", chosen, [frame.affines[number] for number in order], size)
    shown = resampled(shots, chosen)
    save_shots(out / "shots.json", shown)
    direct = way is None and not settings.steady_light
    target, wanted = (out / FRAMES, order) if direct else (out / f"once{LOSSLESS_SUFFIX}", list(range(len(once))))
    written = 0
    with (
        VideoReader(media, start=times[0], stop=None, tolerant=settings.tolerant) as reader,
        closing(ahead(image for _, image in reader)) as images,
        FrameWriter(target, size=size, fps=fps) as writer,
        MouthWatch(out / "track") as watch,
    ):
        for number, image in zip(wanted, _picked(images, [once[number] for number in wanted]), strict=False):
            cut = _cut(image, frame.affines[number], size)
            writer.write(cut)
            if direct:
                watch.look(cut)
            written += 1
            report(written, frames)
        if written != len(wanted):
            told = f"gave {written} of {len(wanted)} frames"
            raise InputError(told, file=media, cure="check the file for damage")
        writer.close()
        if not direct:
            _arrange(target, out, order, fps, watch, steady=settings.steady_light)
        hidden = watch.finish(shown, fps)
    times_of = [times[index] for index in chosen]
    return Facts(read=once[-1] + 1 - once[0], frames=frames, size=size, hidden=_when(hidden, times_of))


def _when(hidden: NDArray[np.bool_], times: Sequence[Fraction]) -> tuple[TimeSpan, ...]:
    """The times of the clip in which the mouth is hidden, each once, however often they are shown."""
    found = [TimeSpan(since=times[start], until=times[min(stop, len(times) - 1)]) for start, stop in runs(hidden)]
    return tuple(dict.fromkeys(found))


def _rate(times: list[Fraction], frames: list[int]) -> float:
    """How many of these frames the clip has a second."""
    return float(max(1, len(frames) - 1) / max(times[frames[-1]] - times[frames[0]], Fraction(1, 1000)))


def _arrange(source: Path, out: Path, order: list[int], fps: Fraction, watch: MouthWatch, *, steady: bool) -> None:
    """Write FRAMES: the frames of `source` in this order, in a steady light if that is asked for; `source` goes."""
    points, light = Rows(out / "track" / "points.npy"), SteadyLight()
    if steady:
        first = {frame: number for number, frame in reversed(list(enumerate(order)))}
        with closing(ahead(read_frames(source))) as images:
            for frame, image in enumerate(images):
                light.look(image, points[first[frame]])
    with closing(ahead(in_order(source, order))) as images:
        head = next(images)
        with FrameWriter(out / FRAMES, size=(head.shape[1], head.shape[0]), fps=fps) as writer:
            for number, image in enumerate(chain([head], images)):
                shown = light.level(image, points[number]) if steady else image
                writer.write(shown)
                watch.look(shown)
    source.unlink()


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
