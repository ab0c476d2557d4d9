"""A farm on paper: what tasks take, and how long so many machines need for them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bench._farm_model import Work, critical_path, joined, lines, seconds_on, simulated, works_of
from pipeline.plan.task_log import Spent
from tests.made_media import video
from tests.unit.pipeline.test_plan import plan

FORK = [Work("a", (), 1.0), *(Work("b", (0,), 2.0) for _ in range(6)), Work("c", tuple(range(1, 7)), 3.0)]
"""One task, six that need it, and one that needs these."""


def spent(stage: str, frames: int, processor: float, engine: str | None = None) -> Spent:
    return Spent(stage, engine, frames, 2 * processor, processor, memory=0, size=1000 * frames)


@pytest.mark.parametrize(("machines", "seconds"), [(1, 16.0), (2, 10.0), (3, 8.0), (4, 8.0), (6, 6.0), (256, 6.0)])
def test_so_many_machines_take_so_long(machines: int, seconds: float) -> None:
    assert seconds_on(machines, FORK) == seconds


def test_no_farm_is_faster_than_the_longest_chain() -> None:
    assert critical_path(FORK) == (6.0, {"a": 1.0, "b": 2.0, "c": 3.0})


def test_a_line_goes_through_what_was_measured() -> None:
    known = lines([spent("faces", 100, 3.0), spent("faces", 300, 7.0), spent("mux", 0, 2.0), spent("edit", 50, 5.0)])
    assert known["faces", None].seconds == pytest.approx((1.0, 0.02))
    assert known["mux", None].seconds == (2.0, 0.0)
    assert known["edit", None].seconds == (0.0, 0.1)  # of one length: all of it is the frames'
    backwards = lines([spent("faces", 100, 3.0), spent("faces", 300, 1.0)])
    assert backwards["faces", None].seconds == (0.0, 0.01)


def test_a_plan_on_paper_has_its_tasks_and_is_done_sooner_by_more(tmp_path: Path) -> None:
    graph = plan(tmp_path).graph
    engines = {
        "prepare": "landmark_tps",
        "animate": "landmark_tps",
        "crop": "landmark_tps",
        "normalize": "landmark_tps",
    }
    stages = {task.stage for task in graph}
    works = works_of(graph, lines(spent(stage, 100, 1.0, engines.get(stage)) for stage in stages))
    assert [work.stage for work in works] == [task.stage for task in graph]
    times = [seconds_on(count, works) for count in (1, 2, 16, 256)]
    assert times[0] == pytest.approx(sum(work.seconds for work in works))
    assert all(later <= sooner for sooner, later in pairwise(times))
    assert times[-1] == pytest.approx(critical_path(works)[0])
    guessed = works_of(graph, {})
    assert sum(work.seconds for work in guessed) == pytest.approx(sum(task.cost for task in graph) / 1000)


def test_a_check_of_what_was_decoded_in_pieces_takes_what_such_checks_took(tmp_path: Path) -> None:
    known = lines([spent("check", 100, 5.0), spent(joined("check"), 400, 1.0)])
    for frames, seconds in ((700, 1.75), (374, 18.7)):
        graph = plan(tmp_path, {"clip.mp4": video(frames=frames, end=f"{frames / 29.97:.2f}")}).graph
        assert [work.seconds for work in works_of(graph, known) if work.stage == "check"] == pytest.approx([seconds])


def test_workers_that_share_a_card_wait_for_it_and_for_nothing_else() -> None:
    chunks = [Work("animate", (), 4.0, card=1.0) for _ in range(4)]
    others = [Work("faces", (), 4.0) for _ in range(2)]
    alone, two, four = (simulated(chunks + others, 6, sharing=count) for count in (1, 2, 4))
    assert (alone.seconds, two.seconds, four.seconds) == (16, 8, 4)
    assert (alone.card, four.card) == (0.25, 1.0)
    assert four.workers == 1.0
    slow = [replace(chunk, card=3.0) for chunk in chunks]
    assert simulated(slow, 4, sharing=4).seconds == 12
