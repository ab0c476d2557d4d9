"""plan: what a render or a batch would do, what it would cost, and task files for farms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from foundation.artifacts import ArtifactStore
from foundation.atomic import make_folder, replacing
from foundation.errors import ManifestError
from pipeline.cli.job import plan_items, plan_job, store_at
from pipeline.cli.keeping import KeepOption
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Within, Work
from pipeline.cli.place import check_batch, check_render, check_together
from pipeline.cli.runs import Running
from pipeline.cli.table import show_tasks
from pipeline.cli.written import Written, refuse_losses
from pipeline.executors.base import Circumstances
from pipeline.executors.machine import processors
from pipeline.manifest.load import LoadedManifest, load_manifests
from pipeline.plan.batch import BatchPlan, read_items
from pipeline.plan.expand import Plan
from pipeline.plan.graph import Graph
from pipeline.plan.keep import Keep
from pipeline.report.cost import Cost, cost_of
from pipeline.report.left import left_of

Tasks = Annotated[
    Path | None,
    typer.Option("--tasks", help="Write one JSON file a task into this folder, numbered in an order that can be run."),
]
TASK_BEGINS = b'{"duet_task": '
WithCost = Annotated[
    bool,
    typer.Option("--cost", help="Estimate seconds, memory and room, stage by stage, from past runs in the folder."),
]


def run(
    manifest: ManifestPath,
    *,
    work: Work = WORK,
    tasks: Tasks = None,
    cost: WithCost = False,
    keep: KeepOption = Keep.SOURCES,
    within: Within = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    manifests = load_manifests(manifest, within=within)
    if tasks and len(manifests) > 1:
        raise ManifestError("has several outputs", file=manifest, cure="keep one of them for --tasks")
    store = store_at(work)
    for loaded, plan in zip(manifests, plans_of(manifests, store), strict=True):
        _plan(loaded, plan, store, tasks, keep if cost else None, as_json=as_json)


def _plan(
    loaded: LoadedManifest,
    plan: Plan | BatchPlan,
    store: ArtifactStore,
    tasks: Path | None,
    cost: Keep | None,
    *,
    as_json: bool,
) -> None:
    """`cost`: of a render that keeps this; None: nobody asks."""
    if tasks:
        _write_tasks(plan.graph, tasks, plan.reads | loaded.files)
    unfinished = plan.graph.unfinished(store)
    left = left_of(plan.graph, unfinished)
    about = _about(plan) | {"left": asdict(left) | {"text": left.text}}
    if cost:
        _show_cost(cost_of(plan.graph, unfinished, store, cost), store, about, cost, as_json=as_json)
        if not as_json:
            _show_lacking(plan)
    elif as_json:
        rows = [{"key": task.key, "label": task.label, **task.to_json()} for task in plan.graph]
        typer.echo(json.dumps(about | {"tasks": rows}, ensure_ascii=False))
    else:
        _show(plan, unfinished)
        typer.echo(f"to do   {left.text}")


def plans_of(manifests: Sequence[LoadedManifest], store: ArtifactStore) -> list[Plan | BatchPlan]:
    """The plan of each output of a manifest.

    Raises: DuetError, whatever `render` or `batch` would refuse before its work.
    """
    check_together(manifests)  # before anything is looked at
    plans = [plan_any(loaded, store) for loaded in manifests]
    if len(manifests) > 1:
        check_together(manifests, [plan.frames for plan in plans if isinstance(plan, Plan)])
    return plans


def plan_any(loaded: LoadedManifest, store: ArtifactStore) -> Plan | BatchPlan:
    """The plan of a manifest, or of all items of a batch."""
    if loaded.manifest.batch is None:
        plan = plan_job(loaded, store)
        check_render(loaded, plan)
        return plan
    batch = plan_items(read_items(loaded), store, Running(how=Circumstances(keep_going=True)))
    check_batch(loaded, batch)
    return batch


def _about(plan: Plan | BatchPlan) -> dict[str, Any]:
    if isinstance(plan, BatchPlan):
        errors = {item.name: str(item.error) for item in plan.items if item.error}
        return {"items": len(plan.items), "alone": dict(plan.alone), "errors": errors}
    return {"fps": str(plan.fps), "frames": plan.frames}


def _write_tasks(graph: Graph, folder: Path, read: Set[Path]) -> None:
    files = {folder / f"{number:05d}-{task.stage}.json": task for number, task in enumerate(graph)}
    refuse_losses([Written(path, "a task file", "choose another --tasks") for path in files], read)
    make_folder(folder)
    for stale in _task_files(folder) - files.keys():
        stale.unlink(missing_ok=True)
    for path, task in files.items():
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(task.to_json(), ensure_ascii=False), encoding="utf-8")


def _task_files(folder: Path) -> set[Path]:
    """The files of an earlier plan: those that are named like ours and say that they are a task."""
    found = set()
    for path in folder.glob("[0-9][0-9][0-9][0-9][0-9]-*.json"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(len(TASK_BEGINS)) == TASK_BEGINS:
                    found.add(path)
    return found


def _show(plan: Plan | BatchPlan, unfinished: Set[str]) -> None:
    for text in plan.notices:
        typer.echo(text)
    show_tasks(plan.graph, unfinished)
    if isinstance(plan, Plan):
        typer.echo(f"{plan.frames} frames at {plan.fps} a second")
        return
    now = Counter(task.stage for task in plan.graph)
    shared = [f"{name} {now[name]} for {count}" for name, count in plan.alone.items() if count > now[name]]
    typer.echo(f"{len(plan.items)} items; shared work is done once: {', '.join(shared) or 'nothing is shared'}")
    _show_lacking(plan)


def _show_lacking(plan: Plan | BatchPlan) -> None:
    for line in plan.lacking if isinstance(plan, BatchPlan) else ():
        typer.echo(line)


def _show_cost(rows: Sequence[Cost], store: ArtifactStore, about: dict[str, Any], keep: Keep, *, as_json: bool) -> None:
    seconds, size, stays = (sum(getattr(row, name) for row in rows) for name in ("seconds", "size", "stays"))
    if as_json:
        sums = {"seconds": round(seconds, 2), "size": size, "stays": stays, "keep": keep}
        typer.echo(json.dumps(about | sums | {"stages": [asdict(row) for row in rows]}))
        return
    typer.echo(
        f"{'stage':10} {'done':>6} {'to do':>6} {'frames':>8} {'seconds':>9} {'memory':>9} {'disk':>9}  estimated from"
    )
    for row in rows:
        source = f"{row.past} finished tasks" if row.past else "a guess: none is finished here"
        memory, disk = (f"{each / 1e6:.0f} MB" if row.tasks else "" for each in (row.memory, row.size))
        told = f"{row.stage:10} {row.done:>6} {row.tasks:>6} {row.frames:>8} {row.seconds:>9.1f} {memory:>9} {disk:>9}"
        typer.echo(f"{told}  {source if row.tasks else ''}".rstrip())
    count = processors()
    typer.echo(f"about {seconds:.0f} s of work for one worker; at best {seconds / count:.0f} s for {count}")
    typer.echo(
        f"about {size / 1e9:.2f} GB more in {store.root} before the result is checked, "
        f"{stays / 1e9:.2f} GB after it (--keep {keep})"
    )
