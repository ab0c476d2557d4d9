"""compare: two results of one manifest (engines, settings, versions) in one video and one table."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, get_args

import typer

from foundation.artifacts import ArtifactStore
from foundation.atomic import check_writable, make_folder, replacing
from foundation.errors import InputError, ManifestError
from pipeline.cli.farm_options import running_of
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.options import WORK, Debug, Json, Work, Workers
from pipeline.cli.render import short, wanted_of
from pipeline.cli.runs import Running, run_graph
from pipeline.manifest.load import LoadedManifest, load_manifest
from pipeline.manifest.parts.performers import EngineName
from pipeline.report.comparison import Difference, Side, differences, side_by_side
from pipeline.report.data import Made, collect
from pipeline.report.page import read_page

Result = Annotated[Path, typer.Argument(metavar="A", help="A manifest, or the report.html of an earlier render.")]
Other = Annotated[Path | None, typer.Argument(metavar="B", help="Another one; not with --engines.")]
Engines = Annotated[
    tuple[str, str] | None,
    typer.Option("--engines", metavar="X Y", help="Compare A's manifest with every performer animated by X, and by Y."),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="The video to write (.mp4); the table goes beside it.")]
REPORT = (".html", ".htm")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("compare", help="Show two results side by side, with every measure of both; renders what is missing.")(
        run
    )


def run(
    a: Result,
    b: Other = None,
    *,
    engines: Engines = None,
    output: Output = Path("compare.mp4"),
    work: Work = WORK,
    workers: Workers = 0,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    if (b is None) == (engines is None):
        raise ManifestError("compare needs two results", cure="name A and B, or one manifest with --engines X Y")
    target = output.absolute()
    if target.suffix.lower() != ".mp4":
        raise ManifestError("the output must be a file that ends in .mp4", file=target, cure="choose such a name")
    make_folder(target.parent)
    check_writable(target)
    store, running = store_at(work), running_of("local", None, workers, None, "json" if as_json else "auto")
    if engines:
        first, second = (_of_manifest(_with_engine(load_manifest(a), e), store, running, e) for e in engines)
    else:
        first, second = (_side(path, store, running) for path in (a, b) if path is not None)
    lines = differences(first, second)
    frames = side_by_side(first, second, target)
    table = target.with_suffix(".csv")
    with replacing(table) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("measure", "of", first.label, second.label, "difference", "95 % +-"))
        writer.writerows((one.name, one.performer, one.a, one.b, one.change, one.margin) for one in lines)
    if as_json:
        rows = [{**vars(one), "change": one.change} for one in lines]
        typer.echo(json.dumps({"event": "Done", "video": str(target), "table": str(table), "measures": rows}))
        return
    _tell(first, second, lines)
    typer.echo(f"video   {short(target)} ({frames} frames)\ntable   {short(table)}")


def _side(path: Path, store: ArtifactStore, running: Running) -> Side:
    """A manifest's result, made if need be; or what a report tells."""
    if path.suffix.lower() not in REPORT:
        return _of_manifest(load_manifest(path), store, running, path.stem)
    data = read_page(path)
    video = path.parent / Path(str(data["video"])).name
    if not video.is_file():
        raise InputError("is not beside its report", file=video, cure="put both into one folder")
    return Side(path.stem, video, data)


def _of_manifest(loaded: LoadedManifest, store: ArtifactStore, running: Running, label: str) -> Side:
    plan = plan_job(loaded, store)
    run_graph(plan.graph, wanted_of(plan), store, running, notices=plan.notices)
    folder = store.folder(plan.video.stage, plan.video.key)
    video = next(iter([*folder.glob("video.*"), *folder.glob("picture.*")]))
    return Side(label, video, collect(Made(loaded, plan, store, video), None))


def _with_engine(loaded: LoadedManifest, engine: str) -> LoadedManifest:
    """The same manifest with one engine for all.

    Raises: ManifestError if there is no such engine.
    """
    if engine not in get_args(EngineName):
        raise ManifestError(f"there is no engine {engine!r}", cure=f"use one of {', '.join(get_args(EngineName))}")
    performers = {name: one.model_copy(update={"engine": engine}) for name, one in loaded.manifest.performers.items()}
    manifest = loaded.manifest.model_copy(update={"performers": performers})
    return LoadedManifest(manifest, loaded.folder, loaded.name)


def _tell(first: Side, second: Side, lines: list[Difference]) -> None:
    """The table, as text."""
    typer.echo(f"{'measure':20} {'of':16} {first.label[:14]:>14} {second.label[:14]:>14} {'difference':>12}")
    for one in lines:
        margin = "" if one.margin is None else f" +- {one.margin:.3g}"
        numbers = f"{one.a:14.4g} {one.b:14.4g} {one.change:12.3g}{margin}"
        typer.echo(f"{one.name:20} {one.performer[:16]:16} {numbers}")
