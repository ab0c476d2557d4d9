"""A real desk, started as people start it, and where a browser for it is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
SECONDS = 60


@contextmanager
def open_desk(folder: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A desk over a folder: its address, and its process."""
    command = [sys.executable, str(ROOT / "run_pipeline.py"), "desk", str(folder), "--port", str(port)]
    environment = os.environ | {"DUET_WORK": str(folder.parent / "work"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1].rstrip("/"), process
        process.terminate()
        assert process.wait(SECONDS) in (0, -signal.SIGKILL)
