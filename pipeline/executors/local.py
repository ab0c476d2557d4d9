"""Runs tasks on this machine, in worker processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from foundation.artifacts import ArtifactStore
from foundation.devices import places
from foundation.errors import StageError
from pipeline.executors.base import Circumstances, Executor
from pipeline.executors.crew import Crew, Worker, lost
from pipeline.executors.machine import USED, free_memory, processors, worker_count
from pipeline.executors.messages import Lost, Message
from pipeline.executors.worker import DEVICE_LOST, Place, serve_alone
from pipeline.plan.needs import Needs
from pipeline.plan.task import Task

STOP_SECONDS = 1.2
"""How long workers have for leaving by themselves, all together: a run that is stopped is over within two seconds."""

ATTEMPTS = 3
"""A worker may be lost so often, less one, under the same task."""


class LocalExecutor(Executor):
    """Worker processes on this machine; each keeps its models loaded from task to task."""

    remote = False

    def crew(self, needs: Sequence[Needs], store: ArtifactStore, how: Circumstances) -> LocalCrew:
        neural = sum(need.gpus > 0 for need in needs)
        return LocalCrew(worker_count(how.workers, needs), store, neural=neural, online=how.online)


@dataclass(eq=False, kw_only=True)
class _Process(Worker):
    process: BaseProcess
    pipe: Connection
    place: Place


class LocalCrew(Crew):
    """The worker processes, and beside them those of each GPU, which wait for it most of the time.

    Args:
        size: workers; of one alone, a GPU is its own.
        neural: how many tasks need a GPU.
    """

    def __init__(self, size: int, store: ArtifactStore, *, neural: int, online: bool) -> None:
        memory = free_memory()
        super().__init__(attempts=ATTEMPTS, memory=None if memory is None else int(memory * USED))
        self._size, self._store, self._online = size, store, online
        self._devices = places()[: neural if size > 1 else 1] if neural else []

    def __enter__(self) -> LocalCrew:
        plain = self._size if self._size > 1 or not self._devices else 0
        threads = max(1, processors() // self._size)
        for device in [*self._devices, *[""] * plain]:
            self._start(Place(str(self._store.root), device if self._devices else None, self._online, threads))
        return self

    def _start(self, place: Place) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve_alone, args=(theirs, place), daemon=False)
        # blocked here, so blocked in the child too: a Ctrl-C while it starts is ours alone
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self.workers.append(_Process(has_device=bool(place.devices), process=process, pipe=ours, place=place))

    def give(self, worker: Worker, task: Task, check: Collection[str]) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died while it was idle: heard below
            _own(worker).pipe.send((task.to_json(), sorted(check)))

    def hear(self, seconds: float | None) -> list[tuple[Worker, Message]]:
        by_pipe = {_own(worker).pipe: worker for worker in self.busy}
        spoken = wait(list(by_pipe), seconds)
        return [(by_pipe[pipe], self._said(by_pipe[pipe])) for pipe in spoken if isinstance(pipe, Connection)]

    def replace(self, worker: Worker) -> Lost:
        _own(worker).process.kill()
        return Lost(self._replaced(worker, "its process hung, and was ended"))

    def _said(self, worker: Worker) -> Message:
        try:
            message: Message = _own(worker).pipe.recv()
        except (EOFError, OSError):
            return Lost(self._replaced(worker, "its process died (exit code {}), as when memory runs out"))
        return message

    def _replaced(self, worker: Worker, problem: str) -> StageError:
        """Start another worker in place of one that died; what to tell of its death."""
        own = _own(worker)
        own.process.join(STOP_SECONDS)
        self._store.sweep()
        if own.process.exitcode == DEVICE_LOST:
            problem = "its GPU failed: the task's log says how"
        cure = "run again, with fewer --workers: finished work is kept"
        error = lost(worker, problem.format(own.process.exitcode), cure)
        self.workers.remove(worker)
        own.pipe.close()
        self._start(own.place)
        return error

    def __exit__(self, *exception: Any) -> None:
        processes = []
        for worker in map(_own, self.workers):
            if worker.task:
                worker.process.terminate()
            worker.pipe.close()
            processes.append(worker.process)
        until = time.monotonic() + STOP_SECONDS
        killed = False
        for process in processes:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                killed = True
                process.kill()
                process.join()
            with contextlib.suppress(ValueError):
                process.close()
        if killed:
            self._store.sweep()


def _own(worker: Worker) -> _Process:
    assert isinstance(worker, _Process)  # noqa: S101  (this crew has no others)
    return worker
