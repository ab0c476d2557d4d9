"""How loud a file is, by EBU R128 / ITU-R BS.1770: ffmpeg's ebur128 filter, read as it runs."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from foundation.errors import StageError
from media.ffmpeg.binary import ffmpeg
from media.ffmpeg.run import failure, stop
from media.files.checks import file_url

EVERY = 0.1
"""Seconds between two momentary values."""
FILLING = 3
"""Values before the first window is full."""
SILENCE = -70.0
"""LUFS: the absolute gate of BS.1770; a quieter sound has no loudness."""
_MOMENTARY = re.compile(rb"lavfi\.r128\.M=(\S+)")
_INTEGRATED, _PEAK = re.compile(r"I:\s+(\S+) LUFS"), re.compile(r"Peak:\s+(\S+) dBFS")


@dataclass(frozen=True)
class Loudness:
    """As EBU R 128 measures it.

    Attributes:
        integrated: LUFS, gated.
        true_peak: dBTP.
        momentary: LUFS over 400 ms, every 0.1 s; at least -70, and nan before the first 400 ms are full.
    """

    integrated: float
    true_peak: float
    momentary: tuple[float, ...]


def loudness_argv(path: Path, track: int = 0) -> list[str]:
    """Momentary values on stdout, the summary on stderr."""
    graph = "ebur128=peak=true:framelog=quiet:metadata=1,ametadata=mode=print:key=lavfi.r128.M:file=-"
    quiet = ["-nostdin", "-hide_banner", "-nostats", "-protocol_whitelist", "file,pipe"]
    return [ffmpeg(), *quiet, "-i", file_url(path), "-map", f"a:{track}", "-af", graph, "-f", "null", "-"]


def measure_loudness(path: Path, track: int = 0) -> Loudness:
    """Of one of the file's sound tracks, counted from 0 in the file's own order; memory grows by ten numbers a second.

    Raises: StageError if ffmpeg cannot read it.
    """
    momentary: list[float] = []
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            loudness_argv(path, track), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, process_group=0
        )
        assert child.stdout is not None  # noqa: S101  (it was asked for)
        try:
            for line in child.stdout:
                found = _MOMENTARY.match(line)
                if found:
                    momentary.append(_number(found.group(1).decode()))
            child.wait()
        finally:
            stop(child)
            child.stdout.close()
        said.seek(0)
        told = said.read().decode("utf-8", "replace")
    if child.returncode:
        raise failure(told.encode(), child.returncode, file=path)
    summary = told.rpartition("Summary:")[2]
    integrated, peak = (pattern.search(summary) for pattern in (_INTEGRATED, _PEAK))
    if integrated is None or peak is None:
        raise StageError("its loudness could not be measured", file=path, cure="run again with --debug and report it")
    momentary[:FILLING] = [float("nan")] * min(FILLING, len(momentary))
    return Loudness(_number(integrated.group(1)), _number(peak.group(1)), tuple(momentary))


def _number(text: str) -> float:
    """ffmpeg's word for silence is -inf (or nan, in the first moments)."""
    value = float(text)
    return value if value > SILENCE else SILENCE
