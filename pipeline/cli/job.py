"""Planning and running a manifest, as several commands do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from foundation.artifacts import Artifact, ArtifactStore
from foundation.errors import DuetError, ManifestError
from foundation.events import Event
from foundation.home import expanded
from foundation.reading import check_spelt
from pipeline.cli.runs import Running
from pipeline.executors import load_executor
from pipeline.executors.run_task import run_task
from pipeline.manifest.load import LoadedManifest
from pipeline.plan.batch import BatchPlan, Item, plan_batch
from pipeline.plan.build import Job, build
from pipeline.plan.expand import Plan, expand
from pipeline.plan.first import read_facts
from pipeline.plan.graph import Graph
from pipeline.plan.planning import Facts


def plan_job(loaded: LoadedManifest, store: ArtifactStore) -> Plan:
    """Probe the manifest's media (unless that is done) and plan everything else.

    Raises: DuetError; a ManifestError names the manifest.
    """
    try:
        return expand(*probe_job(loaded, store))
    except ManifestError as error:
        raise error.located(file=loaded.file) from error


def probe_job(loaded: LoadedManifest, store: ArtifactStore) -> tuple[Job, Facts]:
    """The manifest's job, and what its media are."""
    job = build(loaded)
    return job, read_facts(job, {task.key: run_task(task, store, _silent) for task in job.first})


def plan_items(items: Iterable[Item], store: ArtifactStore, running: Running) -> BatchPlan:
    """The plan of a batch; its media are probed as its tasks will be run."""

    def probe(graph: Graph) -> tuple[dict[str, Artifact], Mapping[str, DuetError]]:
        keys = list(graph.tasks)
        failed = load_executor(running.executor).run(graph, keys, store, how=running.how, listen=_unheard)
        return {task.key: store.need(task.stage, task.key) for task in graph if task.key not in failed}, failed

    return plan_batch(items, probe)


def store_at(work: Path) -> ArtifactStore:
    """Raises: ManifestError for what can be no work folder."""
    try:
        root = expanded(str(work)).resolve()
    except (ValueError, RuntimeError) as error:  # RuntimeError: of links that lead in circles, by the Python
        raise ManifestError("names no folder", file=work, cure="write the whole path as --work") from error
    check_spelt(root)
    if root.exists() and not root.is_dir():
        raise ManifestError("is no folder", file=work, cure="name a folder as --work")
    return ArtifactStore(root)


def _unheard(event: Event) -> None:
    """As `_silent`."""


def _silent(done: int, total: int) -> None:
    """Probing takes no time worth showing."""
