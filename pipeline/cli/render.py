"""render: a manifest to a finished video, or an operator's part of the work."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from foundation.artifacts import ArtifactStore
from foundation.codec import encode
from foundation.events import Event
from pipeline.cli.deliver import deliver
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
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.keeping import Keeping, KeepOption, Passing
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Online, Within, Work, Workers
from pipeline.cli.place import Place, check_place, check_render, check_together, make_place, moved, place_of
from pipeline.cli.runs import Running, make_and_use, run_graph
from pipeline.cli.table import show_tasks
from pipeline.manifest.load import LoadedManifest, load_manifests
from pipeline.plan.expand import Plan
from pipeline.plan.graph import Graph
from pipeline.plan.keep import Keep
from pipeline.plan.select import Selection
from pipeline.report.lapses import lapses
from pipeline.report.record import Recorder
from pipeline.report.verdict import Verdict

ReportOption = Annotated[bool, typer.Option("--report/--no-report", help="Write a report beside the video.")]
SheetOption = Annotated[bool, typer.Option("--sheet/--no-sheet", help="Write a contact sheet beside the video.")]


def run(
    manifest: ManifestPath,
    *,
    work: Work = WORK,
    workers: Workers = 0,
    executor: ExecutorName = "local",
    address: Address = None,
    online: Online = None,
    keep: KeepOption = Keep.SOURCES,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of output.path.")] = None,
    output_folder: OutputFolder = None,
    sheet: SheetOption = True,
    report: ReportOption = True,
    only: Only = None,
    frames: Frames = None,
    part: Part = None,
    dry_run: DryRun = False,
    progress: ProgressStyle = "auto",
    within: Within = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    manifests = load_manifests(manifest, writing_to=output.absolute() if output else None, within=within, online=online)
    store = store_at(work)
    running = running_of(executor, address, workers, online, "json" if as_json else progress, keep=keep)
    selection = selection_of(only, frames, part)
    manifests = [moved(loaded, output_folder) for loaded in manifests]
    check_together(manifests, sheet=sheet, report=report)
    if selection or dry_run:
        render_part(manifests, store, running, selection, dry_run=dry_run, sheet=sheet, report=report)
    else:
        render(manifests, store, running, sheet=sheet, report=report)


def render(
    manifests: Iterable[LoadedManifest], store: ArtifactStore, running: Running, *, sheet: bool, report: bool
) -> None:
    """Make the outputs of a manifest; then make room in the work folder: they share what they are made from.

    Raises: DuetError; whatever stood at the places of what is not made is then as it was. CheckError of the first
        output that fails its checks, when all are made.
    """
    planned = _planned(list(manifests), store, sheet=sheet, report=report)
    # what is left of one output is read by the next
    keep = running.keep if len(planned) == 1 else Keep.ALL
    made = [_render(one, store, running, keep, sheet=sheet, report=report) for one in planned]
    for one in made:
        Keeping(store, running.keep, one.graph, [one.wanted]).delivered(one.wanted)
    for one in made:
        one.verdict.refuse(one.file)


@dataclass(frozen=True)
class _Planned:
    """An output, what is to be done for it, and where it goes."""

    loaded: LoadedManifest
    plan: Plan
    place: Place


@dataclass(frozen=True)
class _Rendered:
    """A result that is delivered. `wanted`: the keys that made it. `file`: the video, or its first picture."""

    graph: Graph
    wanted: list[str]
    verdict: Verdict
    file: Path


def _planned(manifests: Sequence[LoadedManifest], store: ArtifactStore, *, sheet: bool, report: bool) -> list[_Planned]:
    """The outputs of a manifest, all planned, and whatever is wrong with any of them found, before the first is made.

    Raises: DuetError.
    """
    for loaded in manifests:  # before anything is looked at; a sequence's other names, when their number is known
        check_place(place_of(loaded), 1, sheet=sheet, report=report)
    planned = []
    for loaded in manifests:
        plan = plan_job(loaded, store)
        planned.append(_Planned(loaded, plan, check_render(loaded, plan, sheet=sheet, report=report)))
    check_together(manifests, [one.plan.frames for one in planned], sheet=sheet, report=report)
    for one in planned:
        make_place(one.place)
    return planned


def _render(
    planned: _Planned, store: ArtifactStore, running: Running, keep: Keep, *, sheet: bool, report: bool
) -> _Rendered:
    """Run a plan, put the result in its place, and tell where it is.

    `keep` says what stays while the run goes on.
    A result that fails its checks goes beside it, under the name that Verdict.place gives.
    """
    plan = planned.plan
    wanted = wanted_of(plan) + ([one.clip.clip.key for one in plan.performers.values()] if sheet else [])
    recorder, passing = Recorder(), Passing(store, keep, plan.graph, wanted)

    def hear(event: Event) -> None:
        recorder(event)
        passing(event)

    def hand_over() -> tuple[Verdict, Place, Path | None]:
        verdict, there = deliver(plan, store, planned.place)
        if sheet and there.sheet:
            from pipeline.report.contact_sheet import contact_sheet  # pictures and their libraries

            contact_sheet(plan, store, there.sheet)
        return verdict, there, there.sheet if sheet else None

    verdict, there, pictures = make_and_use(
        plan.graph, wanted, store, running, hand_over, notices=plan.notices, also=hear
    )
    record = recorder.keep(store, plan.verdict.key)
    page = _report(planned.loaded, plan, store, there.first_file, record) if report else None
    beside = {"sheet": pictures, "report": page}
    _tell(verdict, there.first_file, beside, lapses(plan, store), as_json=running.as_json)
    return _Rendered(plan.graph, wanted, verdict, there.first_file)


def _report(
    loaded: LoadedManifest, plan: Plan, store: ArtifactStore, video: Path, record: dict[str, Any] | None
) -> Path:
    """Write the report beside the video; where it is."""
    from pipeline.cli.report import write_report  # pictures and their libraries
    from pipeline.report.data import Made

    return write_report(Made(loaded, plan, store, video), record)


def render_part(
    manifests: Sequence[LoadedManifest],
    store: ArtifactStore,
    running: Running,
    selection: Selection,
    *,
    dry_run: bool,
    sheet: bool,
    report: bool,
) -> None:
    """Do the chosen tasks of each output, and what they need, and put no video anywhere; or tell what would be done.

    Raises: DuetError; ManifestError before the work if one of the outputs has nothing of what is chosen.
    """
    plans = [plan_job(loaded, store) for loaded in manifests]
    chosen = [[task.key for task in selection.of(plan.graph)] if selection else wanted_of(plan) for plan in plans]
    for loaded, plan, wanted in zip(manifests, plans, chosen, strict=True):
        if not selection:
            check_render(loaded, plan, sheet=sheet, report=report)
        if dry_run:
            part = plan.graph.part(wanted)
            show_tasks(part, part.unfinished(store), as_json=running.as_json)
            continue
        run_graph(plan.graph, wanted, store, running, notices=plan.notices)
        tell_part(len(wanted), running)


def tell_part(count: int, running: Running) -> None:
    """That the chosen tasks are done."""
    if running.as_json:
        typer.echo(json.dumps({"event": "Done", "tasks": count}))
    else:
        typer.echo(f"{count} task{' is' if count == 1 else 's are'} done; render without a selection puts all together")


def wanted_of(plan: Plan) -> list[str]:
    """What must be there for the video to be delivered."""
    passes = (task.key for task, _ in plan.passes.values())
    return list(dict.fromkeys((plan.verdict.key, plan.video.key, *passes)))


def short(path: Path) -> Path:
    """As seen from the current folder, where it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _tell(
    verdict: Verdict, target: Path, beside: Mapping[str, Path | None], notes: list[str], *, as_json: bool
) -> None:
    if as_json:
        files = {name: str(path) if path else None for name, path in beside.items()}
        done = {"event": "Done", "video": str(target), **files, "notes": notes, "checks": encode(verdict.rows)}
        typer.echo(json.dumps(done, ensure_ascii=False))
        return
    for name, path in {"video": target, **beside}.items():
        if path:
            typer.echo(f"{name:7} {short(path)}")
    for line in notes:
        typer.echo(f"note    {line}")
    for line in verdict.lines:
        typer.echo(f"check   {line}")
