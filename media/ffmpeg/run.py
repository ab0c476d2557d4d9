"""Running ffmpeg: an argument list, no shell, its last words as the error, no child left behind."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from foundation.errors import StageError

_NOISE = ("conversion failed!", "exiting normally", "error while filtering", "terminating thread", "task finished")
_GRACE = 5.0  # seconds between asking ffmpeg to end and making it


def run_ffmpeg(argv: list[str], *, stage: str | None = None, file: Path | str | None = None) -> None:
    """Run to the end.

    Args:
        argv: from `media.ffmpeg.argv`.
        stage, file: what an error names.
    Raises: StageError with ffmpeg's last meaningful line and a cure, if it fails or cannot be started.
    """
    child = start_ffmpeg(argv, stage=stage, file=file, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, said = child.communicate()
    except BaseException:
        stop(child)
        raise
    if child.returncode:
        raise failure(said, child.returncode, stage=stage, file=file)


def start_ffmpeg(
    argv: list[str],
    *,
    stdin: int,
    stderr: int | IO[bytes],
    stdout: int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    stage: str | None = None,
    file: Path | str | None = None,
) -> subprocess.Popen[bytes]:
    """The running child. It gets no Ctrl-C of its own: who started it decides how it ends.

    Args:
        environment: variables that it has besides this process's own.
        folder: where it runs; None: here.
    Raises: StageError if it cannot be started.
    """
    try:
        variables = None if environment is None else {**os.environ, **environment}
        return subprocess.Popen(
            argv, stdin=stdin, stdout=stdout, stderr=stderr, env=variables, cwd=folder, process_group=0
        )
    except OSError as problem:
        told = f"ffmpeg cannot be started: {problem.strerror or problem}"
        raise StageError(told, file=file, stage=stage, cure="pip install imageio-ffmpeg") from problem


def stop(child: subprocess.Popen[bytes]) -> None:
    """End a child that is of no more use, and wait until it is gone."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()


def failure(said: bytes, code: int, *, stage: str | None = None, file: Path | str | None = None) -> StageError:
    """What ffmpeg's stderr means to a user."""
    lines = [line.strip() for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    if any("no space left on device" in line.lower() for line in lines):
        cure = "free some space and run again: what is finished is kept"
        return StageError("the disk is full", file=file, stage=stage, cure=cure)
    if any("permission denied" in line.lower() for line in lines):
        cure = "choose a folder that you may write to"
        return StageError("it cannot be written or read", file=file, stage=stage, cure=cure)
    meaningful = [line for line in lines if not any(noise in line.lower() for noise in _NOISE)]
    reason = (meaningful or lines or [f"exit code {code}"])[-1]
    cure = "run `duet doctor` to see whether this ffmpeg is complete"
    return StageError(f"ffmpeg failed: {reason}", file=file, stage=stage, cure=cure)
