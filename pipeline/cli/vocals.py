"""The sample vocal as a file: tasks of a render sing it, from the sample clip's mouth; the work folder keeps it."""

from __future__ import annotations

from pathlib import Path

from foundation.artifacts import ArtifactStore
from pipeline.cli.job import plan_job
from pipeline.cli.runs import Running, make_and_use
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.sources import VOCALS, VOCALS_CLIP
from stages.artifacts import VOCALS as VOCALS_FILE
from stages.contracts.sample_vocals import CONTRACT


def sung_vocals(store: ArtifactStore, running: Running) -> Path:
    """Its file.

    Raises: InputError if the sample clip is not installed.
    """
    manifest = {
        "version": 1,
        "performers": {"one": {"portrait": {"frame_of": VOCALS_CLIP}, "driving": VOCALS_CLIP}},
        "audio": VOCALS,
        "output": {"path": "vocals.mp4"},
    }
    folder = Path.cwd()
    plan = plan_job(LoadedManifest(validate(manifest, folder / "vocals.yaml"), folder, "vocals"), store)
    task = next(task for task in plan.graph if task.stage == CONTRACT.stage)

    def found() -> Path:
        return store.need(task.stage, task.key).folder / VOCALS_FILE

    return make_and_use(plan.graph, [task.key], store, running, found)
