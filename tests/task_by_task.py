"""A manifest done in this process, task file by task file, as a farm without anything else would do it."""

from __future__ import annotations

from pathlib import Path

from pipeline.cli import app


def run_task_by_task(manifest: Path, tasks: Path, work: Path) -> None:
    """Plan into the folder `tasks`, and run every task in order.

    Raises: what the first that fails raises.
    """
    app(["plan", str(manifest), "--tasks", str(tasks), "--work", str(work)], standalone_mode=False)
    for task in sorted(tasks.iterdir()):
        app(["task", str(task), "--work", str(work), "--online"], standalone_mode=False)
