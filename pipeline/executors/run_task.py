"""The only way a task is run, by every executor and by the `task` command."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from threadpoolctl import threadpool_limits

from foundation.artifacts import Artifact, ArtifactStore
from foundation.errors import DuetError, InputError, StageError
from pipeline.plan.task import FileInput, Input, Task


def run_task(task: Task, store: ArtifactStore, report: Callable[[int, int], None]) -> Artifact:
    """Make the task's artifact, or find it.

    Args:
        report: report(done, total) in frames, now and then.
    Raises:
        DuetError: located at the task's performer and stage; nothing is left behind in the store.
    """
    found = store.find(task.stage, task.key)
    if found:
        return found
    try:
        inputs = {name: _path(given, store) for name, given in task.inputs.items()}
        about = task.to_json() | {"stage_version": task.spec.version}
        with store.create(task.stage, task.key, about) as draft:
            began = time.monotonic()
            # read when PyTorch is loaded: threads that spin while they wait take the processors from other workers
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            stage = task.spec.load()
            # how many threads BLAS takes changes the last bits of a solve; for solves as small as ours one is fastest
            with threadpool_limits(limits=1, user_api="blas"):
                facts = stage(task.settings, inputs, draft.folder, report)
            draft.facts.update(facts)
            draft.seconds = time.monotonic() - began
    except DuetError as error:
        raise error.located(performer=task.performer, stage=task.stage) from error
    except Exception as error:
        problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise StageError(
            f"failed unexpectedly: {problem}",
            performer=task.performer,
            stage=task.stage,
            cure="run again with --debug and report it",
        ) from error
    made = store.find(task.stage, task.key)
    if made is None:
        raise StageError("finished work is not there", file=store.folder(task.stage, task.key), stage=task.stage)
    return made


def _path(given: Input, store: ArtifactStore) -> Path:
    """Where an input lies.

    Raises: InputError if a file has gone; StageError if another task's artifact is not there.
    """
    if isinstance(given, FileInput):
        path = Path(given.path)
        if not path.is_file():
            raise InputError("is not there any more", file=path, cure="put it back and run again")
        return path
    found = store.find(given.stage, given.key)
    if found is None:
        raise StageError(
            f"needs the {given.stage} task {given.key[:12]}, which has not run",
            cure="run the task files in order",
        )
    return found.folder / given.file if given.file else found.folder
