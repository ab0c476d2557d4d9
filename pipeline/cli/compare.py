"""compare: two results of one manifest (engines, settings, versions) in one video and one table."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engines import names
from foundation.artifacts import ArtifactStore
from foundation.atomic import check_writable, make_folder, replacing
from foundation.errors import InputError, ManifestError
from pipeline.cli.farm_options import running_of
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.options import WORK, Debug, Json, Work, Workers
from pipeline.cli.render import short, wanted_of
from pipeline.cli.runs import Running, run_graph
from pipeline.cli.written import Written, refuse_losses
from pipeline.manifest.load import LoadedManifest, load_manifest
from pipeline.plan.expand import Plan

if TYPE_CHECKING:
    from pipeline.report.comparison import Difference, Side

Result = Annotated[Path, typer.Argument(metavar="A", help="A manifest, or the report.html of an earlier render.")]
Other = Annotated[Path | None, typer.Argument(metavar="B", help="Another one; not with --engines.")]
Engines = Annotated[
    tuple[str, str] | None,
    typer.Option("--engines", metavar="X Y", help="Compare A's manifest with every performer animated by X, and by Y."),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="The video to write (.mp4); the table goes beside it.")]
REPORT = (".html", ".htm")
CURE = "choose another --output"


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
    check_writable(target, making=True)
    table = target.with_suffix(".csv")
    store, running = store_at(work), running_of("local", None, workers, None, "json" if as_json else "auto")
    sources: list[_Planned | _Reported]
    if engines:
        sources = [_planned(_with_engine(load_manifest(a), engine), store, engine) for engine in engines]
    else:
        sources = [_source(path, store) for path in (a, b) if path is not None]
    written = [Written(target, "the video", CURE), Written(table, "the table", CURE)]
    refuse_losses(written, {path for source in sources for path in source.reads})
    make_folder(target.parent)
    from pipeline.report.comparison import differences, side_by_side

    first, second = (_side(source, store, running) for source in sources)
    lines = differences(first, second)
    frames = side_by_side(first, second, target)
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


@dataclass(frozen=True)
class _Planned:
    """A manifest's result, before it is made."""

    label: str
    loaded: LoadedManifest
    plan: Plan

    @property
    def reads(self) -> frozenset[Path]:
        return self.plan.reads


@dataclass(frozen=True)
class _Reported:
    """An earlier result, as its report tells of it."""

    report: Path
    side: Side

    @property
    def reads(self) -> frozenset[Path]:
        return frozenset((self.report, self.side.video))


def _source(path: Path, store: ArtifactStore) -> _Planned | _Reported:
    if path.suffix.lower() not in REPORT:
        return _planned(load_manifest(path), store, path.stem)
    from pipeline.report.comparison import Side
    from pipeline.report.page import read_page

    data = read_page(path)
    video = path.parent / Path(str(data["video"])).name
    if not video.is_file():
        raise InputError("is not beside its report", file=video, cure="put both into one folder")
    return _Reported(path, Side(path.stem, video, data))


def _planned(loaded: LoadedManifest, store: ArtifactStore, label: str) -> _Planned:
    return _Planned(label, loaded, plan_job(loaded, store))


def _side(source: _Planned | _Reported, store: ArtifactStore, running: Running) -> Side:
    """A manifest's result, made if need be; or what a report tells."""
    if isinstance(source, _Reported):
        return source.side
    from pipeline.report.comparison import Side
    from pipeline.report.data import Made, collect

    plan = source.plan
    run_graph(plan.graph, wanted_of(plan), store, running, notices=plan.notices)
    folder = store.folder(plan.video.stage, plan.video.key)
    video = next(iter([*folder.glob("video.*"), *folder.glob("picture.*")]))
    return Side(source.label, video, collect(Made(source.loaded, plan, store, video), None))


def _with_engine(loaded: LoadedManifest, engine: str) -> LoadedManifest:
    """The same manifest with one engine for all.

    Raises: ManifestError if there is no such engine.
    """
    if engine not in names():
        raise ManifestError(f"there is no engine {engine!r}", cure=f"use one of {', '.join(names())}")
    performers = {name: one.model_copy(update={"engine": engine}) for name, one in loaded.manifest.performers.items()}
    manifest = loaded.manifest.model_copy(update={"performers": performers})
    return replace(loaded, manifest=manifest)


def _tell(first: Side, second: Side, lines: list[Difference]) -> None:
    """The table, as text."""
    typer.echo(f"{'measure':20} {'of':16} {first.label[:14]:>14} {second.label[:14]:>14} {'difference':>12}")
    for one in lines:
        margin = "" if one.margin is None else f" +- {one.margin:.3g}"
        numbers = f"{one.a:14.4g} {one.b:14.4g} {one.change:12.3g}{margin}"
        typer.echo(f"{one.name:20} {one.performer[:16]:16} {numbers}")
