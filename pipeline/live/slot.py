"""Where one thread leaves what another takes: the newest alone, so that nothing ever waits in a queue."""

from __future__ import annotations

from threading import Condition
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Ended(Exception):  # noqa: N818  (it is no error: nothing more comes)
    """Nothing more will be put."""


class Slot(Generic[Item]):
    """Room for one item.

    Attributes:
        dropped: items that were replaced before anybody took them.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._items: list[Item] = []
        self._ended = False
        self._problem: BaseException | None = None
        self.dropped = 0

    def put(self, item: Item) -> bool:
        """Replace what is there; False where nobody will take it any more."""
        with self._changed:
            if self._ended:
                return False
            self.dropped += len(self._items)
            self._items = [item]
            self._changed.notify_all()
            return True

    def take(self, seconds: float) -> Item | None:
        """What is there, waiting so long at most; None: nothing came.

        Raises:
            Ended: nothing is there, and nothing will come.
            BaseException: what `end` was given.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._ended, seconds)
            if self._items:
                return self._items.pop()
            if self._problem is not None:
                raise self._problem
            if self._ended:
                raise Ended
            return None

    def end(self, problem: BaseException | None = None) -> None:
        """Nothing more comes, for this reason if it is one. What is there can still be taken."""
        with self._changed:
            if not self._ended:
                self._ended, self._problem = True, problem
            self._changed.notify_all()
