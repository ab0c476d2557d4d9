"""Working off a graph: order, failures, damage, lost workers, other processes."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foundation.artifacts import ArtifactStore
from foundation.digests import digest_of as digest
from foundation.errors import InputError, StageError
from foundation.events import Event, TaskFailed, TaskFinished, TaskRepeated, TaskStarted
from pipeline.executors.crew import Crew, Worker
from pipeline.executors.dispatch import Dispatch
from pipeline.executors.messages import Begun, InputsSound, Lost, Message
from pipeline.executors.run_task import REPEATS
from pipeline.executors.worker import attempt
from pipeline.plan.graph import Graph
from pipeline.plan.needs import Needs
from pipeline.plan.task import FileInput, Task
from stages import STAGES
from tests.fakes.stages import SPEC, ToyFacts, ToyInputs, ToySettings, put_toy, toy_task

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
        self.replaced = 0
        self._given: list[tuple[Worker, Task, Collection[str]]] = []

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def give(self, worker: Worker, task: Task, check: Collection[str]) -> None:
        self._given.append((worker, task, check))

    def replace(self, worker: Worker) -> Lost:
        self.replaced += 1
        self._given = [given for given in self._given if given[0] is not worker]
        return Lost(StageError("it hung"))

    def hear(self, seconds: float | None) -> list[tuple[Worker, Message]]:
        if not self._given:
            return []
        worker, task, check = self._given.pop(0)
        if self.lose.get(task.settings.name, 0):
            self.lose[task.settings.name] -= 1
            return [(worker, Lost(StageError("its node is gone")))]
        self.checked.append((task.settings.name, list(check)))
        said: list[tuple[Worker, Message]] = []
        ending = attempt(task, self.store, check, lambda *_: None, lambda: said.append((worker, InputsSound())))
        return [*said, (worker, ending)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """A store, and a stage "toy" that joins its inputs' words; "bad" is refused, "touched" disturbs itself, `times`."""
    disturbed = Counter[str]()

    def run(settings: ToySettings, inputs: ToyInputs, out: Path, report: Any) -> ToyFacts:
        if settings.name == "bad":
            raise InputError("is no good")
        if settings.name == "touched" and (settings.times or REPEATS) > disturbed.total():
            disturbed["touched"] += 1
            os.utime(inputs.texts[0].path)
        words = [(each.path / "words").read_text() if each.path.is_dir() else "" for each in inputs.texts]
        (out / "words").write_text(" ".join([*words, settings.name]).strip())
        return ToyFacts()

    put_toy(monkeypatch, run)
    return ArtifactStore(tmp_path / "work")


def toy(graph: Graph, name: str, *needs: Task) -> Task:
    return graph.add(toy_task(name, *(need.output for need in needs)))


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


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_one_damaged_artifact_that_many_tasks_read_is_made_again_once(
    store: ArtifactStore, how: str, workers: int
) -> None:
    graph = Graph()
    a = toy(graph, "a")
    finish(graph, [a], store)
    end = toy(graph, "end", *(toy(graph, f"u{n}", a) for n in range(3 * REPEATS)))
    damage(store, a, how)
    _, events = finish(graph, [end], store, Here(store, size=workers))
    assert words(store, end).startswith("a u0 a u1 ")
    assert [event.key for event in events if isinstance(event, TaskRepeated)] == [a.key] * (how == "flipped")
    assert made(events).count(a.key) == 1


def damage(store: ArtifactStore, task: Task, how: str) -> None:
    file = store.folder("toy", task.key) / "words"
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(b"\0" * file.stat().st_size)


@pytest.mark.parametrize("keep_going", [False, True])
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_what_is_damaged_again_and_again_ends_the_run_or_only_what_needs_it(
    store: ArtifactStore, how: str, keep_going: bool
) -> None:
    graph = Graph()
    a, other = toy(graph, "a"), toy(graph, "other")
    users = [toy(graph, f"u{n}", a) for n in range(3)]
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, TaskFinished) and event.key == a.key:
            damage(store, a, how)

    wanted = [task.key for task in (*users, other)]
    run = Dispatch(graph, wanted, store, listen, keep_going=keep_going)
    if keep_going:
        run.finish(Here(store))
        assert set(run.failed) == {a.key, *(user.key for user in users)}
        assert words(store, other) == "other"
    else:
        with pytest.raises(StageError, match="is damaged, or not there any more"):
            run.finish(Here(store))
    assert made(heard).count(a.key) == REPEATS
    assert not any(store.find("toy", user.key) for user in users)


def test_what_is_damaged_while_others_read_it_poisons_nothing(store: ArtifactStore) -> None:
    graph, a, b, d = diamond()
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, TaskFinished) and event.key == b.key and made(heard).count(b.key) == 1:
            for task in (a, b):
                damage(store, task, "flipped")

    Dispatch(graph, [d.key], store, listen, keep_going=False).finish(Here(store, size=1))
    assert words(store, d) == "a b a c d"
    assert all(store.damage("toy", key) is None for key in graph.tasks)


def test_all_of_the_work_folder_is_removed_during_the_run(store: ArtifactStore) -> None:
    graph, _, b, d = diamond()
    heard: list[Event] = []

    def listen(event: Event) -> None:
        heard.append(event)
        if isinstance(event, TaskFinished) and event.key == b.key and made(heard).count(b.key) == 1:
            shutil.rmtree(store.root)

    Dispatch(graph, [d.key], store, listen, keep_going=False).finish(Here(store))
    assert words(store, d) == "a b a c d"


def test_a_task_that_was_disturbed_is_begun_anew_so_often_and_no_more(store: ArtifactStore, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("x")
    graph = Graph()
    task = graph.add(toy_task("touched", FileInput(str(source), digest(source))))
    with pytest.raises(StageError, match="an input was changed while it was read"):
        finish(graph, [task], store)
    assert store.find("toy", task.key) is None
    once = graph.add(toy_task("touched", FileInput(str(source), digest(source)), times=REPEATS + 1))
    _, events = finish(graph, [once], store)
    assert store.find("toy", once.key) is not None
    assert [event.why[:20] for event in events if isinstance(event, TaskRepeated)] == ["an input was changed"]


def test_a_worker_that_hangs_is_not_waited_for_without_end(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUET_LEASE_SECONDS", "1")
    store = ArtifactStore(store.root)
    graph, *_, d = diamond()

    crew = Here(store, attempts=2)
    hear = crew.hear
    said: list[list[tuple[Worker, Message]]] = [[(crew.workers[0], Begun())]]

    def stuck(seconds: float | None) -> list[tuple[Worker, Message]]:
        if crew.workers[0].task and not crew.replaced:
            time.sleep(seconds or 0)
            return said.pop() if said else []
        return hear(seconds)

    crew.hear = stuck  # type: ignore[method-assign]
    _, events = finish(graph, [d], store, crew)
    assert words(store, d) == "a b a c d"
    assert [event.why for event in events if isinstance(event, TaskRepeated)] == ["it hung"]


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

        def later(seconds: float | None) -> list[tuple[Worker, Message]]:
            if heard and not crew.busy and not released:
                (store.leases.folder / a.key).unlink()
                released.append(True)
            return hear(seconds)

        crew.hear = later  # type: ignore[method-assign]
        run.finish(crew)
    assert released
    assert made(heard).count(a.key) == 2  # once in vain
    assert words(store, d) == "a b a c d"


def test_a_lone_worker_is_not_listened_to_when_all_is_done(store: ArtifactStore) -> None:
    """Else a cluster finds that nobody is left to speak."""
    graph, *_, d = diamond()
    crew = Here(store, size=1)
    hear, silent = crew.hear, []

    def counted(seconds: float | None) -> list[tuple[Worker, Message]]:
        if not crew.busy:
            silent.append(seconds)
        return hear(seconds)

    crew.hear = counted  # type: ignore[method-assign]
    finish(graph, [d], store, crew)
    assert words(store, d) == "a b a c d"
    assert silent == []


def test_no_more_is_started_than_memory_and_devices_allow() -> None:
    crew = Here(ArtifactStore(Path("unused")), size=3)
    crew.memory = 4 * GB
    crew.workers[0].has_device = True
    plain, gpu, huge = Needs(1, 0, GB), Needs(1, 1, GB), Needs(1, 0, 9 * GB)
    assert crew.suits(crew.workers[1], plain)
    assert crew.suits(crew.workers[0], gpu)
    assert not crew.suits(crew.workers[1], gpu)
    assert not crew.suits(crew.workers[0], plain)  # the next network's work would wait for it
    alone = Here(ArtifactStore(Path("unused")), size=1)
    alone.workers[0].has_device = True
    assert alone.suits(alone.workers[0], plain)
    assert crew.suits(crew.workers[1], huge)  # alone, whatever it takes
    crew.workers[2].task = toy_task("network", model=FileInput("m", "d"))  # a network: 3 GB
    assert not crew.suits(crew.workers[1], huge)
    assert crew.suits(crew.workers[1], plain)


def test_a_worker_is_given_what_its_model_is_for(store: ArtifactStore, tmp_path: Path) -> None:
    graph = Graph()
    for name in ("x", "y"):
        (tmp_path / name).write_text(name)
    tasks = [
        graph.add(toy_task(f"{n}{m}", model=FileInput(str(tmp_path / m), digest(tmp_path / m))))
        for n in range(3)
        for m in "xy"
    ]
    _, events = finish(graph, tasks, store, Here(store, size=1))
    names = [graph.tasks[key].settings.name for key in made(events)]
    assert names == ["0x", "1x", "2x", "0y", "1y", "2y"]


def test_encoders_run_one_after_the_other_while_there_is_other_work(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STAGES, "edits", replace(SPEC, encodes=True))
    graph, tasks = Graph(), []
    for name in ("edit 0", "edit 1", "a", "b", "edit 2", "edit 3"):
        task = toy_task(name)
        tasks.append(graph.add(replace(task, stage="edits") if name.startswith("edit") else task))
    for size, order in (
        (2, ["edit 0", "a", "edit 1", "b", "edit 2", "edit 3"]),
        (4, ["edit 0", "edit 1", "a", "b", "edit 2", "edit 3"]),
        (1, ["edit 0", "edit 1", "a", "b", "edit 2", "edit 3"]),
    ):
        own = ArtifactStore(store.root / str(size))
        _, events = finish(graph, tasks, own, Here(own, size))
        assert [graph.tasks[key].settings.name for key in made(events)] == order
