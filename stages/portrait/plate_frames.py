"""A video as the portrait: its own frames, whole and at its own pace, at the result's constant rate.

Writes FRAMES (lossless, `frames` of them). A frame's timestamp decides when it shows; past its end the last one stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.errors import InputError
from media.video.ahead import ahead
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES
from stages.contract import Report
from stages.contracts.plate_frames import Facts, Inputs, Settings

Image = NDArray[np.uint8]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the frames.

    Raises:
        InputError: the file is damaged.
    """
    fps, frames, start = settings.timing.fps, settings.timing.frames, settings.timing.start
    media = inputs.media.clip
    writer: FrameWriter | None = None
    with VideoReader(media, start=start) as reader, closing(ahead(reader)) as images:
        try:
            for image in shown(images, start, frames, fps):
                if writer is None:
                    writer = FrameWriter(out / FRAMES, size=(image.shape[1], image.shape[0]), fps=fps)
                writer.write(image)
                report(writer.frames, frames)
            if writer is None:
                raise InputError("has no frame to show", file=media, cure="check the file for damage")
            writer.close()
        except BaseException:
            if writer is not None:
                writer.discard()
            raise
    return Facts(frames=writer.frames)


def shown(timed: Iterable[tuple[Fraction, Image]], start: Fraction, frames: int, fps: Fraction) -> Iterator[Image]:
    """What is on screen in the middle of each of `frames` instants, as foundation.times.resample has it."""
    current: Image | None = None
    number = 0
    for seconds, image in timed:
        while current is not None and number < frames and start + (number + Fraction(1, 2)) / fps <= seconds:
            yield current
            number += 1
        if number == frames:
            return
        current = image
    while current is not None and number < frames:
        yield current
        number += 1
