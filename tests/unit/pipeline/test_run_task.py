"""Running a task: once, whole, and with errors that say where."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foundation.artifacts import ArtifactStore, Spoilt
from foundation.atomic import replacing
from foundation.digests import digest_of
from foundation.errors import InputError, ManifestError, StageError
from foundation.notices import notice
from pipeline.executors.messages import Done, Told
from pipeline.executors.ray_worker import RayWorker
from pipeline.executors.run_task import run_task
from pipeline.executors.worker import Place
from pipeline.plan.task import FileInput, Task, TaskInput
from tests.fakes.stages import ToyFacts, put_toy, toy_task


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., ToyFacts]], None]:
    """Puts a stage called "toy" into the table."""

    return lambda run: put_toy(monkeypatch, run)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "work")


def toy(tmp_path: Path, name: str = "") -> Task:
    source = tmp_path / "source.txt"
    source.write_text("words")
    return toy_task(name, FileInput(str(source), digest_of(source)), performer="ann")


def test_a_task_runs_once_and_is_found_afterwards(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    calls = []

    def run(settings: Any, inputs: Any, out: Path, report: Any) -> ToyFacts:
        calls.append(settings)
        (out / "upper.txt").write_text(inputs.texts[0].path.read_text().upper())
        return ToyFacts(letters=5)

    stage(run)
    first = run_task(toy(tmp_path), store, silent)
    second = run_task(toy(tmp_path), store, silent)
    assert len(calls) == 1
    assert first.folder == second.folder
    assert (second.folder / "upper.txt").read_text() == "WORDS"
    assert second.facts == {"letters": 5}
    run_task(toy(tmp_path, "louder"), store, silent)
    assert len(calls) == 2


def test_errors_are_located_and_leave_nothing(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    def refuse(settings: Any, inputs: Any, out: Path, report: Any) -> ToyFacts:
        (out / "half.txt").write_text("half")
        raise InputError("is no good", file=inputs.texts[0].path, cure="use another")

    stage(refuse)
    with pytest.raises(InputError) as caught:
        run_task(toy(tmp_path), store, silent)
    assert str(caught.value) == f"performer ann, stage toy: {tmp_path}/source.txt: is no good (use another)"
    assert list((store.root / "toy").iterdir()) == []


def test_a_bug_is_a_stage_error_with_its_cause(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    def stumble(settings: Any, inputs: Any, out: Path, report: Any) -> ToyFacts:
        raise ZeroDivisionError("oops")

    stage(stumble)
    with pytest.raises(StageError, match="failed unexpectedly: ZeroDivisionError: oops") as caught:
        run_task(toy(tmp_path), store, silent)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.exit_code == 4


def test_inputs_that_have_gone_are_told(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    stage(lambda *_: ToyFacts())
    task = toy(tmp_path)
    (tmp_path / "source.txt").unlink()
    with pytest.raises(InputError, match="is not there any more"):
        run_task(task, store, silent)
    with pytest.raises(StageError, match="which has not run"):
        run_task(toy_task("", TaskInput("toy", "0" * 64)), store, silent)


@pytest.fixture
def upper(stage: Any) -> list[Callable[[Path], None]]:
    """The toy writes its input in capitals; whatever is put into this list is done once, while it reads."""
    disturb: list[Callable[[Path], None]] = []

    def run(settings: Any, inputs: Any, out: Path, report: Any) -> dict[str, Any]:
        if disturb:
            disturb.pop()(out)
        path = inputs.texts[0].path
        (out / "upper.txt").write_text((path / "upper.txt" if path.is_dir() else path).read_text().upper())
        return {}

    stage(run)
    return disturb


def words(store: ArtifactStore, task: Task) -> str:
    assert store.damage(task.stage, task.key) is None
    return (store.folder(task.stage, task.key) / "upper.txt").read_text()


def test_another_file_under_the_planned_name_makes_nothing(upper: Any, store: ArtifactStore, tmp_path: Path) -> None:
    task = toy(tmp_path)
    (tmp_path / "source.txt").write_text("WORSE")
    with pytest.raises(InputError, match="is not the file that was planned with"):
        run_task(task, store, silent)
    assert store.find("toy", task.key) is None
    (tmp_path / "source.txt").write_text("words")
    run_task(task, store, silent)
    assert words(store, task) == "WORDS"


def by_copy(source: Path, text: str) -> None:
    source.write_text(text)


def by_rename(source: Path, text: str) -> None:
    other = source.with_name("other.txt")
    other.write_text(text)
    other.replace(source)


def by_link(source: Path, text: str) -> None:
    by_rename(source.with_name("target.txt"), text)
    source.unlink()
    source.symlink_to(source.with_name("target.txt"))


@pytest.mark.parametrize("swap", [by_copy, by_rename, by_link])
@pytest.mark.parametrize("back", [False, True])
def test_a_file_that_is_swapped_while_it_is_read_poisons_nothing(
    upper: Any, store: ArtifactStore, tmp_path: Path, swap: Any, back: bool
) -> None:
    task = toy(tmp_path)
    source = tmp_path / "source.txt"

    def disturb(out: Path) -> None:
        swap(source, "wrong")
        (out / "x").write_text(source.read_text())
        if back:  # before anybody looks
            swap(source, "words")

    upper.append(disturb)
    if back:
        run_task(task, store, silent)
        assert words(store, task) == "WORDS"
        assert not (store.folder("toy", task.key) / "x").exists()
    else:
        with pytest.raises(InputError, match="is not the file that was planned with"):
            run_task(task, store, silent)
        assert store.find("toy", task.key) is None


def second(task: Task) -> Task:
    return toy_task("2", task.output, performer="ann")


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("how", ["flipped", "removed", "half removed"])
def test_work_that_is_damaged_while_it_is_read_poisons_nothing(
    upper: Any, store: ArtifactStore, tmp_path: Path, how: str, fails: bool
) -> None:
    first = toy(tmp_path)
    run_task(first, store, silent)
    task, file = second(first), store.folder("toy", first.key) / "upper.txt"

    def disturb(out: Path) -> None:
        if how == "flipped":
            file.write_text("WORSE")
        elif how == "removed":
            store.discard("toy", first.key)
        else:
            file.unlink()
        if fails:
            raise InputError("is no good", file=file)

    upper.append(disturb)
    with pytest.raises(Spoilt) as caught:
        run_task(task, store, silent)
    assert caught.value.keys == (first.key,)
    assert store.find("toy", task.key) is None
    run_task(first, store, silent)
    run_task(task, store, silent)
    assert words(store, task) == "WORDS"


def test_work_that_was_sealed_without_one_of_its_files_is_made_again(
    stage: Any, store: ArtifactStore, tmp_path: Path
) -> None:
    stage(lambda *_: ToyFacts())
    first = toy(tmp_path)
    for given in (first.output, replace(first.output, file="upper.txt")):
        stage(lambda settings, inputs, out, report: ToyFacts())  # somebody removed what it wrote
        run_task(first, store, silent)
        stage(lambda _, inputs, *more: ToyFacts(letters=len((inputs.texts[0].path / "upper.txt").read_text())))
        with pytest.raises(Spoilt):
            run_task(toy_task("2", given), store, silent)
        assert store.find("toy", first.key) is None


def test_who_slept_past_its_lease_looks_again(upper: Any, store: ArtifactStore, tmp_path: Path) -> None:
    task, other = toy(tmp_path), ArtifactStore(store.root)

    def sleep(out: Path) -> None:
        (store.leases.folder / task.key).unlink()  # silent for too long: another takes over
        other.sweep()
        run_task(task, other, silent)

    upper.append(sleep)
    made = run_task(task, store, silent)
    assert words(store, task) == "WORDS"
    assert [path.name for path in made.folder.parent.iterdir()] == [task.key]


@pytest.mark.parametrize("what", ["draft", "work folder"])
def test_a_folder_that_is_removed_under_a_task_is_no_error(
    upper: Any, store: ArtifactStore, tmp_path: Path, what: str
) -> None:
    task = toy(tmp_path)
    upper.append(lambda out: shutil.rmtree(out if what == "draft" else store.root))
    run_task(task, store, silent)
    assert words(store, task) == "WORDS"


def test_a_task_file_with_a_false_digest_is_refused(upper: Any, store: ArtifactStore, tmp_path: Path) -> None:
    data = toy(tmp_path).to_json()
    data["inputs"]["texts"][0]["sha256"] = "0" * 64
    with pytest.raises(InputError, match="its sha256 is"):
        run_task(Task.from_json(data), store, silent)
    for written in ("d1", "", None, "0" * 63, "Z" * 64, "../" * 20):
        data["inputs"]["texts"][0]["sha256"] = written
        with pytest.raises(ManifestError, match="is not a task file"):
            Task.from_json(data)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("libGLESv2.so.2: cannot open shared object file: No such file or directory"), "a library is missing"),
        (PermissionError(errno.EACCES, "Permission denied", "/somewhere/else"), "PermissionError"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "ConnectionResetError"),
    ],
)
def test_what_is_no_failure_to_write_is_not_called_one(
    stage: Any, store: ArtifactStore, tmp_path: Path, error: OSError, told: str
) -> None:
    def run(settings: Any, inputs: Any, out: Path, report: Any) -> ToyFacts:
        with replacing(out / "made.txt") as temporary:
            temporary.write_text("half")
            raise error

    stage(run)
    with pytest.raises(StageError, match=told) as caught:
        run_task(toy(tmp_path), store, silent)
    assert "written" not in str(caught.value)
    assert str(store.root) not in str(caught.value)
    assert str(error).partition(":")[0] in str(caught.value)


def test_a_failure_to_write_is_called_one(stage: Any, store: ArtifactStore, tmp_path: Path) -> None:
    def run(settings: Any, inputs: Any, out: Path, report: Any) -> ToyFacts:
        if settings.name == "full":
            with Path("/dev/full").open("w") as full:
                full.write("words")
        (out / "made.txt").mkdir()
        (out / "made.txt").write_text("a file where a folder is")
        return ToyFacts()

    stage(run)
    with pytest.raises(StageError, match="the disk is full"):
        run_task(toy(tmp_path, "full"), store, silent)
    with pytest.raises(StageError, match="toy: it is a folder"):
        run_task(toy(tmp_path), store, silent)


def test_a_ray_worker_tells_of_a_slow_path_in_a_line(
    stage: Any, store: ArtifactStore, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def run(settings: Any, inputs: Any, out: Path, report: Any) -> ToyFacts:
        notice("it runs slowly here: 100 % of it")
        return ToyFacts()

    stage(run)
    store.root.mkdir()
    worker = RayWorker(Place(str(store.root), devices=None, online=True))
    told, ending = worker.run(toy(tmp_path).to_json(), [])
    assert told == Told("it runs slowly here: 100 % of it")
    assert isinstance(ending, Done)
    assert "slowly" not in "".join(capfd.readouterr())
    (log,) = (store.root / "logs" / "toy").iterdir()
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [event["event"] for event in events] == ["started", "notice", "finished"]
    assert events[1]["text"] == "it runs slowly here: 100 % of it"
