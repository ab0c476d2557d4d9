"""render: a manifest to a finished video."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from foundation.artifacts import ArtifactStore
from foundation.atomic import check_writable, make_folder, replacing
from foundation.errors import ManifestError
from foundation.events import Notice
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Work, Workers, worker_count
from pipeline.cli.progress import Progress
from pipeline.executors import load_executor
from pipeline.manifest.load import LoadedManifest, load_manifest
from pipeline.report.contact_sheet import contact_sheet
from pipeline.report.verdict import Verdict, verdict_of

SheetOption = Annotated[bool, typer.Option("--sheet/--no-sheet", help="Write a contact sheet beside the video.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("render", help="Render a manifest. Finished work is kept and reused, so a stopped run goes on.")(run)


def run(
    manifest: ManifestPath,
    *,
    work: Work = WORK,
    workers: Workers = 0,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here instead of output.path.")] = None,
    sheet: SheetOption = True,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    loaded = load_manifest(manifest)
    target = output.absolute() if output else loaded.path(loaded.manifest.output.path)
    render(loaded, target, store_at(work), workers=worker_count(workers), sheet=sheet, as_json=as_json)


def render(
    loaded: LoadedManifest, target: Path, store: ArtifactStore, *, workers: int, sheet: bool, as_json: bool
) -> None:
    """Plan, run, put the video in its place, and tell where it is.

    A result that fails its checks goes beside it, under the name that Verdict.place gives.

    Raises: DuetError; whatever stood at `target` is then as it was.
    """
    _writable(target)
    plan = plan_job(loaded, store)
    progress = Progress(plan.graph, as_json=as_json)
    try:
        for text in plan.notices:
            progress(Notice(text))
        load_executor("local").run(plan.graph, [plan.result.key], store, workers=workers, listen=progress)
    finally:
        progress.close()
    video = store.folder(plan.video.stage, plan.video.key) / "video.mp4"
    verdict = verdict_of(plan.result, store)
    target = verdict.place(target)
    with replacing(target) as temporary:
        shutil.copyfile(video, temporary)
    pictures = target.with_suffix(".png") if sheet else None
    if pictures:
        contact_sheet(plan, store, target, pictures)
    _tell(verdict, target, pictures, as_json=as_json)
    verdict.refuse(target)


def _writable(target: Path) -> None:
    """Before hours of work: can the result be put where it belongs?"""
    if target.suffix.lower() != ".mp4" or target.is_dir():
        raise ManifestError("the output must be a file that ends in .mp4", file=target, cure="choose such a name")
    make_folder(target.parent)
    check_writable(target)


def short(path: Path) -> Path:
    """As seen from the current folder, where it lies below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _tell(verdict: Verdict, target: Path, pictures: Path | None, *, as_json: bool) -> None:
    if as_json:
        sheet = str(pictures) if pictures else None
        done = {"event": "Done", "video": str(target), "sheet": sheet, "checks": list(verdict.rows)}
        typer.echo(json.dumps(done, ensure_ascii=False))
        return
    typer.echo(f"video   {short(target)}")
    if pictures:
        typer.echo(f"sheet   {short(pictures)}")
    for line in verdict.lines:
        typer.echo(f"check   {line}")
