"""The only way a task is run, by every executor and by the `task` command."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from foundation.artifacts import LARGE, Artifact, ArtifactStore
from foundation.errors import DuetError, InputError, StageError
from foundation.leases import Held, Lease
from pipeline.executors.memory import Peak
from pipeline.executors.task_log import TaskLog
from pipeline.executors.versions import versions_of
from pipeline.plan.task import FileInput, Task, TaskInput

POLL_SECONDS = 0.5
Report = Callable[[int, int], None]


class Spoilt(StageError):  # noqa: N818  (the stage is not in error)
    """Artifacts that the task needs are missing or damaged; the damaged ones have been removed.

    Attributes:
        keys: of these artifacts.
    """

    keys: tuple[str, ...] = ()


def run_task(
    task: Task,
    store: ArtifactStore,
    report: Report,
    *,
    check: Collection[str] | None = None,
    sound: Callable[[], None] | None = None,
    wait: bool = True,
) -> Artifact:
    """Make the task's artifact, or find it.

    Args:
        report: report(done, total) in frames, now and then.
        check: keys of the inputs whose bytes are compared with their digests before they are used; None: every one
            that is not large. An executor, which checks each once a run, says which.
        sound: called when they have been compared.
        wait: while another process makes this artifact, wait for it; else raise Held.
    Raises:
        DuetError: located at the task's performer and stage; nothing is left behind in the store.
        Spoilt: an input is missing or damaged.
        Held.
    """
    while True:
        found = store.find(task.stage, task.key)
        if found:
            store.used(found)
            return found
        try:
            with store.leases.hold(task.key) as lease:
                # whoever had the lease before may have finished between our look and our lease
                return store.find(task.stage, task.key) or _Attempt(task, store, lease, report).run(check, sound)
        except Held:
            if not wait:
                raise
            time.sleep(POLL_SECONDS)


@dataclass(frozen=True)
class _Attempt:
    """One attempt at a task, with the lease in hand."""

    task: Task
    store: ArtifactStore
    lease: Lease
    report: Report

    def run(self, check: Collection[str] | None, sound: Callable[[], None] | None) -> Artifact:
        """Do it, and keep a log of it."""
        log = TaskLog(self.store.root, self.task)
        log("started", key=self.task.key)
        try:
            inputs = {name: _path(given, self.store) for name, given in self.task.inputs.items()}
            _check(self.task, self.store, check)
            if sound:
                sound()
            made = self._make(inputs)
        except Exception as error:
            told = _told(error, self.task)
            log("failed", error=told.to_json(), traceback=traceback.format_exc())
            if told is error:
                raise
            raise told from error
        spent = {name: made.label[name] for name in ("seconds", "processor", "memory")}
        log("finished", **spent, bytes=made.size)
        return made

    def _make(self, inputs: dict[str, Path]) -> Artifact:
        task, store = self.task, self.store
        about = task.to_json() | {"stage_version": task.spec.version, "versions": versions_of(task)}
        with store.create(self.lease, task.stage, task.key, about) as draft:
            began, worked, peak = time.monotonic(), _processor_seconds(), Peak()
            # read when PyTorch is loaded: threads that spin while they wait take the processors from other workers
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            stage = task.spec.load()
            # how many threads BLAS takes changes the last bits of a solve; for solves as small as ours one is fastest
            with threadpool_limits(limits=1, user_api="blas"):
                facts = stage(task.settings, inputs, draft.folder, self.report)
            draft.facts.update(facts)
            draft.spent = {
                "seconds": round(time.monotonic() - began, 3),
                "processor": round(_processor_seconds() - worked, 2),
                "memory": peak.bytes(),
            }
        made = store.find(task.stage, task.key)
        if made is None:
            raise StageError("finished work is not there", file=store.folder(task.stage, task.key), stage=task.stage)
        return made


def _processor_seconds() -> float:
    """What this process has computed so far, and its children that have ended."""
    return sum(os.times()[:4])


def _told(error: Exception, task: Task) -> DuetError:
    """The error as a user is told it: located, and a bug as a StageError."""
    if isinstance(error, DuetError):
        return error.located(performer=task.performer, stage=task.stage)
    problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return StageError(
        f"failed unexpectedly: {problem}",
        performer=task.performer,
        stage=task.stage,
        cure="run again with --debug and report it",
    )


def _path(given: FileInput | TaskInput, store: ArtifactStore) -> Path:
    """Where an input lies.

    Raises: InputError if a file has gone; Spoilt if another task's artifact is not there.
    """
    if isinstance(given, FileInput):
        path = Path(given.path)
        if not path.is_file():
            raise InputError("is not there any more", file=path, cure="put it back and run again")
        return path
    found = store.find(given.stage, given.key)
    if found is None:
        problem = f"needs the {given.stage} task {given.key[:12]}, which has not run"
        raise _spoilt([given.key], problem, "run the task files in order")
    store.used(found)
    return found.folder / given.file if given.file else found.folder


def _check(task: Task, store: ArtifactStore, check: Collection[str] | None) -> None:
    """Compare the artifacts that the task reads with their digests, and remove those that differ.

    Raises: Spoilt.
    """
    damaged = []
    for given in {given.key: given for given in task.inputs.values() if isinstance(given, TaskInput)}.values():
        if check is None:
            found = store.find(given.stage, given.key)
            wanted = found is None or found.size <= LARGE
        else:
            wanted = given.key in check
        if wanted and store.damage(given.stage, given.key):
            store.discard(given.stage, given.key)
            damaged.append(given)
    if damaged:
        names = ", ".join(f"{given.stage} {given.key[:12]}" for given in damaged)
        problem = f"finished work was damaged on the disk, and has been removed: {names}"
        raise _spoilt([given.key for given in damaged], problem, "run those tasks again, then this one")


def _spoilt(keys: list[str], problem: str, cure: str) -> Spoilt:
    error = Spoilt(problem, cure=cure)
    error.keys = tuple(keys)
    return error
