"""Move the portrait as the driving clip moves, one chunk of frames.

Writes FRAMES: the portrait crop, animated, lossless. Where the driver's face is away for long, the portrait is at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engines import load_engine
from engines.base import Engine, PlateEngine, Portrait, Renderer
from face.tint import Tint
from foundation.errors import StageError
from foundation.geometry import Image
from foundation.shots import Layer, layers, load_shots, shot_of
from media.video.reader import read_frames
from media.video.sequence import FrameSequence
from media.video.writer import FrameWriter
from stages import Report
from stages.handover import engine_files, read_arrays, read_crop_path, read_portrait, shot_folder
from stages.names import FRAMES

SHOTS_OPEN = 2
"""Renderers kept: where one shot passes into another, both are needed."""


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, range, fps. Inputs: crop, clip, prepared, and the engine's files; of a moving
    plate, which may last longer than the clip, also plate.
    """
    scene = _Scene(settings, inputs)
    start, stop = settings["range"]
    size = (scene.still.shape[1], scene.still.shape[0])
    if "plate" in inputs and isinstance(scene.engine, PlateEngine):
        pictures = scene.on_plate(scene.engine, inputs, start, stop)
    else:
        pictures = scene.pictures(start, stop)
    with FrameWriter(out / FRAMES, size=size, fps=Fraction(settings["fps"])) as writer:
        for picture in pictures:
            writer.write(scene.tint(picture) if scene.tint else picture)
            report(writer.frames, stop - start)
    if writer.frames != stop - start:
        problem = f"got {writer.frames} driving frames of {stop - start}"
        raise StageError(problem, cure="remove the work folder, run again")
    return {"frames_in": stop - start, "frames_out": stop - start, "size": list(size)}


class _Scene:
    """The portrait, shot by shot: every frame is made from the driving frames it shows, and nothing else.

    Attributes:
        still: (H, W, 3) the portrait at rest. tint: of a portrait without colours, which stays without.
    """

    def __init__(self, settings: Mapping[str, Any], inputs: Mapping[str, Path]) -> None:
        self.engine, portrait = load_engine(settings["engine"]), read_portrait(inputs["crop"])
        self.still: Image = portrait.image
        self.tint = Tint.of(self.still)
        self._arrays = partial(_arrays, inputs)
        self._fps = Fraction(settings["fps"])
        self._clip = inputs["clip"] / FRAMES
        self._shots = load_shots(inputs["clip"] / "shots.json")
        self._length = self._shots[-1].stop

        # Caches that do not hold the scene itself: a worker lives for many, and each is to go when it is done.
        opened = partial(_opened, self.engine, portrait, self._arrays)
        self._renderer: Callable[[int], Renderer] = lru_cache(SHOTS_OPEN)(opened)
        # driving frames of other shots, which pass into this one or come out of it
        self._other: Callable[[int], Image] = lru_cache(SHOTS_OPEN)(partial(_read, self._clip))

    def pictures(self, start: int, stop: int) -> Iterator[Image]:
        """The frames `start` up to `stop`; past the clip's end, its last one."""
        driving = FrameSequence([(0, self._clip)], self._length)
        for index in (min(index, self._length - 1) for index in range(start, stop)):
            parts = layers(self._shots, index, self._fps)
            pictures = [self._picture(layer, index, driving) for layer in parts]
            yield pictures[0] if len(parts) == 1 else _mixed(pictures[0], pictures[1], parts[1].weight)

    def on_plate(self, engine: PlateEngine, inputs: Mapping[str, Path], start: int, stop: int) -> Iterator[Image]:
        """The crop of each of the plate's frames, moved; itself where the driver is away."""
        driving, path = FrameSequence([(0, self._clip)], self._length), read_crop_path(inputs["crop"])
        moving = engine.open_plate(self._arrays(0))
        for number, frame in enumerate(read_frames(inputs["plate"] / FRAMES, start=start, stop=stop)):
            index = start + number
            crop = np.ascontiguousarray(frame[path.crop(index).box.slices])
            shown = min(index, self._length - 1)
            layer = layers(self._shots, shown, self._fps)[-1]
            if layer.index is None:
                yield crop
                continue
            picture = moving.render(index, crop, driving[shown] if layer.share == 1 else self._other(layer.index))
            yield picture if layer.share == 1 else _mixed(crop, picture, layer.share)

    def _picture(self, layer: Layer, index: int, driving: FrameSequence) -> Image:
        if layer.index is None:
            return self.still
        number = shot_of(self._shots, layer.index)
        renderer, frame = self._renderer(number), layer.index - self._shots[number].start
        shown = driving[index] if layer.index == index else self._other(layer.index)
        return renderer.render(frame, shown) if layer.share == 1 else renderer.eased(frame, shown, layer.share)


def _opened(engine: Engine, portrait: Portrait, arrays: Callable[[int], dict[str, Any]], number: int) -> Renderer:
    return engine.open(portrait, arrays(number))


def _arrays(inputs: Mapping[str, Path], number: int) -> dict[str, Any]:
    """What the engine prepared for a shot, and its files."""
    files = {f"file.{name}": np.array(path) for name, path in engine_files(inputs).items()}
    return read_arrays(shot_folder(inputs["prepared"], number)) | files


def _read(clip: Path, index: int) -> Image:
    return next(read_frames(clip, start=index, stop=index + 1))


def _mixed(one: Image, two: Image, part: float) -> Image:
    """`part` of the second picture over the first."""
    return np.asarray(cv2.addWeighted(one, 1 - part, two, part, 0), np.uint8)
