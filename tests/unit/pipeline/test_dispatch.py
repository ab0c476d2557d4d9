"""Working off a graph: order, failures, damage, lost workers, other processes."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError, InputError, StageError
from foundation.events import Event, TaskFailed, TaskFinished, TaskRepeated, TaskStarted
from pipeline.executors.crew import Crew, Said, Worker
from pipeline.executors.dispatch import Dispatch
from pipeline.executors.worker import attempt
from pipeline.plan.graph import Graph
from pipeline.plan.needs import Needs
from pipeline.plan.task import FileInput, Task
from stages import STAGES, StageSpec

GB = 1 << 30


class Here(Crew):
    """Workers that work in this process, when they are listened to. `lose`: labels whose worker dies, so often."""

    def __init__(
        self, store: ArtifactStore, size: int = 2, attempts: int = 1, lose: dict[str, int] | None = None
    ) -> None:
        super().__init__(attempts)
        self.workers = [Worker() for _ in range(size)]
        self.store, self.lose = store, lose or {}
        self.checked: list[tuple[str, list[str]]] = []
        self._given: list[tuple[Worker, Task, Collection[str]]] = []

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def give(self, worker: Worker, task: Task, check: Collection[str]) -> None:
        self._given.append((worker, task, check))

    def hear(self, seconds: float | None) -> list[tuple[Worker, Said]]:
        if not self._given:
            return []
        worker, task, check = self._given.pop(0)
        if self.lose.get(task.settings["name"], 0):
            self.lose[task.settings["name"]] -= 1
            return [(worker, Said("lost", (StageError("its node is gone"),)))]
        self.checked.append((task.settings["name"], list(check)))
        said: list[tuple[Worker, Said]] = []
        kind, *rest = attempt(task, self.store, check, lambda *_: None, lambda: said.append((worker, Said("sound"))))
        values = (DuetError.from_json(rest[0]),) if kind == "failed" else tuple(rest)
        return [*said, (worker, Said(kind, values))]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """A store, and a stage "toy" that joins its inputs' words; the name "bad" is refused."""

    def run(settings: Any, inputs: dict[str, Path], out: Path, report: Any) -> dict[str, Any]:
        if settings["name"] == "bad":
            raise InputError("is no good")
        words = [(path / "words").read_text() if path.is_dir() else "" for _, path in sorted(inputs.items())]
        (out / "words").write_text(" ".join([*words, settings["name"]]).strip())
        return {}

    module = ModuleType("stages.toys.toy")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "stages.toys.toy", module)
    monkeypatch.setitem(STAGES, "toy", StageSpec("toys", "toy", 1, "a toy", 1.0))
    return ArtifactStore(tmp_path / "work")


def toy(graph: Graph, name: str, *needs: Task) -> Task:
    return graph.add(Task("toy", {"name": name}, {f"in{n}": need.output for n, need in enumerate(needs)}))


def diamond() -> tuple[Graph, Task, Task, Task]:
    """a -> b, c -> d"""
    graph = Graph()
    a = toy(graph, "a")
    b = toy(graph, "b", a)
    toy(graph, "d", b, toy(graph, "c", a))
    tasks = list(graph)
    return graph, tasks[0], tasks[1], tasks[-1]


def finish(
    graph: Graph, wanted: list[Task], store: ArtifactStore, crew: Here | None = None, keep_going: bool = False
) -> tuple[Dispatch, list[Event]]:
    heard: list[Event] = []
    run = Dispatch(graph, [task.key for task in wanted], store, heard.append, keep_going=keep_going)
    run.finish(crew or Here(store))
    return run, heard


def words(store: ArtifactStore, task: Task) -> str:
    return (store.folder("toy", task.key) / "words").read_text()


def made(events: list[Event]) -> list[str]:
    return [event.key for event in events if isinstance(event, TaskStarted)]


def test_everything_runs_once_after_what_it_needs(store: ArtifactStore) -> None:
    graph, a, _, d = diamond()
    run, events = finish(graph, [d], store)
    assert words(store, d) == "a b a c d"
    assert made(events) == list(graph.tasks)
    assert run.failed == {}
    _, again = finish(graph, [d], store)
    assert made(again) == []
    assert [event.cached for event in again if isinstance(event, TaskFinished)] == [True] * 4
    _, part = finish(graph, [a], ArtifactStore(store.root / "other"))
    assert made(part) == [a.key]


@pytest.mark.parametrize("which", [0, 1, 3])
def test_damaged_work_is_found_by_its_digest_and_made_again(store: ArtifactStore, which: int) -> None:
    graph, *_, d = diamond()
    finish(graph, [d], store)
    store.discard("toy", list(graph.tasks)[3])
    if which == 3:
        finish(graph, [d], store)
    damaged = store.folder("toy", list(graph.tasks)[which]) / "words"
    damaged.write_bytes(b"\0" * damaged.stat().st_size)  # what a power failure leaves
    if which == 0:
        store.discard("toy", list(graph.tasks)[1])  # else nobody reads it
    _, events = finish(graph, [d], store)
    assert words(store, d) == "a b a c d"
    assert list(graph.tasks)[which] in made(events)
    assert [event.key for event in events if isinstance(event, TaskRepeated)] == [list(graph.tasks)[which]]


def test_each_finished_artifact_is_checked_once_a_run_and_new_ones_never(store: ArtifactStore) -> None:
    graph = Graph()
    a = toy(graph, "a")
    finish(graph, [a], store)
    users = [toy(graph, f"u{n}", a) for n in range(4)]
    end = toy(graph, "end", *users)
    crew = Here(store, size=3)
    finish(graph, [end], store, crew)
    assert sum(check == [a.key] for _, check in crew.checked) == 1
    assert dict(crew.checked)["end"] == []


def test_work_that_vanishes_during_the_run_is_made_again(store: ArtifactStore) -> None:
    graph, a, _, d = diamond()
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, TaskFinished) and event.key == list(graph.tasks)[2] and len(made(heard)) == 3:
            store.discard("toy", a.key)
            store.discard("toy", list(graph.tasks)[1])

    run = Dispatch(graph, [d.key], store, listen, keep_going=False)
    run.finish(Here(store))
    assert words(store, d) == "a b a c d"


def test_a_failure_ends_the_run_or_only_what_needs_it(store: ArtifactStore) -> None:
    graph = Graph()
    bad = toy(graph, "bad")
    after = toy(graph, "after", bad)
    good = toy(graph, "good")
    with pytest.raises(InputError, match="is no good"):
        finish(graph, [after, good], store)
    run, events = finish(graph, [after, good], store, keep_going=True)
    assert words(store, good) == "good"
    assert set(run.failed) == {bad.key, after.key}
    assert [event.key for event in events if isinstance(event, TaskFailed)] == [bad.key]


def test_a_lost_worker_s_task_goes_to_another_so_often_and_no_more(store: ArtifactStore) -> None:
    graph, *_, d = diamond()
    _, events = finish(graph, [d], store, Here(store, attempts=3, lose={"b": 2}))
    assert words(store, d) == "a b a c d"
    assert sum(isinstance(event, TaskRepeated) for event in events) == 2
    with pytest.raises(StageError, match="its node is gone"):
        finish(graph, [d], ArtifactStore(store.root / "other"), Here(store, attempts=3, lose={"c": 3}))


def test_what_another_process_makes_is_waited_for(store: ArtifactStore) -> None:
    graph, a, _, d = diamond()
    heard: list[Event] = []
    with store.leases.hold(a.key):
        run = Dispatch(graph, [d.key], ArtifactStore(store.root), heard.append, keep_going=False)
        crew = Here(store)
        hear = crew.hear
        released: list[bool] = []

        def later(seconds: float | None) -> list[tuple[Worker, Said]]:
            if heard and not crew.busy and not released:
                (store.leases.folder / a.key).unlink()
                released.append(True)
            return hear(seconds)

        crew.hear = later  # type: ignore[method-assign]
        run.finish(crew)
    assert released
    assert made(heard).count(a.key) == 2  # once in vain
    assert words(store, d) == "a b a c d"


def test_no_more_is_started_than_memory_and_devices_allow() -> None:
    crew = Here(ArtifactStore(Path("unused")), size=3)
    crew.memory = 4 * GB
    crew.workers[0].has_device = True
    plain, gpu, huge = Needs(1, 0, GB), Needs(1, 1, GB), Needs(1, 0, 9 * GB)
    assert crew.suits(crew.workers[1], plain)
    assert crew.suits(crew.workers[0], gpu)
    assert not crew.suits(crew.workers[1], gpu)
    assert crew.suits(crew.workers[1], huge)  # alone, whatever it takes
    crew.workers[2].task = Task("probe", {}, {"file.model": FileInput("m", "d")})  # a network: 3 GB
    assert not crew.suits(crew.workers[1], huge)
    assert crew.suits(crew.workers[1], plain)


def test_a_worker_is_given_what_its_model_is_for(store: ArtifactStore, tmp_path: Path) -> None:
    graph = Graph()
    for name in ("x", "y"):
        (tmp_path / name).write_text(name)
    tasks = [
        graph.add(Task("toy", {"name": f"{n}{m}"}, {"file.model": FileInput(str(tmp_path / m), m)}))
        for n in range(3)
        for m in "xy"
    ]
    _, events = finish(graph, tasks, store, Here(store, size=1))
    names = [graph.tasks[key].settings["name"] for key in made(events)]
    assert names == ["0x", "1x", "2x", "0y", "1y", "2y"]
