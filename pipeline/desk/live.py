"""What a render tells while it runs: the lines of `--json`, gathered for people who look on."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from foundation.codec import Json

MOST_NOTICES = 20
MOST_TASKS = 64


@dataclass
class Doing:
    """A task that runs: `done` of `total` frames, since `began` (monotonic seconds)."""

    label: str
    began: float
    done: int = 0
    total: int = 0

    def shown(self) -> Json:
        spent = time.monotonic() - self.began
        left = round(spent * (self.total - self.done) / self.done) if self.done else None
        return {"label": self.label, "done": self.done, "total": self.total, "seconds_left": left}


@dataclass
class Live:
    """A render, as far as its events have come.

    Attributes:
        percent: of all of it, finished work included.
        seconds_left: None while that is not known.
        end: its last line: Done, Failed or Stopped.
    """

    percent: float = 0.0
    seconds_left: float | None = None
    finished: int = 0
    cached: int = 0
    tasks: dict[str, Doing] = field(default_factory=dict)
    notices: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_NOTICES))
    end: Json = None

    def hear(self, line: bytes) -> None:
        """A line; one that is none of ours says nothing."""
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            told = json.loads(line)
            _HEARD.get(told["event"], Live._whole)(self, told)
            self.percent = float(told.get("percent", self.percent))
            self.seconds_left = told.get("seconds_left", self.seconds_left)

    def _last(self, told: Json) -> None:
        self.end = told

    def _noticed(self, told: Json) -> None:
        self.notices.append(str(told["text"]))

    def _whole(self, told: Json) -> None:
        """Nothing but how far the whole is."""

    def _started(self, told: Json) -> None:
        if len(self.tasks) < MOST_TASKS:
            self.tasks[told["key"]] = Doing(told["label"], time.monotonic())

    def _went_on(self, told: Json) -> None:
        doing = self.tasks.get(told["key"])
        if doing:
            doing.done, doing.total = int(told["done"]), int(told["total"])

    def _over(self, told: Json) -> None:
        self.tasks.pop(told["key"], None)
        self.finished += 1
        self.cached += bool(told.get("cached"))

    def _again(self, told: Json) -> None:
        self.tasks.pop(told["key"], None)
        self.notices.append(f"again: {told['label']}: {told['why']}")

    def shown(self) -> Json:
        """For the page; whoever asks need not wait for whoever tells."""
        tasks = [doing.shown() for doing in list(self.tasks.values())]
        about = {"percent": self.percent, "seconds_left": self.seconds_left, "finished": self.finished}
        return about | {"cached": self.cached, "tasks": tasks, "notices": list(self.notices)}


_HEARD: dict[str, Callable[[Live, Json], None]] = {
    "Done": Live._last,
    "Failed": Live._last,
    "Stopped": Live._last,
    "Notice": Live._noticed,
    "TaskStarted": Live._started,
    "TaskProgress": Live._went_on,
    "TaskFinished": Live._over,
    "TaskFailed": Live._over,
    "TaskRepeated": Live._again,
}
