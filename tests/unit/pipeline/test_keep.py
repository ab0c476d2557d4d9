"""What goes when a result is checked: what is soon made again, and no other result needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foundation.artifacts import ArtifactStore
from pipeline.plan.expand import Plan
from pipeline.plan.keep import PASSING, Keep, Shares, is_spare
from pipeline.plan.task import Task
from pipeline.plan.task_log import TaskLog, spent_on
from pipeline.report.cost import Cost, cost_of
from pipeline.report.left import Left, left_of
from stages import STAGES
from tests.fakes.stages import ToyFacts, put_toy
from tests.unit.pipeline.test_dispatch import diamond, toy
from tests.unit.pipeline.test_plan import only, plan


def test_frames_that_are_soon_made_again_go_and_what_they_are_made_from_stays(tmp_path: Path) -> None:
    made = plan(tmp_path)
    spare = {task.stage for task in made.graph if is_spare(task, Keep.SOURCES)}
    assert spare == {"animate"}
    assert not any(is_spare(task, Keep.ALL) for task in made.graph)
    assert all(is_spare(task, Keep.NOTHING) for task in made.graph)
    assert STAGES.keys() >= PASSING


def test_what_a_network_has_animated_is_dear(tmp_path: Path) -> None:
    made = plan(tmp_path, defaults={"engine": "tpsmm", "tpsmm": {"config": "duet-128"}})
    assert {task.stage for task in made.graph if is_spare(task, Keep.SOURCES)} == {"composite"}


def test_what_several_results_need_goes_with_the_last_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    put_toy(monkeypatch, lambda *_: ToyFacts())
    graph, a, b, d = diamond()
    other = toy(graph, "other", b)
    shares = Shares(graph, [[d.key], [other.key]])
    assert {task.key for task in shares.over([other.key])} == {other.key}
    assert {task.key for task in shares.over([d.key])} == graph.tasks.keys() - {other.key}
    assert a.key in graph.tasks


def finished(store: ArtifactStore, task: Task, **told: Any) -> None:
    spent = {"seconds": 8.0, "processor": 6.0, "memory": 1000} | told
    TaskLog(store.root, task).finished(spent, size=task.frames * 1_000_000)


def test_the_past_is_told_by_logs_which_outlive_the_work(tmp_path: Path) -> None:
    made, store = plan(tmp_path), ArtifactStore(tmp_path / "work")
    first = only(made, "animate")
    guess = row_of(made, store, Keep.SOURCES)
    assert (guess.past, guess.frames, guess.stays) == (0, 600, 0)
    assert guess.size > 0
    finished(store, first, seconds=1.0)
    finished(store, first)  # made again: what counts is how it went last
    known = row_of(made, store, Keep.SOURCES)
    assert (known.past, known.tasks, known.memory) == (1, 10, 1000)
    assert known.seconds == pytest.approx(600 / 64 * 8.0)
    assert (known.size, known.stays) == (600_000_000, 0)
    assert row_of(made, store, Keep.ALL).stays == 600_000_000


def row_of(made: Plan, store: ArtifactStore, keep: Keep) -> Cost:
    return next(row for row in cost_of(made.graph, made.graph.unfinished(store), store, keep) if row.stage == "animate")


@pytest.mark.parametrize(
    "damage", [b"{", b'{"event": "finished"}', b"[" * 100_000, b'{"event": "finished", "frames": "x"}']
)
def test_a_log_that_says_nothing_is_passed_by(tmp_path: Path, damage: bytes) -> None:
    made, store = plan(tmp_path), ArtifactStore(tmp_path / "work")
    task = only(made, "animate")
    finished(store, task)
    log = next((store.root / "logs" / "animate").iterdir())
    log.write_bytes(damage)
    assert spent_on(store.root, "animate", task.key) is None
    assert row_of(made, store, Keep.ALL).past == 0


def test_what_is_behind_finished_work_is_not_to_be_done(tmp_path: Path) -> None:
    made, store = plan(tmp_path), ArtifactStore(tmp_path / "work")
    assert left(made, store).tasks == len(made.graph)
    for task in made.graph:
        if not is_spare(task, Keep.SOURCES):
            put(store, task)
    assert left(made, store).text == "everything is there: the result is only put in its place"
    assert sum(row.size for row in cost_of(made.graph, made.graph.unfinished(store), store, Keep.SOURCES)) == 0
    edit = only(made, "edit")
    store.discard("edit", edit.key)
    assert left(made, store).tasks == 0  # the video is there
    for stage in ("mux", "check"):
        store.discard(stage, only(made, stage).key)
    assert left(made, store).stages == ("animate", "edit", "mux", "check")


def left(made: Plan, store: ArtifactStore) -> Left:
    return left_of(made.graph, made.graph.unfinished(store))


def put(store: ArtifactStore, task: Task) -> None:
    with store.leases.hold(task.key) as lease, store.create(lease, task.stage, task.key, {}):
        pass
