"""The driving clip at a constant rate, in the chosen range, cut to the face and sized for the engine.

Writes FRAMES (lossless, `frames` of them), track/ (the face in each, in these frames' pixels; where something hides the
mouth, it is bridged) and shots.json (see foundation.shots). A frame's timestamp decides where it goes: each output
instant shows the source frame that is on screen at its middle. Where the clip is to be repeated, or its light levelled,
every frame is written once on the side and taken from there; what is only repeated is copied as it is coded.
"""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face.mouth_watch import MouthWatch
from foundation.npy import Rows
from foundation.shots import save_shots
from media.files.info import LOSSLESS_SUFFIX
from media.video.ahead import ahead
from media.video.light import SteadyLight
from media.video.lossless import read_frames, read_packets
from media.video.lossless_writer import copy_frames
from media.video.sequence import in_order
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES
from stages.contract import Report
from stages.contracts.normalize import Facts, Inputs, Settings
from stages.normalizing import Layout


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the clip.

    Raises:
        InputError: the face is not seen in any of the frames, or the file is damaged.
    """
    layout, fps, frames = Layout.of(settings, inputs.faces), settings.timing.fps, settings.timing.frames
    layout.save_track(out / "track", slice(None))
    save_shots(out / "shots.json", layout.shown)
    direct = settings.fit is None and not settings.steady_light
    target = out / FRAMES if direct else out / f"once{LOSSLESS_SUFFIX}"
    wanted = layout.order if direct else list(range(len(layout.once)))
    first = list(range(frames)) if direct else _first(layout.order)
    planes = None if settings.steady_light else layout.planes(inputs.media.clip, tolerant=settings.tolerant)
    looks: list[NDArray[np.uint8]] = []
    with (
        closing(layout.cut(inputs.media.clip, wanted, planes, tolerant=settings.tolerant)) as cuts,
        layout.writer(target, fps, planes) as writer,
        MouthWatch(out / "track") as watch,
    ):
        for cut in cuts:
            look = watch.seen(cut.part, first[writer.frames])
            if direct:
                watch.take(look[None])
            else:
                looks.append(look)
            cut.write(writer)
            report(writer.frames, frames)
        writer.close()
        if settings.steady_light:
            _level(target, out, layout.order, fps, watch)
        elif not direct:
            watch.take(np.stack(looks)[layout.order])
            copy_frames(in_order(partial(read_packets, target), layout.order), target, out / FRAMES, fps)
        if not direct:
            target.unlink()
        return layout.facts(watch.finish(layout.shown, fps))


def _first(order: list[int]) -> list[int]:
    """When each of the frames that are shown in this order is shown first."""
    found = {frame: number for number, frame in reversed(list(enumerate(order)))}
    return [found[frame] for frame in range(len(found))]


def _level(source: Path, out: Path, order: list[int], fps: Fraction, watch: MouthWatch) -> None:
    """Write FRAMES: the frames of `source` in this order, in a steady light."""
    points, light, first = Rows(out / "track" / "points.npy"), SteadyLight(), _first(order)
    with closing(ahead(read_frames(source))) as images:
        for frame, image in enumerate(images):
            light.look(image, points[first[frame]])
    with closing(ahead(in_order(partial(read_frames, source), order))) as images:
        head = next(images)
        with FrameWriter(out / FRAMES, size=(head.shape[1], head.shape[0]), fps=fps) as writer:
            for number, image in enumerate(chain([head], images)):
                shown = light.level(image, points[number])
                writer.write(shown)
                watch.look(shown)
