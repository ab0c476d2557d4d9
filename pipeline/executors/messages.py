"""What a worker says of its task: one union of types, for workers on this machine and on a Ray cluster.

Messages are pickled on their way; whoever gets one needs to decode nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.errors import DuetError


@dataclass(frozen=True)
class Begun:
    """The task has begun."""


@dataclass(frozen=True)
class Progress:
    """How far the task is, in frames."""

    done: int
    total: int


@dataclass(frozen=True)
class Told:
    """A line for the user."""

    text: str


@dataclass(frozen=True)
class InputsSound:
    """The inputs that were to be checked are as they were made."""


@dataclass(frozen=True)
class Done:
    """The artifact is there, after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Busy:
    """Another process makes the artifact."""


@dataclass(frozen=True)
class InputsSpoilt:
    """Inputs are damaged, or gone. `keys`: theirs."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class Again:
    """The task has lost its work, through no fault of its own, and wants to begin anew."""

    why: str


@dataclass(frozen=True)
class Failed:
    """The task cannot be done. `told`: the error, as DuetError.to_json; `trace`: the worker's traceback."""

    told: Mapping[str, str | None]
    trace: str

    @property
    def error(self) -> DuetError:
        """The error, with the worker's traceback as a note."""
        error = DuetError.from_json(dict(self.told))
        error.add_note(self.trace)
        return error


@dataclass(frozen=True)
class Lost:
    """The worker is gone. `error`: what to say if no other one takes the task."""

    error: DuetError


UnderWay = Begun | Progress
Ending = Done | Busy | InputsSpoilt | Again | Failed | Lost
Message = UnderWay | Told | InputsSound | Ending
