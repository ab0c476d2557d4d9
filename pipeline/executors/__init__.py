"""Ways to run a plan's tasks, by name. All of them run a task through run_task, so all end with the same bytes."""

from __future__ import annotations

from foundation.plugins import Plugin, load_plugin
from pipeline.executors.base import Executor

EXECUTORS = {
    "local": Plugin("pipeline.executors.local:LocalExecutor", version=1),
    "ray": Plugin("pipeline.executors.ray_cluster:RayExecutor", version=1),
}


def load_executor(name: str) -> Executor:
    """The executor of that name.

    Raises: ManifestError if there is none.
    """
    executor: Executor = load_plugin("executor", EXECUTORS, name)
    return executor
