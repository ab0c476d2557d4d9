"""export: a manifest as a job for render farms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
import yaml

from foundation.atomic import check_writable, make_folder, replacing
from foundation.errors import InputError
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, ManifestPath, Work
from pipeline.cli.plan import plan_any
from pipeline.cli.written import Written, refuse_losses
from pipeline.executors.openjd_export import asset_references, job_template, parameter_values
from pipeline.manifest.load import load_manifest
from pipeline.plan.batch import BatchPlan

PROGRAM = Path(__file__).resolve().parents[2] / "run_pipeline.py"

Output = Annotated[Path, typer.Option("--output", "-o", help="The template to write.")]
Gpus = Annotated[bool, typer.Option("--gpus/--no-gpus", help="Ask for a GPU where a step can use one.")]


app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """With one command in it, a group is still a group."""


@app.command(help="Write an Open Job Description template (2023-09, TASK_CHUNKING), as Deadline Cloud takes it.")
def openjd(
    manifest: ManifestPath,
    *,
    output: Output = Path("job.yaml"),
    gpus: Gpus = True,
    work: Work = WORK,
    debug: Debug = False,
) -> None:
    loaded = load_manifest(manifest)
    plan = plan_any(loaded, store_at(work))
    for line in plan.lacking if isinstance(plan, BatchPlan) else ():
        typer.echo(line, err=True)
    if not plan.graph.tasks:
        raise InputError("none of its items can be made", file=manifest, cure="correct them, or name others")
    assets, values = (output.with_name(f"{name}.yaml") for name in ("asset_references", "parameter_values"))
    cure = "choose another --output"
    places = {output: "the template", assets: "the list of inputs", values: "the parameters"}
    reads = plan.reads | loaded.files
    refuse_losses([Written(path, what, cure) for path, what in places.items()], reads)
    make_folder(output.absolute().parent)
    check_writable(output)
    template = job_template(
        plan.graph,
        name=loaded.manifest.title or loaded.name,
        command="render" if loaded.manifest.batch is None else "batch",
        manifest=Path(os.path.relpath(manifest.resolve(), output.resolve().parent)),
        program=PROGRAM,
        chunk_frames=loaded.manifest.defaults.chunk_frames,
        gpus=gpus,
    )
    there = sorted(path.absolute() for path in reads if path.is_file())
    results = loaded.path(loaded.manifest.output.path).parent
    written = {output: template, assets: asset_references(there, [store_at(work).root, results])}
    written[values] = parameter_values(manifest.resolve())
    for path, content in written.items():
        with replacing(path) as temporary:
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
            temporary.write_text(text, encoding="utf-8")
        typer.echo(str(path))
