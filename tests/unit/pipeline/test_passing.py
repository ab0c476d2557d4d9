"""While a run goes on, frames make room as soon as everything that reads them is finished."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foundation.artifacts import ArtifactStore
from foundation.events import Event, TaskFinished
from foundation.housekeeping import inventory
from pipeline.cli.keeping import Passing
from pipeline.executors.dispatch import Dispatch
from pipeline.plan import keep as keeping
from pipeline.plan.keep import Keep
from tests.fakes.stages import ToyFacts, ToyInputs, ToySettings, put_toy
from tests.unit.pipeline.test_dispatch import Here, diamond, toy


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """A store, and a stage "toy" whose work passes; "bad" fails unless a file says that it may not."""

    def run(settings: ToySettings, inputs: ToyInputs, out: Path, report: Any) -> ToyFacts:
        if settings.name == "bad" and not (tmp_path / "mended").exists():
            raise RuntimeError("not yet")
        words = [(each.path / "words").read_text() for each in inputs.texts]
        (out / "words").write_text(" ".join([*words, settings.name]))
        return ToyFacts()

    put_toy(monkeypatch, run)
    monkeypatch.setattr(keeping, "PASSING", frozenset({"toy"}))
    return ArtifactStore(tmp_path / "work")


@pytest.mark.parametrize(("keep", "most"), [(Keep.ALL, 6), (Keep.SOURCES, 3), (Keep.NOTHING, 3)])
def test_it_holds_no_more_than_is_still_read(store: ArtifactStore, keep: Keep, most: int) -> None:
    """a -> b, c -> d -> e -> f: at no time is there more than what is made, and what it is made from."""
    graph, *_, d = diamond()
    last = toy(graph, "f", toy(graph, "e", d))
    passing, held = Passing(store, keep, graph, [last.key]), []

    def listen(event: Event) -> None:
        if isinstance(event, TaskFinished):
            held.append(len(list(inventory(store))))
        passing(event)

    run = Dispatch(graph, [last.key], store, listen, keep_going=False)
    run.finish(Here(store, size=1))
    assert max(held) == most
    left = {one.key for one in inventory(store)}
    assert left == (graph.tasks.keys() if keep is Keep.ALL else {last.key})
    assert (store.folder("toy", last.key) / "words").read_text() == "a b a c d e f"


def test_a_run_that_is_stopped_goes_on_without_what_has_gone(store: ArtifactStore, tmp_path: Path) -> None:
    """a -> b, c -> d -> bad: what made room is not made again, and what others want stays."""
    graph, a, b, d = diamond()
    bad = toy(graph, "bad", d)
    told: list[str] = []

    def run() -> None:
        passing = Passing(store, Keep.SOURCES, graph, [bad.key, b.key])

        def listen(event: Event) -> None:
            passing(event)
            told.extend([event.label] if isinstance(event, TaskFinished) and not event.cached else [])

        Dispatch(graph, [bad.key, b.key], store, listen, keep_going=True).finish(Here(store))

    run()
    assert len(told) == 4
    assert {one.key for one in inventory(store)} == {b.key, d.key}
    (tmp_path / "mended").touch()
    run()
    assert len(told) == 5
    assert {one.key for one in inventory(store)} == {b.key, bad.key}
    assert a.key not in {one.key for one in inventory(store)}
