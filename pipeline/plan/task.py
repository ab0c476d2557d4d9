"""A task: one stage's work on known inputs, frozen and JSON-safe, named by the hash of what it is made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from foundation.errors import ManifestError
from foundation.label import canonical, is_sha256
from stages import STAGES, StageSpec


@dataclass(frozen=True)
class FileInput:
    """A file of the user's. `digest`: sha256 of its bytes."""

    path: str
    digest: str

    def to_json(self) -> dict[str, str]:
        return {"file": self.path, "sha256": self.digest}


@dataclass(frozen=True)
class TaskInput:
    """Another task's artifact; `file`: the one file of it that is meant, None for the folder."""

    stage: str
    key: str
    file: str | None = None

    @property
    def digest(self) -> str:
        return "/".join([self.stage, self.key, *([self.file] if self.file else [])])

    def to_json(self) -> dict[str, str]:
        file = {} if self.file is None else {"file_in": self.file}
        return {"stage": self.stage, "key": self.key} | file


Input = FileInput | TaskInput


@dataclass(frozen=True)
class Task:
    """One unit of work.

    Attributes:
        stage: a name of stages.STAGES.
        settings: JSON-safe; part of the key.
        inputs: by the names that the stage knows them by; their digests are part of the key, their paths are not.
        performer: whose work it is, for messages only.
        frames: how many frames it handles, to weigh progress only.
    """

    stage: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, Input]
    performer: str | None = None
    frames: int = 0

    @property
    def spec(self) -> StageSpec:
        return STAGES[self.stage]

    @cached_property
    def key(self) -> str:
        """sha256 of stage name, stage version, canonical settings and input digests."""
        made_from = {
            "stage": self.stage,
            "version": self.spec.version,
            "settings": self.settings,
            "inputs": {name: given.digest for name, given in self.inputs.items()},
        }
        return hashlib.sha256(canonical(made_from).encode()).hexdigest()

    @property
    def output(self) -> TaskInput:
        """This task's artifact, as another task's input."""
        return TaskInput(self.stage, self.key)

    @property
    def needs(self) -> list[str]:
        """The keys of the tasks that must be finished first."""
        return [given.key for given in self.inputs.values() if isinstance(given, TaskInput)]

    @property
    def cost(self) -> float:
        """Expected milliseconds, to weigh progress; never 0."""
        return 50.0 + self.spec.cost * self.frames

    @property
    def label(self) -> str:
        """For a person: "mona_lisa: animate 64-127"."""
        at = self.settings.get("range")
        frames = f" {at[0]}-{at[1] - 1}" if at else ""
        return f"{self.performer}: {self.stage}{frames}" if self.performer else f"{self.stage}{frames}"

    def to_json(self) -> dict[str, Any]:
        return {
            "duet_task": 1,
            "stage": self.stage,
            "settings": dict(self.settings),
            "inputs": {name: given.to_json() for name, given in self.inputs.items()},
            "performer": self.performer,
            "frames": self.frames,
        }

    @staticmethod
    def from_json(data: Any, source: Path | None = None) -> Task:
        """The task that `to_json` wrote.

        Raises: ManifestError naming `source` if it is none.
        """
        try:
            if data["duet_task"] != 1 or data["stage"] not in STAGES:
                raise ValueError("unknown version or stage")
            inputs: dict[str, Input] = {
                str(name): FileInput(str(given["file"]), _hex(given["sha256"]))
                if "file" in given
                else TaskInput(_known_stage(given["stage"]), _hex(given["key"]), _plain(given.get("file_in")))
                for name, given in data["inputs"].items()
            }
            json.dumps(data["settings"])
            settings = dict(data["settings"])
            return Task(data["stage"], settings, inputs, data.get("performer"), int(data.get("frames", 0)))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ManifestError(
                f"is not a task file: {error}", file=source, cure="write task files with `plan --tasks FOLDER`"
            ) from error


def _known_stage(name: str) -> str:
    if name not in STAGES:
        raise ValueError(f"no stage is called {name!r}")
    return name


def _plain(name: str | None) -> str | None:
    """A name becomes part of a path, so it must not lead out of the folder."""
    if name is not None and (Path(name).name != name or name == ".."):
        raise ValueError(f"{name!r} is no plain file name")
    return name


def _hex(written: str) -> str:
    """A key becomes a path, so it must be one."""
    if not is_sha256(written):
        raise ValueError("a key or sha256 has 64 hexadecimal digits")
    return written
