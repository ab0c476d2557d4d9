"""Numbered pictures as a video: `clips/shot_%04d.png` at a stated rate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from foundation.errors import InputError
from media.files.info import MediaInfo, VideoInfo
from media.image.images import picture_size, read_image
from media.image.resample import Image

MAX_PICTURES = 200_000  # two hours at 25 a second; beyond that a video is the better form
_NUMBER = re.compile(r"%(?:0(?P<digits>[1-9]))?d")


def is_pattern(written: str) -> bool:
    """Whether this names numbered pictures: one %d or %04d, in the file's name and nowhere else."""
    folder, _, name = written.rpartition("/")
    return "%" not in folder and name.count("%") == 1 and _NUMBER.search(name) is not None


def numbered_pictures(pattern: Path) -> list[Path]:
    """The pictures of a pattern in the order of their numbers, whatever the first number is.

    Only files in the pattern's own folder are taken; a link out of it is refused.

    Raises: InputError if there is none, a number is missing in between, or there are more than MAX_PICTURES.
    """
    found = _found(pattern)
    if not found:
        cure = "correct the pattern: %04d stands for a number of four digits"
        raise InputError("there are no such pictures", file=pattern, cure=cure)
    if len(found) > MAX_PICTURES:
        raise InputError(f"there are {len(found)} pictures", file=pattern, cure="make a video of them first")
    first, last = min(found), max(found)
    if len(found) != last - first + 1:
        gap = next(number for number in range(first, last) if number not in found)
        told = f"{_name(pattern, gap)} is missing: the pictures run from {first} to {last}"
        raise InputError(told, file=pattern, cure="add it, or number the pictures without gaps")
    for path in found.values():
        if path.is_symlink() and not path.resolve().is_relative_to(pattern.parent.resolve()):
            raise InputError("it is a link that leads out of its folder", file=path, cure="copy the picture itself")
    return [found[number] for number in range(first, last + 1)]


class PictureReader:
    """Numbered pictures as `media.video.reader.VideoReader` gives the frames of a video: pairs of seconds and
    (H, W, 3) uint8 RGB, from the one that shows at `start` on. Every iteration starts anew.

    Args:
        paths: as `numbered_pictures` gives them. fps: pictures a second; the first shows at 0.
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
    (width, height), length = picture_size(first), count / fps
    video = VideoInfo(
        codec="pictures",
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


def _found(pattern: Path) -> dict[int, Path]:
    """The files that fit, by number. A number has the digits that its pattern would write, and no others."""
    number = _NUMBER.search(pattern.name)
    if number is None:
        return {}
    start, end = re.escape(pattern.name[: number.start()]), re.escape(pattern.name[number.end() :])
    fits = re.compile(f"{start}([0-9]{{1,9}}){end}")
    try:
        matches = [(fits.fullmatch(path.name), path) for path in pattern.parent.iterdir()]
    except OSError:
        return {}
    numbers = [(int(match[1]), path) for match, path in matches if match]
    return {number: path for number, path in numbers if path.name == _name(pattern, number)}


def _name(pattern: Path, number: int) -> str:
    found = _NUMBER.search(pattern.name)
    digits = int((found and found["digits"]) or 1)
    return _NUMBER.sub(f"{number:0{digits}d}", pattern.name)
