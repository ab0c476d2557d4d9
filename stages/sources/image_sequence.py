"""Numbered pictures as one video, so that everything after it reads them as it reads any clip.

Writes FRAMES: lossless, at the stated rate, one frame a picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from media.image.images import picture_size
from media.image.resample import Image
from media.video.ahead import ahead
from media.video.numbered_pictures import read_same
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES
from stages.contract import Report
from stages.contracts.image_sequence import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    paths = [picture.path for picture in inputs.pictures]
    size = picture_size(paths[0])
    with FrameWriter(out / FRAMES, size=size, fps=settings.fps) as writer:
        for number, image in enumerate(ahead(_pictures(paths, size)), 1):
            writer.write(image)
            report(number, len(paths))
    return Facts(frames=len(paths), size=size)


def _pictures(paths: list[Path], size: tuple[int, int]) -> Iterator[Image]:
    for path in paths:
        yield read_same(path, size)
