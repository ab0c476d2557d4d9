"""A worker lives for many tasks: what one of them held is gone with it, not whenever garbage is next collected.

But for what stays with a portrait: the one renderer that its next chunk is likely to ask for. Networks that look at
pictures do not stay: opening them takes little.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from ai_edge_litert.interpreter import Interpreter

from engines.base import Renderer
from foundation.artifacts import ArtifactStore
from pipeline.cli.job import plan_job
from pipeline.executors.messages import Done
from pipeline.executors.worker import attempt
from pipeline.manifest.load import load_manifest


def living(kind: type) -> set[int]:
    """Those that live, by identity: other tests of this process may keep theirs."""
    return {id(each) for each in gc.get_objects() if issubclass(type(each), kind)}


@pytest.mark.slow
def test_one_renderer_a_portrait_and_no_network_outlive_a_task(manifest: Callable[..., Path], tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "work")
    read = load_manifest(manifest())
    plan = plan_job(read, store)
    stages, others, opened = set(), living(Renderer), living(Interpreter)
    for task in plan.graph.needed_for([plan.video.key], ()):
        gc.collect()
        gc.disable()
        try:
            assert isinstance(attempt(task, store, (), lambda done, total: None, lambda: None), Done)
            assert len(living(Renderer) - others) <= len(read.manifest.performers)
            assert not living(Interpreter) - opened
        finally:
            gc.enable()
        stages.add(task.stage)
    assert {"faces", "matte", "animate"} <= stages
