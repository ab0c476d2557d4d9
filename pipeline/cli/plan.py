"""plan: what a render would do, and task files for farms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from foundation.artifacts import ArtifactStore
from foundation.atomic import make_folder, replacing
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Work
from pipeline.cli.table import show_tasks
from pipeline.manifest.load import load_manifest
from pipeline.plan.expand import Plan

Tasks = Annotated[
    Path | None,
    typer.Option("--tasks", help="Write one JSON file a task into this folder, numbered in an order that can be run."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan", help="Show what a render would do, stage by stage, and what is done already.")(run)


def run(
    manifest: ManifestPath, *, work: Work = WORK, tasks: Tasks = None, as_json: Json = False, debug: Debug = False
) -> None:
    store = store_at(work)
    plan = plan_job(load_manifest(manifest), store)
    if tasks:
        _write_tasks(plan, tasks)
    if as_json:
        rows = [{"key": task.key, "label": task.label, **task.to_json()} for task in plan.graph]
        typer.echo(json.dumps({"fps": str(plan.fps), "frames": plan.frames, "tasks": rows}, ensure_ascii=False))
    else:
        _show(plan, store)


def _write_tasks(plan: Plan, folder: Path) -> None:
    make_folder(folder)
    for number, task in enumerate(plan.graph):
        with replacing(folder / f"{number:05d}-{task.stage}.json") as temporary:
            temporary.write_text(json.dumps(task.to_json(), ensure_ascii=False), encoding="utf-8")


def _show(plan: Plan, store: ArtifactStore) -> None:
    for text in plan.notices:
        typer.echo(text)
    show_tasks(plan.graph, store)
    typer.echo(f"{plan.frames} frames at {plan.fps} a second")
