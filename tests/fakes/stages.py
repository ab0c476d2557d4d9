"""A stage of two lines, for tests of what plans and runs stages."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from pipeline.plan.task import FileInput, Input, Task
from stages import STAGES, StageSpec
from stages.artifacts import File
from stages.contract import Contract

if TYPE_CHECKING:  # workers put the toy into their table, too, and have no use for the tests' own library
    import pytest


@dataclass(frozen=True, kw_only=True)
class ToySettings:
    """Attributes:
    name: whatever the test wants.
    times: how often it does something.
    """

    name: str = ""
    times: int = 0


@dataclass(frozen=True, kw_only=True)
class ToyInputs:
    """Attributes:
    texts: files, or the folders of other toys.
    files: as for an engine.
    """

    texts: tuple[File, ...] = ()
    files: dict[str, File] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ToyFacts:
    """Attributes:
    letters: how many were read.
    """

    letters: int = 0


TOY = Contract("toy", ToySettings, ToyInputs, ToyFacts, File)
SPEC = StageSpec("toys", "toy", 1, "a toy", 1.0)
Run = Callable[..., ToyFacts]


def put_toy(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """Put a stage called "toy" into the table, with its contract, until the test is over."""
    for name, module in _modules(run).items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(STAGES, "toy", SPEC)


def install_toy(run: Run) -> None:
    """The same in a worker's process, for good."""
    sys.modules.update(_modules(run))
    STAGES["toy"] = SPEC


def _modules(run: Run) -> dict[str, ModuleType]:
    made = {}
    for name, what in (("stages.toys.toy", {"run": run}), ("stages.contracts.toy", {"CONTRACT": TOY})):
        made[name] = ModuleType(name)
        vars(made[name]).update(what)
    return made


def toy_task(
    name: str, *texts: Input, performer: str | None = None, times: int = 0, model: FileInput | None = None
) -> Task:
    """A task of the toy."""
    files = {} if model is None else {"model": File(model)}
    inputs = ToyInputs(texts=tuple(File(text) for text in texts), files=files)
    return Task.of(TOY, ToySettings(name=name, times=times), inputs, performer)
