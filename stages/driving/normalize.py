"""The driving clip at a constant rate, in the chosen range, cut to the face and sized for the engine.

Writes FRAMES (lossless, `frames` of them), track/ (the face in each, in these frames' pixels; where something hides the
mouth, it is bridged) and shots.json (see foundation.shots). A frame's timestamp decides where it goes: each output
instant shows the source frame that is on screen at its middle. Where the clip is to be repeated, or its light levelled,
every frame is written once on the side and taken from there.
"""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from itertools import chain
from pathlib import Path

from face.mouth_watch import MouthWatch
from foundation.npy import Rows
from foundation.shots import save_shots
from media.files.info import LOSSLESS_SUFFIX
from media.video.ahead import ahead
from media.video.light import SteadyLight
from media.video.lossless import read_frames
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
    planes = layout.planes(inputs.media.clip, tolerant=settings.tolerant) if direct else None
    with (
        closing(layout.cut(inputs.media.clip, wanted, planes, tolerant=settings.tolerant)) as cuts,
        layout.writer(target, fps, planes) as writer,
        MouthWatch(out / "track") as watch,
    ):
        for cut in cuts:
            if direct:
                watch.look(cut.picture)
            cut.write(writer)
            report(writer.frames, frames)
        writer.close()
        if not direct:
            _arrange(target, out, layout.order, fps, watch, steady=settings.steady_light)
        return layout.facts(watch.finish(layout.shown, fps))


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
