"""report: report.html of a result that has been made, again or afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foundation.artifacts import ArtifactStore
from foundation.atomic import check_writable, make_folder, replacing
from foundation.errors import InputError, ManifestError
from pipeline.cli.job import plan_job, store_at
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Work
from pipeline.cli.place import place_of
from pipeline.cli.written import Written, refuse_losses
from pipeline.manifest.load import LoadedManifest, load_manifests
from pipeline.report.record import read_record
from pipeline.report.verdict import verdict_of

if TYPE_CHECKING:
    from pipeline.report.data import Made

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The file to write, beside the video.", show_default="NAME.html")
]


def run(
    manifest: ManifestPath, *, work: Work = WORK, output: Output = None, as_json: Json = False, debug: Debug = False
) -> None:
    manifests = load_manifests(manifest)
    if output and len(manifests) > 1:
        raise ManifestError("has several outputs, with a report each", file=manifest, cure="leave --output out")
    for loaded in manifests:
        _report(loaded, store_at(work), output, as_json=as_json)


def _report(loaded: LoadedManifest, store: ArtifactStore, output: Path | None, *, as_json: bool) -> None:
    """Raises: InputError if it has not been rendered."""
    from pipeline.report.data import Made

    plan = plan_job(loaded, store)
    place = place_of(loaded)
    if store.find(plan.verdict.stage, plan.verdict.key) is None:
        cure = "run `render` with this manifest first"
        raise InputError("has not been rendered yet", file=place.target, cure=cure)
    made = Made(loaded, plan, store, place.at(verdict_of(plan.verdict, store).place(place.target)).first_file)
    if output:
        own = Written(output, "the report", "choose another --output")
        refuse_losses([*place.written(plan.frames, sheet=True), own], plan.reads)
    target = write_report(made, read_record(store, plan.verdict.key), output)
    typer.echo(json.dumps({"event": "Done", "report": str(target)}) if as_json else f"report  {target}")


def write_report(made: Made, record: dict[str, Any] | None, output: Path | None = None) -> Path:
    """Write the report, beside the video unless another place is named; where it is.

    Raises: DuetError if there is nothing to report, or no room for it.
    """
    from pipeline.report.data import collect
    from pipeline.report.page import page

    target = (output or made.video.with_suffix(".html")).absolute()
    text = page(collect(made, record))
    make_folder(target.parent)
    check_writable(target)
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return target
