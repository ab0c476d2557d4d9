"""A task: one stage's work on known inputs, frozen and JSON-safe, named by the hash of what it is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from foundation.codec import Json, encode, settled
from foundation.errors import ManifestError
from foundation.label import canonical
from foundation.times import FrameRange
from stages import STAGES, StageSpec
from stages.contract import A, Contract, F, I, S
from stages.handles import FileInput, Input, TaskInput, handles, write_digest, write_handle

__all__ = ["FileInput", "Input", "Task", "TaskInput"]

FORMAT = 2
"""Of task files: raised whenever files of before cannot be read any more."""


@dataclass(frozen=True)
class Task:
    """One unit of work.

    Attributes:
        stage: a name of stages.STAGES.
        settings: of the stage's own type; part of the key.
        inputs: of the stage's own type; their digests are part of the key, their paths are not.
        performer: whose work it is, for messages only.
        frames: how many frames it handles, to weigh progress only.
    """

    stage: str
    settings: Any
    inputs: Any
    performer: str | None = None
    frames: int = 0

    @staticmethod
    def of(
        contract: Contract[S, I, F, A], settings: S, inputs: I, performer: str | None = None, frames: int = 0
    ) -> Task:
        """A task of the stage whose contract this is.

        Raises:
            ValueError: a setting's value is not of its type.
        """
        return Task(contract.stage, settled(settings), inputs, performer, frames)

    @property
    def spec(self) -> StageSpec:
        return STAGES[self.stage]

    @cached_property
    def key(self) -> str:
        """sha256 of stage name, stage version, canonical settings and input digests."""
        made_from = {
            "stage": self.stage,
            "version": self.spec.version,
            "settings": encode(self.settings),
            "inputs": encode(self.inputs, write_digest),
        }
        return hashlib.sha256(canonical(made_from).encode()).hexdigest()

    @property
    def output(self) -> TaskInput:
        """This task's artifact, as another task takes it."""
        return TaskInput(self.stage, self.key)

    @property
    def given(self) -> Iterator[tuple[str, Input]]:
        """Everything that it reads, by names for people."""
        yield from ((name, handle.given) for name, handle in handles(self.inputs))

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The keys of the tasks that must be finished first."""
        return tuple(given.key for _, given in self.given if isinstance(given, TaskInput))

    @property
    def chunk(self) -> FrameRange | None:
        """The frames that it makes, where it is one of many chunks."""
        found: FrameRange | None = getattr(self.settings, "range", None)
        return found

    @property
    def cost(self) -> float:
        """Expected milliseconds, to weigh progress; never 0."""
        return 50.0 + self.spec.cost * self.frames

    @property
    def room(self) -> int:
        """Expected bytes that it leaves in the work folder."""
        return round(1000 * self.spec.kilobytes * max(1, self.frames))

    @property
    def label(self) -> str:
        """For a person: "mona_lisa: animate 64-127"."""
        made: FrameRange | None = self.chunk or getattr(self.settings, "piece", None)
        frames = f" {made.start}-{made.stop - 1}" if made else ""
        return f"{self.performer}: {self.stage}{frames}" if self.performer else f"{self.stage}{frames}"

    def to_json(self) -> dict[str, Json]:
        return {
            "duet_task": FORMAT,
            "stage": self.stage,
            "settings": encode(self.settings),
            "inputs": encode(self.inputs, write_handle),
            "performer": self.performer,
            "frames": self.frames,
        }

    @staticmethod
    def from_json(data: Json, source: Path | None = None) -> Task:
        """The task that `to_json` wrote.

        Raises:
            ManifestError: naming `source`, if it is none.
        """
        cure = "write task files with `plan --tasks FOLDER`"
        try:
            if data["duet_task"] != FORMAT:
                raise ValueError(f"it has format {data['duet_task']}, and this version reads {FORMAT}")
            if data["stage"] not in STAGES:
                raise ValueError(f"no stage is called {data['stage']!r}")
            _check_counts(data)
            settings, inputs = STAGES[data["stage"]].contract().read(data["settings"], data["inputs"])
            return Task(data["stage"], settings, inputs, data.get("performer"), int(data.get("frames", 0)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ManifestError(f"is not a task file: {error}", file=source, cure=cure) from error


MOST_FRAMES = 24 * 3600 * 1000
"""A day at the highest rate there is."""


def _check_counts(data: Json) -> None:
    """Raises: ValueError for a count of frames that nothing has, for it would be taken for a list's length."""
    parts = [data]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            for name, value in part.items():
                if name in ("frames", "start", "stop") and isinstance(value, int) and abs(value) > MOST_FRAMES:
                    raise ValueError(f"{name} is {str(value)[:20]}, and a day has {MOST_FRAMES} frames at most")
        parts += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
