"""Numbered pictures (media.files.numbered) as a video, at a stated rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from foundation.errors import InputError
from foundation.geometry import Image
from media.files.info import MediaInfo, VideoInfo
from media.image.images import picture_size, read_image


class PictureReader:
    """Numbered pictures as `media.video.reader.VideoReader` gives the frames of a video: pairs of seconds and
    (H, W, 3) uint8 RGB, from the one that shows at `start` on. Every iteration starts anew.

    Args:
        paths: as `numbered_pictures` gives them.
        fps: pictures a second; the first shows at 0.
    Raises: InputError (while iterating) as `read_same`.
    """

    def __init__(self, paths: Sequence[Path], fps: Fraction, *, start: Fraction | None = None) -> None:
        self._paths, self._fps = paths, fps
        self._first = min(int((start or Fraction(0)) * fps), len(paths) - 1)

    def __iter__(self) -> Iterator[tuple[Fraction, Image]]:
        size = picture_size(self._paths[0])
        for number in range(self._first, len(self._paths)):
            yield number / self._fps, read_same(self._paths[number], size)


def describe_pictures(first: Path, count: int, fps: Fraction) -> MediaInfo:
    """What `probe` would say of a video of `count` pictures like the first, at `fps` frames a second.

    Raises: InputError if the first is no picture.
    """
    return describe_frames("pictures", picture_size(first), count, fps)


def describe_frames(codec: str, size: tuple[int, int], count: int, fps: Fraction) -> MediaInfo:
    """What `probe` would say of a silent video of `count` frames of a `size`, (width, height), by its codec's name."""
    (width, height), length = size, count / fps
    video = VideoInfo(
        codec=codec,
        width=width,
        height=height,
        coded_width=width,
        coded_height=height,
        fps=fps,
        variable=False,
        frames=count,
        expected_frames=count,
        truncated=False,
        start=Fraction(0),
        end=length,
        rotation=0,
        mirrored=False,
        sar=Fraction(1),
        pix_fmt="rgb24",
        bits=8,
        color_range="pc",
        color_space="gbr",
        color_primaries="bt709",
        color_transfer="iec61966-2-1",
        interlaced=False,
    )
    return MediaInfo(container="pictures", duration=length, video=video, audio=())


def read_same(path: Path, size: tuple[int, int]) -> Image:
    """A picture of a sequence, (H, W, 3) uint8 RGB.

    Raises: InputError as `read_image`, or if it is not of `size` = (width, height).
    """
    image = read_image(path)
    if (image.shape[1], image.shape[0]) != size:
        told = f"it is {image.shape[1]}x{image.shape[0]}, and the first picture is {size[0]}x{size[1]}"
        raise InputError(told, file=path, cure="bring all pictures to one size")
    return image
