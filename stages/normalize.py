"""The driving clip at a constant rate, in the chosen range, cut to the face and sized for the engine.

Writes FRAMES (lossless, `frames` of them) and track/ (the face in each, in these frames' pixels). A frame's
timestamp decides where it goes: each output instant shows the source frame that is on screen at its middle. Where the
clip is to be repeated, or its light levelled, every frame is written once on the side and taken from there.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines import load_engine
from engines.base import CropSpec
from foundation.errors import InputError
from foundation.facetrack import FaceTrack, head_frame, transfer
from foundation.fitting import fitted
from foundation.geometry import Array, Box, square_around
from foundation.npy import BLOCK, Rows
from media.ahead import ahead
from media.light import SteadyLight
from media.lossless import LOSSLESS_SUFFIX, read_frames
from media.reader import VideoReader
from media.resample import warp_affine
from media.sequence import in_order
from media.writer import FrameWriter
from stages import Report
from stages.handover import FRAMES

MAX_SIDE = 768
"""Native engines read the driver's mouth and eyes from these frames: more pixels than this show nothing more."""

Image = NDArray[np.uint8]


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, crop_size (if not the engine's own), start, frames, fps, tolerant; fit (way and
    length, if the clip is brought to another length), steady_light (if it is asked for).

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
    affine, size = _tube(followed, once, spec)
    transfer(followed, out / "track", chosen, affine, size)
    steady = bool(settings.get("steady_light"))
    direct = fit["way"] is None and not steady
    target, wanted = (out / FRAMES, chosen) if direct else (out / f"once{LOSSLESS_SUFFIX}", once)
    written = 0
    with (
        VideoReader(inputs["media"], start=times[0], stop=None, tolerant=settings["tolerant"]) as reader,
        FrameWriter(target, size=size, fps=fps) as writer,
    ):
        for image in _picked((frame for _, frame in ahead(reader)), wanted):
            writer.write(_cut(image, affine, size))
            written += 1
            report(written, frames)
    if written != len(wanted):
        told = f"gave {written} of {len(wanted)} frames"
        raise InputError(told, file=inputs["media"], cure="check the file for damage")
    if not direct:
        _arrange(target, out, [bisect_left(once, index) for index in chosen], fps, steady=steady)
    return {"frames_in": once[-1] + 1 - once[0], "frames_out": frames, "size": list(size), "fps": str(fps)}


def _arrange(source: Path, out: Path, order: list[int], fps: Fraction, *, steady: bool) -> None:
    """Write FRAMES: the frames of `source` in this order, in a steady light if that is asked for; `source` goes."""
    points, light = Rows(out / "track" / "points.npy"), SteadyLight()
    if steady:
        first = {frame: number for number, frame in reversed(list(enumerate(order)))}
        for frame, image in enumerate(ahead(read_frames(source))):
            light.look(image, points[first[frame]])
    images = ahead(in_order(source, order))
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


def _tube(folder: Path, chosen: list[int], spec: CropSpec) -> tuple[Array, tuple[int, int]]:
    """One fixed crop that holds the face in every chosen frame: the affine to it, and its (width, height)."""
    track, rows = FaceTrack.load(folder), Rows(folder / "points.npy")
    blocks = (rows[chosen[at : at + BLOCK]] for at in range(0, len(chosen), BLOCK))
    heads = [head_frame(points, track.scheme) for block in blocks for points in block]
    centres = np.array([head.centre for head in heads])
    height = float(np.median([head.height for head in heads]))
    if spec.size is not None:
        centre = np.median(centres, axis=0)
        box = square_around((float(centre[0]), float(centre[1])), spec.reach * height)
        scale = spec.size / box.width
        return _scaled(box, scale), (spec.size, spec.size)
    margin = 0.75 * max(head.height for head in heads)
    low, high = centres.min(axis=0) - margin, centres.max(axis=0) + margin
    box = Box(int(low[0]), int(low[1]), int(np.ceil(high[0])), int(np.ceil(high[1]))).clipped(*track.size)
    scale = min(1.0, MAX_SIDE / max(box.width, box.height))
    return _scaled(box, scale), (max(2, round(box.width * scale)), max(2, round(box.height * scale)))


def _scaled(box: Box, scale: float) -> Array:
    """The affine that moves the box's corner to the origin and scales; pixel centres stay pixel centres."""
    shift = (scale - 1) / 2
    return np.array([[scale, 0.0, shift - scale * box.x0], [0.0, scale, shift - scale * box.y0]])


def _cut(image: Image, affine: Array, size: tuple[int, int]) -> Image:
    """Whole pixels are copied; anything else is resampled, with the picture's edge going on outside it."""
    if affine[0, 0] == 1.0:
        x, y = round(-affine[0, 2]), round(-affine[1, 2])
        if x >= 0 and y >= 0 and x + size[0] <= image.shape[1] and y + size[1] <= image.shape[0]:
            return np.ascontiguousarray(image[y : y + size[1], x : x + size[0]])
    return warp_affine(image, affine, size, border=cv2.BORDER_REPLICATE)
