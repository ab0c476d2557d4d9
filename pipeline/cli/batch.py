"""batch: many portraits, many clips, one manifest; what fails stops nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from foundation.artifacts import ArtifactStore, Spoilt
from foundation.atomic import make_folder
from foundation.errors import CheckError, DuetError, StageError
from foundation.events import Event, TaskFinished
from pipeline.cli.deliver import deliver_video
from pipeline.cli.farm_options import (
    Address,
    DryRun,
    ExecutorName,
    Frames,
    Only,
    OutputFolder,
    Part,
    ProgressStyle,
    running_of,
    selection_of,
)
from pipeline.cli.job import plan_items, store_at
from pipeline.cli.keeping import Keeping, KeepOption, Passing
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Online, Within, Work, Workers
from pipeline.cli.place import check_batch, make_place, moved, place_of, summary_path
from pipeline.cli.runs import Running, run_graph
from pipeline.cli.table import show_tasks
from pipeline.executors.run_task import REPEATS
from pipeline.manifest.load import load_manifest
from pipeline.plan.batch import Item, read_items
from pipeline.plan.graph import Graph
from pipeline.plan.keep import Keep
from pipeline.report.batch import Outcome, Summary

WRITE_SECONDS = 5.0
"""How often batch.json is brought up to date while the batch runs."""


def run(
    manifest: ManifestPath,
    *,
    work: Work = WORK,
    workers: Workers = 0,
    executor: ExecutorName = "local",
    address: Address = None,
    online: Online = None,
    keep: KeepOption = Keep.SOURCES,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Only the items that batch.json does not call done.")
    ] = False,
    output_folder: OutputFolder = None,
    only: Only = None,
    frames: Frames = None,
    part: Part = None,
    dry_run: DryRun = False,
    progress: ProgressStyle = "auto",
    within: Within = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    loaded, store = moved(load_manifest(manifest, within=within, online=online), output_folder), store_at(work)
    style = "json" if as_json else progress
    running = running_of(executor, address, workers, online, style, keep_going=True, keep=keep)
    selection = selection_of(only, frames, part)
    items = read_items(loaded)
    path = summary_path(loaded)
    summary = Summary(str(manifest))
    if retry_failed:
        summary = Summary.read(path)
        summary.keep(item.name for item in items)
        items = [item for item in items if item.name not in summary.outcomes or item.name in summary.unfinished()]
    plan = plan_items(items, store, running)
    if not selection:
        check_batch(loaded, plan)
    if selection or dry_run:
        wanted = [task.key for task in selection.of(plan.graph)]
        if dry_run:
            chosen = plan.graph.part(wanted)
            show_tasks(chosen, chosen.unfinished(store), as_json=running.as_json)
            for line in plan.lacking:
                typer.echo(line, err=True)
            return
        failures = run_graph(plan.graph, wanted, store, running, notices=plan.notices + plan.lacking)
        _refuse(len(set(wanted) & failures.keys()), len(wanted), "tasks", "run it again")
        return
    job = _Batch(items, plan.graph, store, running, summary, path)
    job.run(plan.notices)
    failed = sum(job.outcome(item).state != "done" for item in items)
    _refuse(failed, len(items), "items", f"see {path}; correct what is wrong, then batch --retry-failed")


@dataclass
class _Batch:
    """A batch that runs: delivers each item as soon as it is finished, and keeps batch.json."""

    items: list[Item]
    graph: Graph
    store: ArtifactStore
    running: Running
    summary: Summary
    path: Path
    _keeping: Keeping = field(init=False)
    _passing: Passing = field(init=False)
    _waiting: dict[str, list[Item]] = field(default_factory=dict)
    _missing: dict[str, set[str]] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _written: float = 0.0

    def __post_init__(self) -> None:
        ends = [_end(item) for item in self.items if item.error is None]
        self._keeping = Keeping(self.store, self.running.keep, self.graph, ends)
        self._passing = Passing(self.store, self.running.keep, self.graph, {key for end in ends for key in end})

    def outcome(self, item: Item) -> Outcome:
        return self.summary.outcomes[item.name]

    def run(self, notices: list[str]) -> None:
        """Raises: DuetError for what stops the whole batch; batch.json is written then, too."""
        for item in self.items:
            self.summary.outcomes[item.name] = Outcome(item.name, item.portrait, item.driving)
            self._prepare(item)
        make_folder(self.path.parent)
        wanted = list(dict.fromkeys(self._waiting))
        try:
            for _ in range(REPEATS):
                failures = run_graph(self.graph, wanted, self.store, self.running, notices=notices, also=self._hear)
                for item in self.items:
                    for key in self._missing[item.name] & failures.keys():
                        self._fail(item, failures[key])
                # what others removed, or damaged, before it was delivered
                unfinished = (item for item in self.items if self.outcome(item).state == "unfinished")
                wanted = list({key: None for item in unfinished for key in self._missing[item.name]})
                notices = []
                if not wanted:
                    break
        finally:
            self.summary.write(self.path)
            self._tell()

    def _prepare(self, item: Item) -> None:
        self._missing[item.name] = set()
        if item.error is not None:
            self._fail(item, item.error)
            return
        try:
            make_place(place_of(item.loaded))
        except DuetError as error:
            self._fail(item, error)
            return
        for key in _end(item):
            self._missing[item.name].add(key)
            self._waiting.setdefault(key, []).append(item)

    def _hear(self, event: Event) -> None:
        if not isinstance(event, TaskFinished):
            return
        self._passing(event)
        for item in self._waiting.get(event.key, ()):
            self._missing[item.name].discard(event.key)
            if not self._missing[item.name] and self.outcome(item).state == "unfinished":
                self._deliver(item)
        if time.monotonic() - self._written > WRITE_SECONDS:
            self.summary.write(self.path)
            self._written = time.monotonic()

    def _deliver(self, item: Item) -> None:
        assert item.verdict and item.video and item.claim  # noqa: S101, PT018  (it is planned)
        outcome = self.outcome(item)
        try:
            verdict, place = deliver_video(item.verdict, item.video, self.store, place_of(item.loaded), item.claim)
            outcome.video = str(place.first_file)
            verdict.refuse(place.first_file)
        except Spoilt:
            self._missing[item.name].update(_end(item))
            return
        except CheckError as error:
            self._fail(item, error)
        except DuetError as error:
            self._fail(item, error)
            return
        else:
            outcome.state, outcome.seconds = "done", time.monotonic() - self._began
            self._tell_item(outcome)
        self._keeping.delivered(_end(item))

    def _fail(self, item: Item, error: DuetError) -> None:
        outcome = self.outcome(item)
        if outcome.state == "unfinished":
            outcome.state, outcome.error = "failed", error
            outcome.seconds = time.monotonic() - self._began
            self._tell_item(outcome)

    def _tell_item(self, outcome: Outcome) -> None:
        if self.running.as_json:
            told: Mapping[str, Any] = {"event": "ItemFinished", **outcome.to_json()}
            typer.echo(json.dumps(told, ensure_ascii=False))

    def _tell(self) -> None:
        if self.running.as_json:
            done = {"event": "Done", "summary": str(self.path), "counts": dict(self.summary.counts)}
            typer.echo(json.dumps(done, ensure_ascii=False))
            return
        for line in self.summary.table():
            typer.echo(line)


def _end(item: Item) -> tuple[str, str]:
    """The keys of what is delivered of an item."""
    assert item.verdict and item.video  # noqa: S101, PT018  (it is planned)
    return item.verdict.key, item.video.key


def _refuse(failed: int, count: int, what: str, cure: str) -> None:
    """Raises: StageError (exit code 4) if any failed."""
    if failed:
        raise StageError(f"{failed} of {count} {what} failed", cure=cure)
