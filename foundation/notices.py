"""What a user should know though nothing failed: one line each, through the standard library's logging."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOGGER = logging.getLogger("duet")


def notice(text: str) -> None:
    """Tell a line. Where nobody listens, it goes to stderr."""
    LOGGER.warning("%s", text)


@contextmanager
def notices_told(tell: Callable[[str], object]) -> Iterator[None]:
    """Meanwhile `tell` is given each notice, beside others that listen; none goes to stderr."""
    handler = _Teller(tell)
    LOGGER.addHandler(handler)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)


class _Teller(logging.Handler):
    def __init__(self, tell: Callable[[str], object]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(record.getMessage())
