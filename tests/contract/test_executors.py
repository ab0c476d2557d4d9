"""What every executor does, with the same graphs of toys."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Timer

import pytest

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError, InputError
from foundation.events import Event, TaskFailed, TaskFinished, TaskRepeated, TaskStarted
from pipeline.executors import EXECUTORS, load_executor
from pipeline.executors.base import Circumstances, Executor
from pipeline.plan.graph import Graph
from pipeline.plan.task import Task
from tests.conftest import ROOT
from tests.fakes.stages import put_toy, toy_task
from tests.fakes.working import IN_WORKERS, run
from tests.farm import cluster

WORKERS = 2


class Farm:
    """An executor with a store of its own; `heard`: what the last run told."""

    def __init__(self, executor: Executor, address: str | None, root: Path) -> None:
        self.store = ArtifactStore(root)
        self.heard: list[Event] = []
        self._executor, self._address = executor, address

    def run(
        self, graph: Graph, *wanted: Task, keep_going: bool = False, listen: Callable[[Event], None] | None = None
    ) -> dict[str, DuetError]:
        self.heard.clear()

        def hear(event: Event) -> None:
            self.heard.append(event)
            if listen:
                listen(event)

        how = Circumstances(workers=WORKERS, keep_going=keep_going, online=False, address=self._address)
        return dict(self._executor.run(graph, [task.key for task in wanted], self.store, how=how, listen=hear))

    def words(self, task: Task) -> str:
        """What a task wrote; its artifact is sound."""
        assert self.store.damage(task.stage, task.key) is None
        return (self.store.folder(task.stage, task.key) / "words").read_text()

    @property
    def started(self) -> list[str]:
        return [event.key for event in self.heard if isinstance(event, TaskStarted)]

    def no_drafts(self) -> bool:
        """Nothing half done lies in the store, and nobody holds a lease."""
        leases = self.store.leases.folder
        return not list(self.store.root.glob("*/.*-*")) and not (leases.is_dir() and list(leases.iterdir()))


CLUSTERS = ("ray",)
RUNNABLE = [pytest.param(name, marks=pytest.mark.farm) if name in CLUSTERS else name for name in EXECUTORS]


@pytest.fixture(scope="module", params=RUNNABLE)
def executor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Executor, str | None]]:
    """With workers that have the toy in their table."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "sitecustomize.py").write_text(IN_WORKERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
        patch.setenv("TOY_MARK", str(folder / "mark"))
        if request.param not in CLUSTERS:
            yield load_executor(request.param), None
            return
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # as in tests.farm_cluster: loopback only
        pytest.importorskip("ray", reason="make install-farm", exc_type=ImportError)
        with cluster() as (address, _):
            yield load_executor(request.param), address


@pytest.fixture
def farm(executor: tuple[Executor, str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Farm:
    put_toy(monkeypatch, run)
    return Farm(*executor, tmp_path / "work")


def toy(graph: Graph, name: str, *needs: Task) -> Task:
    return graph.add(toy_task(name, *(need.output for need in needs)))


def test_each_task_runs_once_and_after_what_it_needs(farm: Farm) -> None:
    graph = Graph()
    a = toy(graph, "a")
    b, c = toy(graph, "b", a), toy(graph, "c", a)
    d = toy(graph, "d", b, c)
    unasked = toy(graph, "unasked")
    assert farm.run(graph, d) == {}
    assert farm.words(d) == "a b a c d"
    assert sorted(farm.started) == sorted(task.key for task in (a, b, c, d))
    told = [(type(event), event.key) for event in farm.heard if isinstance(event, TaskStarted | TaskFinished)]
    for task in (b, c, d):
        for need in task.needs:
            assert told.index((TaskFinished, need)) < told.index((TaskStarted, task.key))
    assert farm.store.find(unasked.stage, unasked.key) is None
    assert farm.no_drafts()


def test_finished_work_is_found_and_damaged_work_made_again(farm: Farm) -> None:
    graph = Graph()
    a = toy(graph, "a")
    b = toy(graph, "b", a)
    farm.run(graph, a)
    c = toy(graph, "c", b)
    farm.run(graph, c)
    assert a.key not in farm.started
    farm.run(graph, c)
    assert farm.started == []
    assert all(event.cached for event in farm.heard if isinstance(event, TaskFinished))
    (farm.store.folder(c.stage, c.key) / "words").write_text("WORSE")
    farm.run(graph, c)
    assert farm.started == [c.key]
    assert [event.key for event in farm.heard if isinstance(event, TaskRepeated)] == [c.key]
    assert farm.words(c) == "a b c"


def test_a_failure_ends_the_run_or_only_what_needs_it(farm: Farm) -> None:
    graph = Graph()
    bad = toy(graph, "bad")
    after, good = toy(graph, "after", bad), toy(graph, "good")
    with pytest.raises(InputError, match="stage toy: is no good"):
        farm.run(graph, after)
    failed = farm.run(graph, after, good, keep_going=True)
    assert failed.keys() == {bad.key, after.key}
    assert all(isinstance(error, InputError) for error in failed.values())
    assert [event.key for event in farm.heard if isinstance(event, TaskFailed)] == [bad.key]
    assert farm.words(good) == "good"
    assert farm.store.find(bad.stage, bad.key) is None
    assert farm.no_drafts()


@pytest.mark.parametrize("how", ["dies", "device"])
def test_a_worker_that_dies_or_loses_its_device_is_replaced(farm: Farm, how: str) -> None:
    graph = Graph()
    dies = toy(graph, how, toy(graph, "a"))
    assert farm.run(graph, dies) == {}
    assert farm.words(dies) == f"a {how}"
    assert [event.key for event in farm.heard if isinstance(event, TaskRepeated)] == [dies.key]
    assert farm.no_drafts()


def test_what_another_process_makes_is_waited_for(farm: Farm) -> None:
    graph = Graph()
    warm = toy(graph, "warm")  # so that no time passes until a worker is there
    a = toy(graph, "a", warm)
    other = ExitStack()
    other.enter_context(farm.store.leases.hold(a.key))

    def later(event: Event) -> None:
        if isinstance(event, TaskStarted) and event.key == a.key:
            Timer(1.5, other.close).start()  # it was stopped: nobody makes it now

    assert farm.run(graph, a, listen=later) == {}
    assert farm.started == [warm.key, a.key, a.key]
    assert farm.words(a) == "warm a"


def test_an_interruption_stops_every_worker_and_keeps_what_is_finished(farm: Farm) -> None:
    graph = Graph()
    a = toy(graph, "a")
    slow = toy(graph, "slow", a)

    def stop(event: Event) -> None:
        if not isinstance(event, TaskStarted | TaskFinished) and event.key == slow.key:  # type: ignore[union-attr]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        farm.run(graph, slow, listen=stop)
    assert multiprocessing.active_children() == []
    assert farm.store.find(slow.stage, slow.key) is None
    assert farm.words(a) == "a"
    assert farm.no_drafts()
    b = toy(graph, "b", a)
    farm.run(graph, b)
    assert farm.started == [b.key]
