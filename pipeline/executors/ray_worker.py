"""What runs on a Ray cluster's machines: one long-lived process a worker, whose models stay loaded. Needs no Ray."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from foundation.notices import notices_told
from pipeline.executors.messages import Message, Told
from pipeline.executors.worker import Place, attempt, settle
from pipeline.plan.task import Task


class RayWorker:
    """An actor. `run` and `progress` are called at the same time, from two threads."""

    def __init__(self, place: Place) -> None:
        self._store = settle(place)
        self._state: tuple[int, int, bool] = (0, 0, False)

    def ready(self, token: str) -> bool:
        """Whether the driver's work folder is this machine's too: the driver has put a file of this name into it."""
        return (Path(self._store.root) / token).is_file()

    def run(self, told: dict[str, Any], check: list[str]) -> list[Message]:
        """What the worker says of the task besides its progress; at last, how it ended."""
        self._state = (0, 0, False)
        said: list[Message] = []

        def report(done: int, total: int) -> None:
            self._state = (done, total, self._state[2])

        def sound() -> None:
            self._state = (*self._state[:2], True)

        with notices_told(lambda text: said.append(Told(text))):
            ending = attempt(Task.from_json(told), self._store, check, report, sound)
        return [*said, ending]

    def progress(self) -> tuple[int, int, bool]:
        """Frames done, of how many; and whether the inputs to check have been found sound."""
        return self._state
