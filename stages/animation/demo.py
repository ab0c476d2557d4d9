"""Animate as the published demo does: the whole source picture by whole driving frames, both squeezed to one shape.

Writes picture.mp4, or picture.mkv (lossless): the clip at its own rate, one frame after the other. The clip is read as
the demo's reader reads it (`VideoReader` with `plain`), because the same frames are asked for, not better ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from skimage.transform import resize

from engines import ENGINES, load_engine
from engines.neural.published import DemoLoop
from engines.plugin import named
from face.reference import most_alike
from foundation.errors import InputError, ManifestError
from foundation.facetrack import FaceTrack
from foundation.npy import BLOCK, Rows
from foundation.times import resample
from media.image.images import read_image_alpha
from media.video.probe import timestamps
from media.video.reader import VideoReader
from media.video.writer import picture_writer
from stages.contract import Report
from stages.contracts.demo import Facts, Inputs, Settings
from stages.engine_use import read_options

AHEAD = 4
"""Frames that are squeezed while the network is busy with an earlier one."""

Image = NDArray[np.uint8]
Squeeze = Callable[[Image], NDArray[np.floating]]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Animate the clip.

    Raises:
        InputError: the clip is damaged, or lacks the reference frame.
        ManifestError: the engine has no demo.
    """
    media, frames, fps = inputs.media.clip, settings.timing.frames, settings.timing.fps
    height, width = settings.shape
    times = timestamps(media)
    chosen = resample(times, settings.timing.start, frames, fps)
    if not settings.reference < frames:
        problem = f"has no frame {settings.reference}: it has frames 0 to {frames - 1}"
        raise InputError(problem, file=media, cure="choose another --best_frame")
    reference = chosen[settings.reference]
    if inputs.faces and inputs.source_face:
        reference = _best(inputs.source_face.folder, inputs.faces.folder, (width, height))
    squeeze = _squeezing((height, width))
    form = ENGINES[settings.engine.name].describe().demo
    if form is None:
        raise ManifestError(f"the engine {settings.engine.name} has no demo", cure="plan with this version of Duet")
    start = cast("Callable[..., DemoLoop]", named(form.loop))
    loop = start(
        {"config": inputs.config.path, "checkpoint": inputs.checkpoint.path},
        read_options(load_engine(settings.engine.name), settings.options),
        squeeze(read_image_alpha(inputs.source.path)[0]),
        squeeze(_at(media, times[reference])),
    )
    with picture_writer(out, size=(width, height), fps=fps, encode=settings.video) as writer:
        for frame, shown in _ahead(squeeze, _picked(media, chosen)):
            picture = loop.render(frame)
            for _ in range(shown):
                writer.write(picture)
            report(writer.frames, frames)
    if writer.frames != frames:
        problem = f"gave {writer.frames} of {frames} frames"
        raise InputError(problem, file=media, cure="check the file for damage")
    return Facts(frames=frames, path=loop.path, reference=reference)


def _squeezing(shape: tuple[int, int]) -> Squeeze:
    """The demo's own way to its network: floats in 0..1, filtered, never rounded to levels again."""

    def squeeze(image: Image) -> NDArray[np.floating]:
        small: NDArray[np.floating] = resize(image, shape)
        return small

    return squeeze


def _picked(media: Path, chosen: list[int]) -> Iterator[tuple[Image, int]]:
    """The frames of the ascending indices `chosen`, each with how often it is shown. Every frame of a clip with a
    steady rate is shown once."""
    wanted = ((index, len(list(same))) for index, same in groupby(chosen))
    index, shown = next(wanted)
    with VideoReader(media, plain=True) as reader:
        for at, (_, frame) in enumerate(reader):
            if at == index:
                yield frame, shown
                index, shown = next(wanted, (-1, 0))
                if not shown:
                    return


def _at(media: Path, seconds: Fraction) -> Image:
    with VideoReader(media, start=seconds, plain=True) as reader:
        for _, frame in reader:
            return frame
    raise InputError(f"there is no frame at {float(seconds):g} s", file=media, cure="check the file for damage")


def _ahead(squeeze: Squeeze, frames: Iterable[tuple[Image, int]]) -> Iterator[tuple[NDArray[np.floating], int]]:
    """The frames squeezed, in order, a few of them ahead in a thread."""
    waiting: deque[tuple[Future[NDArray[np.floating]], int]] = deque()
    with ThreadPoolExecutor(1) as pool:
        for frame, shown in frames:
            waiting.append((pool.submit(squeeze, frame), shown))
            if len(waiting) > AHEAD:
                future, times = waiting.popleft()
                yield future.result(), times
        for future, times in waiting:
            yield future.result(), times


def _best(source: Path, driving: Path, size: tuple[int, int]) -> int:
    """The driving frame whose face is most like the source's, among those in which a face was found.

    Args:
        source, driving: tracks.
        size: (width, height) that both pictures are squeezed to.
    """
    portrait, track, rows = FaceTrack.load(source), FaceTrack.load(driving), Rows(driving / "points.npy")
    seen = np.flatnonzero(track.found)
    blocks = (rows[seen[at : at + BLOCK]] for at in range(0, len(seen), BLOCK))
    faces = (_squeezed(points, track.size, size) for block in blocks for points in block)
    return int(seen[most_alike(_squeezed(portrait.points[0], portrait.size, size), faces)])


def _squeezed(points: NDArray[np.floating], size: tuple[int, int], to: tuple[int, int]) -> NDArray[np.floating]:
    """(P, 3) landmarks in a picture of `size` -> (P, 2) in the same picture squeezed."""
    flat: NDArray[np.floating] = points[:, :2] * np.array(to) / np.array(size)
    return flat
