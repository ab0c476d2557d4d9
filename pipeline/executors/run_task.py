"""The only way a task is run, by every executor and by the `task` command."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass

from threadpoolctl import threadpool_limits

from foundation.artifacts import Artifact, ArtifactStore, Disturbed, Spoilt
from foundation.codec import encode
from foundation.errors import DuetError, StageError
from foundation.leases import Held, Lease
from foundation.notices import notices_told
from pipeline.executors.inputs import Inputs
from pipeline.executors.memory import Peak
from pipeline.executors.versions import versions_of
from pipeline.plan.task import Task
from pipeline.plan.task_log import TaskLog

POLL_SECONDS = 0.5
REPEATS = 10
"""How often one thing is begun anew in a run before its disk, or who else writes to it, is to blame."""
NO_LIBRARY = "cannot open shared object file"
"""So glibc's loader ends, whoever asked it."""

Report = Callable[[int, int], None]


def run_task(task: Task, store: ArtifactStore, report: Report) -> Artifact:
    """Make the task's artifact, or find it; wait while another process makes it, begin anew when others disturb.

    Raises: as `try_task`, less Held and Disturbed.
    """
    disturbed = 0
    while True:
        try:
            return try_task(task, store, report)
        except Held:
            time.sleep(POLL_SECONDS)
        except Disturbed as error:
            disturbed += 1
            if disturbed == REPEATS:
                raise too_often(task, store, str(error)) from error


def too_often(task: Task, store: ArtifactStore, why: str) -> StageError:
    """What a task fails with that was begun anew too often."""
    return StageError(
        f"was begun {REPEATS} times, and each time {why}",
        file=store.root,
        performer=task.performer,
        stage=task.stage,
        cure="find out who else writes there, and check that disk for faults; then run again",
    )


def try_task(
    task: Task,
    store: ArtifactStore,
    report: Report,
    *,
    check: Collection[str] | None = None,
    sound: Callable[[], None] | None = None,
) -> Artifact:
    """Make the task's artifact, or find it.

    Args:
        report: report(done, total) in frames, now and then.
        check: keys of the inputs whose bytes are compared with their digests before they are used; None: every one
            that is not large. An executor, which checks each once a run, says which. Files of the user's are compared
            by each process that reads them.
        sound: called when they have been compared.
    Raises:
        DuetError: located at the task's performer and stage; nothing is left behind in the store.
        Spoilt: an input is missing or damaged.
        Held: another process makes this artifact.
        Disturbed: the work folder, or an input, was changed under our hands: begin anew.
    """
    found = store.find(task.stage, task.key)
    if found:
        store.used(found)
        return found
    with store.leases.hold(task.key) as lease:
        # whoever had the lease before may have finished between our look and our lease
        return store.find(task.stage, task.key) or _Attempt(task, store, lease, report).run(check, sound)


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
            inputs = Inputs(self.task, self.store, check)
            if sound:
                sound()
            with notices_told(lambda text: log("notice", text=text)):
                made = self._make(inputs)
        except (Spoilt, Disturbed) as error:
            log("again", why=str(error))
            raise
        except Exception as error:
            told = _told(error, self.task)
            log("failed", error=told.to_json(), traceback=traceback.format_exc())
            if told is error:
                raise
            raise told from error
        log.finished(made.label.spent, made.size)
        return made

    def _make(self, inputs: Inputs) -> Artifact:
        task, store = self.task, self.store
        about = task.to_json() | {"stage_version": task.spec.version, "versions": versions_of(task)}
        with store.create(self.lease, task.stage, task.key, about) as draft:
            began, worked, peak = time.monotonic(), _processor_seconds(), Peak()
            # read when PyTorch is loaded: threads that spin while they wait take the processors from other workers
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
            stage = task.spec.load()
            try:
                # how many threads BLAS takes changes the last bits of a solve; for solves as small as ours one is
                # fastest
                with threadpool_limits(limits=1, user_api="blas"):
                    facts = encode(stage(task.settings, inputs.located, draft.folder, self.report))
            except Exception as error:
                inputs.blame(error)
                raise
            inputs.stayed()
            draft.facts.update(facts)
            draft.spent = {
                "seconds": round(time.monotonic() - began, 3),
                "processor": round(_processor_seconds() - worked, 2),
                "memory": peak.bytes(),
            }
        made = store.find(task.stage, task.key)
        if made is None:
            raise Disturbed("finished work was removed, or damaged, at once")
        return made


def _processor_seconds() -> float:
    """What this process has computed so far, and its children that have ended."""
    return sum(os.times()[:4])


def _told(error: Exception, task: Task) -> DuetError:
    """The error as a user is told it: located, and a bug as a StageError."""
    if isinstance(error, DuetError):
        return error.located(performer=task.performer, stage=task.stage)
    if NO_LIBRARY in str(error):
        problem, cure = f"a library is missing: {error}", "install it with the system's package manager"
        return StageError(problem, performer=task.performer, stage=task.stage, cure=cure)
    problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return StageError(
        f"failed unexpectedly: {problem}",
        performer=task.performer,
        stage=task.stage,
        cure="run again with --debug and report it",
    )
