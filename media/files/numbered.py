"""The files that a pattern such as `clips/shot_%04d.png` names."""

from __future__ import annotations

import re
from pathlib import Path

from foundation.errors import InputError
from foundation.limits import Limit

_NUMBER = re.compile(r"%(?:0(?P<digits>[1-9]))?d")


def is_pattern(written: str) -> bool:
    """Whether this names numbered pictures: one %d or %04d, in the file's name and nowhere else."""
    folder, _, name = written.rpartition("/")
    return "%" not in folder and name.count("%") == 1 and _NUMBER.search(name) is not None


def numbered_pictures(pattern: Path) -> list[Path]:
    """The pictures of a pattern in the order of their numbers, whatever the first number is.

    Only files in the pattern's own folder are taken; a link out of it is refused.

    Raises: InputError if there is none, a number is missing in between, or there are more than Limit.NUMBERED_PICTURES.
    """
    found = _found(pattern)
    if not found:
        cure = "correct the pattern: %04d stands for a number of four digits"
        raise InputError("there are no such pictures", file=pattern, cure=cure)
    if len(found) > Limit.NUMBERED_PICTURES.now:
        cure = f"make a video of them first, or {Limit.NUMBERED_PICTURES.cure}"
        raise InputError(f"there are {len(found)} pictures", file=pattern, cure=cure)
    first, last = min(found), max(found)
    if len(found) != last - first + 1:
        gap = next(number for number in range(first, last) if number not in found)
        told = f"{_name(pattern, gap)} is missing: the pictures run from {first} to {last}"
        raise InputError(told, file=pattern, cure="add it, or number the pictures without gaps")
    for path in found.values():
        if path.is_symlink() and not path.resolve().is_relative_to(pattern.parent.resolve()):
            raise InputError("it is a link that leads out of its folder", file=path, cure="copy the picture itself")
    return [found[number] for number in range(first, last + 1)]


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
