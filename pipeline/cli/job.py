"""Planning and running a manifest, as several commands do it."""

from __future__ import annotations

from pathlib import Path

from foundation.artifacts import ArtifactStore
from pipeline.executors.run_task import run_task
from pipeline.manifest.load import LoadedManifest
from pipeline.plan.build import build
from pipeline.plan.expand import Plan, expand


def plan_job(loaded: LoadedManifest, store: ArtifactStore) -> Plan:
    """Probe the manifest's media (unless that is done) and plan everything else."""
    job = build(loaded)
    facts = {name: run_task(task, store, _silent).facts for name, task in job.probes.items()}
    return expand(job, facts)


def store_at(work: Path) -> ArtifactStore:
    return ArtifactStore(work.expanduser().resolve())


def _silent(done: int, total: int) -> None:
    """Probing takes no time worth showing."""
