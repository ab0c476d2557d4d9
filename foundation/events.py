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
class TaskFailed:
    """A task could not be done; the run goes on with what does not need it. `error` is in one line."""

    key: str
    stage: str
    label: str
    error: str


@dataclass(frozen=True)
class TaskRepeated:
    """A task is made again: its artifact was damaged or gone, or its worker was lost. `why` is for a person."""

    key: str
    stage: str
    label: str
    why: str


@dataclass(frozen=True)
class Notice:
    """Something a user should know that is no error: which engine was chosen, and why."""

    text: str


Event = TaskStarted | TaskProgress | TaskFinished | TaskFailed | TaskRepeated | Notice
Listener = Callable[[Event], None]
