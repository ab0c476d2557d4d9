"""Keeps stdout for what the command line tells: a library's threads that print are heard on stderr."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO


class _MainThreadsOutput:
    """A text stream: the main thread writes to `stream`, every other to stderr."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        main = threading.current_thread() is threading.main_thread()
        return (self._stream if main else sys.stderr).write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def own_output() -> Iterator[None]:
    """While the block runs, only the main thread writes to stdout."""
    before = sys.stdout
    sys.stdout = _MainThreadsOutput(before)
    try:
        yield
    finally:
        sys.stdout = before
