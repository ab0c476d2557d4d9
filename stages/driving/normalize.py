"""The driving clip at a constant rate, in the chosen range, cut to the face and sized for the engine.

Writes FRAMES (lossless, `frames` of them), track/ (the face in each, in these frames' pixels) and shots.json (see
foundation.shots). A frame's timestamp decides where it goes: each output instant shows the source frame that is on
screen at its middle. Where the clip is to be repeated, or its light levelled, every frame is written once on the side
and taken from there.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import load_engine
from foundation.errors import InputError
from foundation.facetrack import transfer
from foundation.fitting import fitted
from foundation.framing import Wanted, framing
from foundation.geometry import Array
from foundation.npy import Rows
from foundation.shots import load_shots, resampled, save_shots
from media.files.info import LOSSLESS_SUFFIX
from media.image.resample import warp_affine
from media.video.ahead import ahead
from media.video.light import SteadyLight
from media.video.lossless import read_frames
from media.video.reader import VideoReader
from media.video.sequence import in_order
from media.video.writer import FrameWriter
from stages import Report
from stages.names import FRAMES

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, crop_size (if not the engine's own), start, frames, fps, tolerant; fit (way and
    length, if the clip is brought to another length), steady_light and follow (if it is asked for: what is shown of the
    clip goes along with the face, and does not stand still in each shot).

    Inputs: media, faces.
    """
    spec = load_engine(settings["engine"]).crop
    if settings.get("crop_size") is not None:
        spec = replace(spec, size=settings["crop_size"])
    followed = inputs["faces"] / "track"
    times = [Fraction(text) for text in json.loads((inputs["faces"] / "times.json").read_text(encoding="utf-8"))]
    fps, frames, start = Fraction(settings["fps"]), int(settings["frames"]), Fraction(settings["start"])
    fit = settings.get("fit", {"way": None, "length": str(frames / fps)})
    chosen = fitted(times, start, Fraction(fit["length"]), frames=frames, fps=fps, way=fit["way"])
    once = sorted(set(chosen))
    order = [bisect_left(once, index) for index in chosen]
    shots = load_shots(inputs["faces"] / "shots.json")
    follow = _rate(times, once) if settings.get("follow") else 0.0
    frame = framing(followed, once, resampled(shots, once), Wanted(spec.reach, spec.size), follow)
    size = frame.size
    transfer(followed, out / "track", chosen, [frame.affines[number] for number in order], size)
    save_shots(out / "shots.json", resampled(shots, chosen))
    steady = bool(settings.get("steady_light"))
    direct = fit["way"] is None and not steady
    target, wanted = (out / FRAMES, order) if direct else (out / f"once{LOSSLESS_SUFFIX}", list(range(len(once))))
    written = 0
    with (
        VideoReader(inputs["media"], start=times[0], stop=None, tolerant=settings["tolerant"]) as reader,
        closing(ahead(image for _, image in reader)) as images,
        FrameWriter(target, size=size, fps=fps) as writer,
    ):
        for number, image in zip(wanted, _picked(images, [once[number] for number in wanted]), strict=False):
            writer.write(_cut(image, frame.affines[number], size))
            written += 1
            report(written, frames)
    if written != len(wanted):
        told = f"gave {written} of {len(wanted)} frames"
        raise InputError(told, file=inputs["media"], cure="check the file for damage")
    if not direct:
        _arrange(target, out, order, fps, steady=steady)
    return {"frames_in": once[-1] + 1 - once[0], "frames_out": frames, "size": list(size), "fps": str(fps)}


def _rate(times: list[Fraction], frames: list[int]) -> float:
    """How many of these frames the clip has a second."""
    return float(max(1, len(frames) - 1) / max(times[frames[-1]] - times[frames[0]], Fraction(1, 1000)))


def _arrange(source: Path, out: Path, order: list[int], fps: Fraction, *, steady: bool) -> None:
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
                writer.write(light.level(image, points[number]) if steady else image)
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
