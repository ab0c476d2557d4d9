"""preview: a manifest as one picture, in seconds, before any long render."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from foundation.atomic import check_writable, make_folder
from foundation.errors import ManifestError
from pipeline.cli.job import probe_job, store_at
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Within, Work
from pipeline.cli.place import place_of
from pipeline.cli.progress import Style
from pipeline.cli.runs import Running, make_and_use
from pipeline.cli.written import Written, refuse_losses
from pipeline.manifest.load import load_manifest
from pipeline.plan.preview import plan_preview

Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write here instead of beside output.path, as NAME.preview.png.")
]


def run(
    manifest: ManifestPath,
    *,
    work: Work = WORK,
    output: Output = None,
    within: Within = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    loaded = load_manifest(manifest, within=within)
    target = output.absolute() if output else loaded.path(loaded.manifest.output.path).with_suffix(".preview.png")
    if target.suffix.lower() != ".png" or target.is_dir():
        raise ManifestError("the preview must be a file that ends in .png", file=target, cure="choose such a name")
    check_writable(target, making=True)
    store = store_at(work)
    job, facts = probe_job(loaded, store)
    own = Written(target, "the preview", "choose another --output")
    refuse_losses([*place_of(loaded).written(0, sheet=True), own], job.reads)
    make_folder(target.parent)
    preview = plan_preview(job, facts)
    style: Style = "json" if as_json else "auto"

    from pipeline.report.preview_sheet import preview_sheet

    def draw() -> None:
        preview_sheet(preview, store, target, loaded.manifest.title or loaded.name)

    make_and_use(preview.graph, preview.wanted, store, Running(style=style), draw, notices=preview.notices)
    if as_json:
        typer.echo(json.dumps({"event": "Done", "preview": str(target)}, ensure_ascii=False))
    else:
        typer.echo(f"preview {target}")
