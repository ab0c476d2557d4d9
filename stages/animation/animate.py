"""Move the portrait as the driving clip moves, one chunk of frames.

Writes FRAMES, of a still portrait TILED (stages.writing): the portrait crop, animated, lossless; or the part of the
portrait that it covers, with it in its place, as stages.compositing.composite has it. Where the driver's face is away
for long, the portrait is at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby, repeat
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.behind import guessed
from engines import load_engine
from engines.base import Engine, Own, Portrait, Renderer, SpanFrame
from engines.plates import PlateEngine
from face.tint import Tint
from foundation.errors import CHECK_WORK, StageError
from foundation.geometry import Image
from foundation.shots import Layer, layers, shot_of
from media.video.reader import read_frames
from media.video.sequence import FrameSequence
from stages.artifacts import Frames, Prepared
from stages.contract import Report
from stages.contracts.animate import Facts, Inputs, Settings
from stages.crops import Crop, Matte, PlateCrop
from stages.engine_use import engine_files, read_options
from stages.kept import Kept
from stages.pasting import Pasting
from stages.writing import FramesWriter, OpacityWriter

Mask = NDArray[np.uint8]
SHOTS_OPEN = 2
"""Renderers kept: where one shot passes into another, both are needed."""


@dataclass
class _Known:
    """A portrait that was read.

    Attributes:
        tint: of one without colours.
        native: it has the picture's own pixels.
        ready: the renderer that was opened last, and of what.
    """

    portrait: Portrait
    tint: Tint | None
    native: bool
    ready: tuple[object, Renderer] | None = None


_kept: Kept[tuple[Crop, Matte | None], _Known] = Kept(lambda known: known.portrait.image.size)
"""Reading and opening takes up to a fifth of a chunk's time; what is ready to move takes twice a portrait's room."""


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the chunk.

    Raises:
        StageError: the clip is shorter than it says.
    """
    scene = _Scene(settings, inputs)
    start, stop = settings.range.start, settings.range.stop
    paste = Pasting(inputs.crop, settings.paste, still=scene.still) if settings.paste else None
    size = paste.size if paste else (scene.still.shape[1], scene.still.shape[0])
    if inputs.plate and isinstance(scene.engine, PlateEngine):
        pictures = scene.on_plate(scene.engine, inputs, inputs.plate, start, stop)
    else:
        pictures = scene.pictures(start, stop)
    if settings.opacity and inputs.matte is not None:
        _write_opacity(scene, inputs.matte, settings, out)
    still = None if inputs.plate else paste.still if paste else scene.still
    with FramesWriter(out, size=size, fps=settings.fps, opacity=False, still=still) as writer:
        for picture in pictures:
            moved = scene.tint(picture) if scene.tint else picture
            writer.write(paste(moved) if paste else moved)
            report(writer.frames, stop - start)
    if writer.frames != stop - start:
        problem = f"got {writer.frames} driving frames of {stop - start}"
        raise StageError(problem, cure=CHECK_WORK)
    return Facts(frames=stop - start, size=size)


def _portrait(crop: Crop, matte: Matte | None) -> _Known:
    """The portrait, and its tint if it has no colours."""

    def read() -> _Known:
        portrait = crop.portrait(matte)
        return _Known(portrait, Tint.of(portrait.image), crop.info().native)

    return _kept.get((crop, matte), crop, matte, read)


def _write_opacity(scene: _Scene, matte: Matte, settings: Settings, out: Path) -> None:
    """Write OPACITY, if the person is known and the engine can tell where it goes."""
    whole = matte.opacity()
    still = None if whole is None else np.ascontiguousarray(whole[scene.box.slices])
    first = None if still is None else next(scene.carried(still, settings.range.start, settings.range.start + 1))
    if still is None or first is None:
        return
    with OpacityWriter(out, size=(still.shape[1], still.shape[0]), fps=settings.fps) as writer:
        for mask in scene.carried(still, settings.range.start, settings.range.stop):
            if mask is not None:
                writer.tell(mask)


class _Scene:
    """The portrait, shot by shot: every frame is made from the driving frames it shows, and nothing else.

    Attributes:
        still: (H, W, 3) the portrait at rest.
        tint: of a portrait without colours, which stays without.
        box: what the crop covers of the picture.
    """

    def __init__(self, settings: Settings, inputs: Inputs) -> None:
        self.engine, known = load_engine(settings.engine.name), _portrait(inputs.crop, inputs.matte)
        self.still: Image = known.portrait.image
        self.tint, self.box = known.tint, inputs.crop.info().box
        self._own = Own(read_options(self.engine, settings.options), engine_files(inputs.files))
        self._prepared, self._fps, self._clip = inputs.prepared, settings.fps, inputs.clip
        self._shots = inputs.clip.shots()
        self._length = self._shots[-1].stop

        # Caches that do not hold the scene itself: a worker lives for many, and each is to go when it is done.
        opened = partial(_opened, self.engine, known, self._prepared, self._own)
        self._renderer: Callable[[int], Renderer] = lru_cache(SHOTS_OPEN)(opened)
        # driving frames of other shots, which pass into this one or come out of it
        self._other: Callable[[int], Image] = lru_cache(SHOTS_OPEN)(partial(_read, self._clip.video))

    def pictures(self, start: int, stop: int) -> Iterator[Image]:
        """The frames `start` up to `stop`; past the clip's end, its last one."""
        driving = self._driving()
        indices = (min(index, self._length - 1) for index in range(start, stop))
        shown = ((index, layers(self._shots, index, self._fps)) for index in indices)
        for number, span in groupby(shown, lambda each: self._shot(each[1])):
            if number is not None:
                frames = (self._frame(number, parts[0], index, driving) for index, parts in span)
                yield from self._renderer(number).render_span(frames)
                continue
            for index, parts in span:
                pictures = [self._picture(layer, index, driving) for layer in parts]
                yield pictures[0] if len(parts) == 1 else _mixed(pictures[0], pictures[1], parts[1].weight)

    def carried(self, still: Mask, start: int, stop: int) -> Iterator[Mask | None]:
        """A mask of the crop as the frames `start` up to `stop` move it; None where the engine cannot tell."""
        for index in range(start, stop):
            shown = layers(self._shots, min(index, self._length - 1), self._fps)
            masks = [self._carried(layer, still) for layer in shown]
            first, last = masks[0], masks[-1]
            if len(masks) == 1 or first is None or last is None:
                yield first
            else:
                yield _mixed(first, last, shown[1].weight)

    def _carried(self, layer: Layer, still: Mask) -> Mask | None:
        if layer.index is None:
            return still
        number = shot_of(self._shots, layer.index)
        return self._renderer(number).carried(layer.index - self._shots[number].start, still, layer.share)

    def _shot(self, parts: Sequence[Layer]) -> int | None:
        """The shot that alone makes the picture, if one does."""
        alone = parts[0].index if len(parts) == 1 else None
        return None if alone is None else shot_of(self._shots, alone)

    def on_plate(
        self, engine: PlateEngine[Any], inputs: Inputs, plate: Frames, start: int, stop: int
    ) -> Iterator[Image]:
        """The crop of each of the plate's frames, moved; itself where the driver is away."""
        driving, crop = self._driving(), PlateCrop(inputs.crop.given, inputs.crop.path)
        path, known = crop.way(), inputs.opacities.opacity if inputs.opacities else None
        people = repeat(None) if known is None else read_frames(known, start=start, stop=stop)
        moving = engine.open_plate(self._prepared.arrays(0), self._own)
        frames = zip(read_frames(plate.video, start=start, stop=stop), people, strict=False)
        for index, (frame, opacity) in enumerate(frames, start):
            still = path.cut(index, frame)
            person = None
            if opacity is not None:
                person = guessed(still, opacity[path.crop(index).box.slices][:, :, 0], crop.head_in(index).height)
            shown = min(index, self._length - 1)
            layer = layers(self._shots, shown, self._fps)[-1]
            if layer.index is None:
                yield still
                continue
            driver = driving[shown] if layer.share == 1 else self._other(layer.index)
            picture = moving.render(index, still, driver, person)
            yield picture if layer.share == 1 else _mixed(still, picture, layer.share)

    def _driving(self) -> FrameSequence | _Nobody:
        return FrameSequence([(0, self._clip.video)], self._length) if self._clip.filmed else _Nobody()

    def _picture(self, layer: Layer, index: int, driving: FrameSequence | _Nobody) -> Image:
        if layer.index is None:
            return self.still
        number = shot_of(self._shots, layer.index)
        return next(iter(self._renderer(number).render_span([self._frame(number, layer, index, driving)])))

    def _frame(self, number: int, layer: Layer, index: int, driving: FrameSequence | _Nobody) -> SpanFrame:
        """What the shot's renderer takes of a layer."""
        assert layer.index is not None  # noqa: S101  (the portrait at rest is no shot's)
        if not self._renderer(number).looks:
            shown = _Nobody()[index]
        else:
            shown = driving[index] if layer.index == index else self._other(layer.index)
        return SpanFrame(layer.index - self._shots[number].start, shown, layer.share)


class _Nobody:
    """The frames of a driver whom nobody filmed: engines do not look at them."""

    def __getitem__(self, index: int) -> Image:
        return np.zeros((1, 1, 3), np.uint8)


def _opened(engine: Engine[Any], known: _Known, prepared: Prepared, own: Own[Any], number: int) -> Renderer:
    """The renderer of a shot; of those without networks, the last one stays with the portrait."""
    told = engine.name, prepared, own.options, number
    if known.ready and known.ready[0] == told:
        return known.ready[1]
    known.ready = None
    renderer = engine.open(known.portrait, prepared.arrays(number), own)
    if known.native and prepared.given.digest and not own.files:
        known.ready = told, renderer
    return renderer


def _read(clip: Path, index: int) -> Image:
    return next(read_frames(clip, start=index, stop=index + 1))


def _mixed(one: Image, two: Image, part: float) -> Image:
    """`part` of the second picture over the first."""
    return np.asarray(cv2.addWeighted(one, 1 - part, two, part, 0), np.uint8)
