"""Numbered pictures as one video, so that everything after it reads them as it reads any clip.

Writes FRAMES: lossless, at the stated rate, one frame a picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from media.image.images import picture_size
from media.image.resample import Image
from media.video.ahead import ahead
from media.video.numbered_pictures import read_same
from media.video.writer import FrameWriter
from stages import Report
from stages.names import FRAMES


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: fps. Inputs: the pictures, under names that sort in their order."""
    paths = [inputs[name] for name in sorted(inputs)]
    size = picture_size(paths[0])
    with FrameWriter(out / FRAMES, size=size, fps=Fraction(settings["fps"])) as writer:
        for number, image in enumerate(ahead(_pictures(paths, size)), 1):
            writer.write(image)
            report(number, len(paths))
    return {"frames_in": len(paths), "frames_out": len(paths), "size": list(size)}


def _pictures(paths: list[Path], size: tuple[int, int]) -> Iterator[Image]:
    for path in paths:
        yield read_same(path, size)
