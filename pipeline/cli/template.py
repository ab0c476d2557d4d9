"""animate --output MOTION.pkl: what a clip's face does, as LivePortrait's motion template, without a portrait."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from engines import ENGINES
from foundation.artifacts import ArtifactStore
from foundation.atomic import check_writable, make_folder
from foundation.errors import ManifestError
from pipeline.cli.deliver import put
from pipeline.cli.job import probe_job
from pipeline.cli.runs import Running, make_and_use
from pipeline.cli.written import Written, refuse_losses
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.template import plan_template
from stages.artifacts import Template

NAME = "motion"
NOBODY = "sample:astronaut"
"""Stands where a manifest wants a portrait, and is not looked at."""


def write_template(
    target: Path, driving: dict[str, str], engine: Mapping[str, object], store: ArtifactStore, running: Running
) -> None:
    """Follow the clip, write its motion and tell where it is.

    Args:
        driving: a manifest's mapping of that name.
        engine: the performer's other fields: its engine and the engine's section.
    Raises:
        DuetError; whatever stood at the target's place is then as it was.
    """
    target = target.absolute()
    performer = {"portrait": NOBODY, "driving": driving, **engine}
    data = {"version": 1, "performers": {NAME: performer}, "output": {"path": "motion.mp4"}}
    check_writable(target, making=True)
    job, facts = probe_job(LoadedManifest(validate(data, Path("animate")), Path.cwd(), NAME), store)
    refuse_losses([Written(target, "the motion template", "choose another --output")], job.reads)
    make_folder(target.parent)
    plan, made = plan_template(job, facts, NAME)
    make_and_use(plan, [made.key], store, running, lambda: put(store, made, Template.NAME, target))
    typer.echo(f"motion template {target}")


def check_form(engine: str | None, portrait: str | None, clip: str | None) -> None:
    """Raises: ManifestError: it is another engine's, of a portrait, or of nothing."""
    if engine is None or engine not in ENGINES or ENGINES[engine].describe().motion_files is None:
        raise ManifestError("a motion template (.pkl) is LivePortrait's", cure="add --engine liveportrait")
    if portrait is not None:
        raise ManifestError("a motion template has no portrait", cure="leave it away: --driving CLIP -o MOTION.pkl")
    if clip is None:
        raise ManifestError("CLIP is missing", cure="write --driving CLIP -o MOTION.pkl")
