"""Putting what is finished where it is wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foundation.artifacts import ArtifactStore, Spoilt
from foundation.errors import StageError
from pipeline.cli.deliver import put
from pipeline.executors.run_task import run_task
from stages.artifacts import File
from tests.fakes.stages import ToyFacts, put_toy, toy_task


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "work")


@pytest.fixture
def made(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> File:
    """A finished artifact with a file "words"."""

    def run(settings: Any, inputs: Any, out: Path, report: Any) -> ToyFacts:
        (out / "words").write_text("la la")
        return ToyFacts()

    put_toy(monkeypatch, run)
    task = toy_task("a")
    run_task(task, store, lambda done, total: None)
    return File(task.output)


def test_a_folder_that_went_while_the_work_was_done_is_made_again(
    store: ArtifactStore, made: File, tmp_path: Path
) -> None:
    put(store, made, "words", tmp_path / "gone" / "deep" / "words.txt")
    assert (tmp_path / "gone" / "deep" / "words.txt").read_text() == "la la"


def test_a_place_that_takes_no_file_is_told_and_costs_no_work(store: ArtifactStore, made: File) -> None:
    """/proc says of new files, to those who may write everywhere, that there is no such folder."""
    with pytest.raises(StageError, match=r"the folder does not exist|cannot be written"):
        put(store, made, "words", Path("/proc/words.txt"))
    assert store.find(made.stage, made.key) is not None


def test_work_that_is_gone_is_made_again(store: ArtifactStore, made: File, tmp_path: Path) -> None:
    found = store.need(made.stage, made.key)
    (found.folder / "words").write_text("na na")
    with pytest.raises(Spoilt):
        put(store, made, "words", tmp_path / "words.txt")
    assert store.find(made.stage, made.key) is None
    assert not (tmp_path / "words.txt").exists()
