"""Duet's own commands, run in processes of their own: what fails there, fails there."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pipeline
from foundation.codec import Json
from foundation.errors import InputError
from foundation.printable import printable
from landmarks.download import OFFLINE_VARIABLE
from pipeline.executors.machine import SHARES

PROGRAM = (sys.executable, str(Path(pipeline.__file__).parents[1] / "run_pipeline.py"))
NICE = 5
"""Below the desk's own pages."""
PATIENCE = 8.0
"""Seconds that a command has to end by itself."""
_TAIL = 4096


@dataclass
class Command:
    """A command that runs.

    Attributes:
        stopped: it was asked to end.
        last: of stderr, the last line, once it is over.
    """

    process: subprocess.Popen[bytes]
    said: IO[bytes]
    stopped: bool = False
    last: str = ""

    @staticmethod
    def start(arguments: Sequence[str], shares: int = 1) -> Command:
        """Start it, in a session of its own, so that a Ctrl-C at the desk is the desk's.

        Args:
            shares: how many run at the same time, each with its part of the machine.
        Raises: OSError.
        """
        with contextlib.ExitStack() as opened:
            said = opened.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(
                [*PROGRAM, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
                env=os.environ | {SHARES: str(shares), OFFLINE_VARIABLE: "1"},
            )
            opened.pop_all()  # it is read when the command has ended
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + NICE)
        return Command(process, said)

    def read(self, hear: Callable[[bytes], None]) -> int:
        """Hand on each line of stdout until it is over; its exit code, negative if a signal ended it."""
        assert self.process.stdout is not None  # noqa: S101  (it is a pipe)
        with self.process.stdout, self.said:
            for line in self.process.stdout:
                hear(line)
            code = self.process.wait()
            self.said.seek(max(0, self.said.seek(0, os.SEEK_END) - _TAIL))
            self.last = self.said.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        return code

    def stop(self) -> None:
        """Ask it to end, and see to it."""
        self.stopped = True
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        timer = threading.Timer(PATIENCE, self.kill)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        """End it and its workers at once, if it is still there."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @staticmethod
    def asked(arguments: Sequence[str], file: Path) -> Json:
        """Run one with `--json`, and wait for it; what its last line tells.

        Args:
            file: which it is about, for messages.
        Raises:
            InputError: it failed.
        """
        lines: list[bytes] = []
        command = Command.start(arguments)
        code = command.read(lines.append)
        told: Json = None
        with contextlib.suppress(ValueError, IndexError):
            told = json.loads(lines[-1])
        if code:
            raise InputError(command.problem(code, told), file=file)
        return told

    def problem(self, code: int, end: Json) -> str:
        """Why it failed, in one line.

        Args:
            code: its exit code.
            end: its last line of `--json`, if there was one.
        """
        if end and end.get("text"):
            return "; ".join(end.get("mistakes") or [str(end["text"])])
        if code < 0:
            return f"its process was ended by {signal.Signals(-code).name}, as when memory runs out"
        return printable(f"its process ended with code {code}: {self.last}")
