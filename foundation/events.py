"""What a run tells while it works. Executors emit these; only the command line draws them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class TaskStarted:
    """A task begins. `label` names it for a person: "president: animate 64-128"."""

    key: str
    stage: str
    label: str


@dataclass(frozen=True)
class TaskProgress:
    """`done` of `total` units (frames) of a running task."""

    key: str
    done: int
    total: int


@dataclass(frozen=True)
class TaskFinished:
    """A task's artifact is there; `cached` if it was there before. `seconds` of work, 0 if cached."""

    key: str
    stage: str
    label: str
    cached: bool
    seconds: float


@dataclass(frozen=True)
class Notice:
    """Something a user should know that is no error: which engine was chosen, and why."""

    text: str


Event = TaskStarted | TaskProgress | TaskFinished | Notice
Listener = Callable[[Event], None]
