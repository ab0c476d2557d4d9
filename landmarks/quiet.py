"""Keep a native library's chatter off the terminal, and nothing else."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What MediaPipe, absl and TFLite print on stderr whenever a graph starts, whatever GLOG_minloglevel says.
CHATTER = re.compile(
    rb"^(WARNING: All log messages before absl::InitializeLog|INFO: (Created TensorFlow Lite|Initialized TensorFlow)"
    rb"|[IW]\d{4} [\d:.]+ +\d+ (face_landmarker_graph|inference_feedback_manager|gl_context|task_runner)[\w.]*:)"
)
_lock = threading.Lock()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what is written to file descriptor 2, then pass on all of it but known chatter.

    It is held in a file in the temporary folder, which stays there if the process dies in between: a crash message
    is never lost. One thread at a time may hold it; others wait.
    """
    with _lock:
        sys.stderr.flush()
        handle, name = tempfile.mkstemp(prefix="duet-stderr-", suffix=".log")
        kept = os.dup(2)
        os.dup2(handle, 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            os.close(handle)
            held = Path(name)
            for line in held.read_bytes().splitlines(keepends=True):
                if not CHATTER.match(line):
                    os.write(2, line)
            held.unlink()
