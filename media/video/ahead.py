"""Read ahead: decode the next frames while the caller works on this one."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")
AHEAD = 4
"""Frames that wait at most: memory does not grow with the clip."""


def ahead(items: Iterable[Item], most: int = AHEAD) -> Generator[Item]:
    """The same items in the same order, made in a thread of their own; at most `most` of them wait.

    What goes wrong there is raised here, in its place. A caller that stops early ends the thread by closing this, which
    it must do before it closes what the items are made from.
    """
    waiting: Queue[tuple[bool, Item | BaseException | None]] = Queue(most)
    stopped = Event()

    def put(entry: tuple[bool, Item | BaseException | None]) -> None:
        while not stopped.is_set():
            try:
                waiting.put(entry, timeout=0.1)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                put((True, item))
                if stopped.is_set():
                    return
            put((False, None))
        except BaseException as problem:  # raised again where the items are used
            put((False, problem))

    thread = Thread(target=work, name="read ahead", daemon=True)
    thread.start()
    try:
        while True:
            more, item = waiting.get()
            if isinstance(item, BaseException):
                raise item
            if not more:
                return
            yield item  # type: ignore[misc]  # an item, as `more` says
    finally:
        stopped.set()
        thread.join()
