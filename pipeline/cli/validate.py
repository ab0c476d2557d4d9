"""validate: is the manifest right, and are its files there and readable?"""

from __future__ import annotations

import json
from pathlib import Path

import typer

from foundation.errors import InputError
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Json, ManifestPath, Work
from pipeline.cli.plan import plans_of
from pipeline.manifest.load import load_manifests
from pipeline.plan.batch import BatchPlan
from pipeline.plan.expand import Plan


def run(manifest: ManifestPath, *, work: Work = WORK, as_json: Json = False, debug: Debug = False) -> None:
    manifests = load_manifests(manifest)
    for plan in plans_of(manifests, store_at(work)):
        _tell(manifest, plan, as_json=as_json)


def _tell(manifest: Path, plan: Plan | BatchPlan, *, as_json: bool) -> None:
    """Raises: InputError if an item of a batch cannot be made."""
    if isinstance(plan, BatchPlan):
        _tell_batch(manifest, plan, as_json=as_json)
        return
    seconds = float(plan.frames / plan.fps)
    about = {"frames": plan.frames, "fps": str(plan.fps), "seconds": seconds, "performers": list(plan.performers)}
    if as_json:
        typer.echo(json.dumps({"valid": True, **about, "notices": plan.notices}, ensure_ascii=False))
        return
    for text in plan.notices:
        typer.echo(text)
    names = ", ".join(plan.performers)
    typer.echo(f"{manifest}: valid: {names}; {plan.frames} frames at {plan.fps} a second, {seconds:.2f} s")


def _tell_batch(manifest: Path, plan: BatchPlan, *, as_json: bool) -> None:
    """Raises: InputError if an item cannot be made."""
    wrong = [f"{item.name}: {item.error}" for item in plan.items if item.error]
    if as_json:
        typer.echo(json.dumps({"valid": not wrong, "items": len(plan.items), "errors": wrong}, ensure_ascii=False))
    if wrong:
        told = "; ".join(wrong[:5]) + (f"; and {len(wrong) - 5} more" if len(wrong) > 5 else "")
        raise InputError(
            f"{len(wrong)} of {len(plan.items)} items cannot be made: {told}",
            file=manifest,
            cure="correct them, or leave them out",
        )
    if not as_json:
        for text in plan.notices:
            typer.echo(text)
        typer.echo(f"{manifest}: valid: {len(plan.items)} items")
