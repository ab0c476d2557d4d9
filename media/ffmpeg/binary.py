"""Where the ffmpeg binary is."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

import imageio_ffmpeg

from foundation.errors import StageError

OVERRIDE = "DUET_FFMPEG"


def ffmpeg() -> str:
    """The path of the ffmpeg that is used: the one that DUET_FFMPEG names, else the one in imageio-ffmpeg's wheel.

    Raises: StageError if there is none.
    """
    named = os.environ.get(OVERRIDE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise StageError(f"{OVERRIDE} names no program", file=named, cure=f"unset {OVERRIDE}, or mend its path")
        return found
    return _bundled()


@cache
def _bundled() -> str:
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        cure = f"pip install imageio-ffmpeg, or set {OVERRIDE} to an ffmpeg"
        raise StageError("there is no ffmpeg on this machine", cure=cure) from None


def version() -> str:
    """The version that the binary itself states, such as "7.1".

    Raises: StageError if there is no binary or it does not run.
    """
    program = ffmpeg()
    try:
        told = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError) as problem:
        raise StageError(f"ffmpeg does not run: {problem}", file=program, cure="pip install imageio-ffmpeg") from None
    words = told.split()
    return words[2] if len(words) > 2 else "unknown"
