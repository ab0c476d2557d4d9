"""Running a task: once, whole, and with errors that say where."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from foundation.artifacts import ArtifactStore
from foundation.errors import InputError, StageError
from pipeline.executors.run_task import run_task
from pipeline.plan.task import FileInput, Task, TaskInput
from stages import STAGES, StageSpec


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., dict[str, Any]]], None]:
    """Puts a stage called "toy" into the table."""

    def put(run: Callable[..., dict[str, Any]]) -> None:
        module = ModuleType("stages.toys.toy")
        module.run = run  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "stages.toys.toy", module)
        monkeypatch.setitem(STAGES, "toy", StageSpec("toys", "toy", 1, "a toy", 1.0))

    return put


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "work")


def toy(tmp_path: Path, **settings: Any) -> Task:
    source = tmp_path / "source.txt"
    source.write_text("words")
    return Task("toy", settings, {"text": FileInput(str(source), "d1")}, "ann")


def test_a_task_runs_once_and_is_found_afterwards(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    calls = []

    def run(settings: Any, inputs: Any, out: Path, report: Any) -> dict[str, Any]:
        calls.append(settings)
        (out / "upper.txt").write_text(inputs["text"].read_text().upper())
        return {"letters": 5}

    stage(run)
    first = run_task(toy(tmp_path), store, silent)
    second = run_task(toy(tmp_path), store, silent)
    assert len(calls) == 1
    assert first.folder == second.folder
    assert (second.folder / "upper.txt").read_text() == "WORDS"
    assert second.facts == {"letters": 5}
    run_task(toy(tmp_path, louder=True), store, silent)
    assert len(calls) == 2


def test_errors_are_located_and_leave_nothing(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    def refuse(settings: Any, inputs: Any, out: Path, report: Any) -> dict[str, Any]:
        (out / "half.txt").write_text("half")
        raise InputError("is no good", file=inputs["text"], cure="use another")

    stage(refuse)
    with pytest.raises(InputError) as caught:
        run_task(toy(tmp_path), store, silent)
    assert str(caught.value) == f"performer ann, stage toy: {tmp_path}/source.txt: is no good (use another)"
    assert list((store.root / "toy").iterdir()) == []


def test_a_bug_is_a_stage_error_with_its_cause(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    def stumble(settings: Any, inputs: Any, out: Path, report: Any) -> dict[str, Any]:
        raise ZeroDivisionError("oops")

    stage(stumble)
    with pytest.raises(StageError, match="failed unexpectedly: ZeroDivisionError: oops") as caught:
        run_task(toy(tmp_path), store, silent)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.exit_code == 4


def test_inputs_that_have_gone_are_told(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    stage(lambda *_: {})
    task = toy(tmp_path)
    (tmp_path / "source.txt").unlink()
    with pytest.raises(InputError, match="is not there any more"):
        run_task(task, store, silent)
    with pytest.raises(StageError, match="which has not run"):
        run_task(Task("toy", {}, {"text": TaskInput("toy", "0" * 64)}), store, silent)
