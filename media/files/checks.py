"""What is true of every input file, whatever is in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from foundation.errors import InputError
from foundation.limits import Limit
from foundation.reading import why


def check_size(path: Path, width: int, height: int, what: str) -> None:
    """Raises: InputError if a picture is larger than Limit.PICTURE_SIDE or Limit.PICTURE_MEGAPIXELS allow."""
    for limit, size, unit in (
        (Limit.PICTURE_SIDE, max(width, height), "pixels a side"),
        (Limit.PICTURE_MEGAPIXELS, width * height / 1e6, "megapixels"),
    ):
        if size > limit.now:
            told = f"{what} is {width}x{height}, larger than {limit.now} {unit}"
            raise InputError(told, file=path, cure=f"scale it down, or {limit.cure}")


def most_pixels() -> int:
    """Of a picture, as decoders are told."""
    return Limit.PICTURE_MEGAPIXELS.now * 10**6


def check_file(path: Path) -> None:
    """Raises: InputError if `path` is not a readable regular file with something in it."""
    try:
        status = path.stat()
    except (OSError, ValueError) as problem:
        raise InputError(why(problem), file=path, cure="check the path") from None
    if stat.S_ISDIR(status.st_mode):
        raise InputError("it is a folder, not a file", file=path, cure="name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise InputError("it is not a regular file", file=path, cure="copy it to a file first")
    if not os.access(path, os.R_OK):
        raise InputError("it cannot be read", file=path, cure="change its permissions")
    if status.st_size == 0:
        raise InputError("the file is empty", file=path, cure="copy or download it again")


def is_text(path: Path) -> bool:
    """Whether the file begins like text: no control bytes, valid UTF-8."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return False
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as problem:
        return problem.start > len(head) - 4  # a letter cut in two by the end of what was read
    return True


def file_url(path: Path) -> str:
    """A name that ffmpeg takes for a file and nothing else: no option, protocol or device, whatever its characters."""
    return f"file:{path}"
