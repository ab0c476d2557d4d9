"""A worker lives for many tasks: what one of them held is gone with it, not whenever garbage is next collected.

But for what stays with a portrait: the one renderer that its next chunk is likely to ask for.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.base import Renderer
from foundation.artifacts import ArtifactStore
from pipeline.cli.job import plan_job
from pipeline.executors.run_task import run_task
from pipeline.manifest.load import load_manifest


def renderers() -> set[int]:
    """Those that live, by identity: other tests of this process may keep theirs."""
    return {id(each) for each in gc.get_objects() if issubclass(type(each), Renderer)}


@pytest.mark.slow
def test_one_renderer_a_portrait_outlives_its_task(manifest: Callable[..., Path], tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "work")
    read = load_manifest(manifest())
    plan = plan_job(read, store)
    stages, others = set(), renderers()
    for task in plan.graph.needed_for([plan.video.key], ()):
        gc.collect()
        gc.disable()
        try:
            run_task(task, store, lambda done, total: None)
            assert len(renderers() - others) <= len(read.manifest.performers)
        finally:
            gc.enable()
        stages.add(task.stage)
    assert "animate" in stages
