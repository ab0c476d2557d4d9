"""Self-reenactment: a clip's first frame, animated by the clip, against the clip itself.

Writes frames.npz: `frames` (M,), and `table` (M, K), a column for each of quality.reconstruction.NAMES.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face
from foundation.times import resample
from landmarks import load_backend
from media.video.ahead import ahead
from media.video.lossless import pick_frames
from media.video.reader import VideoReader
from quality.reconstruction import NAMES, Seen, mean, of_frame
from stages.artifacts import Frames
from stages.contract import Report
from stages.contracts.reconstruct import Facts, Inputs, Settings

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Compare."""
    timing = settings.timing
    frames, step = timing.frames, settings.step
    box, still = inputs.crop.info().box, inputs.crop.under()
    track, times = inputs.faces.track(), inputs.faces.times()
    chosen = resample(times, timing.start, frames, timing.fps)
    wanted = list(range(0, frames, step))
    corner = np.array([box.x0, box.y0, 0.0])

    def within(face: Face) -> Face:
        return replace(face, points=face.points - corner)

    first, rows = within(track.face(chosen[0])), []
    truth = _picked(inputs.media.clip, times[0], [chosen[at] for at in wanted])
    with load_backend(settings.backend.name) as backend:
        for at, whole, result in zip(wanted, truth, _results(inputs.chunks, settings.chunks, wanted), strict=True):
            face = next(iter(backend.follow(result, float(at), 1)), None)
            part = np.ascontiguousarray(whole[box.slices])
            rows.append(of_frame(Seen(part, within(track.face(chosen[at]))), Seen(result, face), Seen(still, first)))
            report(at + 1, frames)
    np.savez(out / "frames.npz", frames=np.array(wanted), table=np.array([[row[n] for n in NAMES] for row in rows]))
    known = {name: None if not np.isfinite(value) else value for name, value in mean(rows).items()}
    return Facts(frames=frames, looks=len(rows), figures=known)


def _picked(media: Path, start: Fraction, chosen: list[int]) -> Iterator[Image]:
    """The clip's frames with these ascending numbers, counted from `start`; repeats included."""
    with VideoReader(media, start=start) as reader, closing(ahead(reader)) as pictures:
        frames = islice(enumerate(frame for _, frame in pictures), chosen[-1] + 1)
        number, image = next(frames)
        for wanted in chosen:
            while number < wanted:
                number, image = next(frames)
            yield image


def _results(given: tuple[Frames, ...], chunks: tuple[int, ...], wanted: list[int]) -> Iterator[Image]:
    for number, start in enumerate(chunks):
        stop = chunks[number + 1] if number + 1 < len(chunks) else max(wanted) + 1
        inside = [at - start for at in wanted if start <= at < stop]
        yield from pick_frames(given[number].video, inside)
