"""validate: is the manifest right, and are its files there and readable?"""

from __future__ import annotations

import json

import typer

from pipeline.cli.job import plan_job, store_at
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Work
from pipeline.manifest.load import load_manifest


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("validate", help="Check a manifest and open its media, without rendering.")(run)


def run(manifest: ManifestPath, *, work: Work = WORK, as_json: Json = False, debug: Debug = False) -> None:
    plan = plan_job(load_manifest(manifest), store_at(work))
    seconds = float(plan.frames / plan.fps)
    about = {"frames": plan.frames, "fps": str(plan.fps), "seconds": seconds, "performers": list(plan.performers)}
    if as_json:
        typer.echo(json.dumps({"valid": True, **about}, ensure_ascii=False))
        return
    for text in plan.notices:
        typer.echo(text)
    names = ", ".join(plan.performers)
    typer.echo(f"{manifest}: valid: {names}; {plan.frames} frames at {plan.fps} a second, {seconds:.2f} s")
