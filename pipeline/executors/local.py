"""Runs tasks on this machine, in worker processes."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError, StageError
from foundation.events import Listener, TaskFinished, TaskProgress, TaskStarted
from pipeline.executors.base import Capabilities, Executor
from pipeline.executors.worker import serve
from pipeline.plan.graph import Graph
from pipeline.plan.task import Task

STOP_SECONDS = 2.0


class LocalExecutor(Executor):
    """Worker processes on this machine; each keeps its models loaded from task to task."""

    capabilities = Capabilities(parallel=True, remote=False)

    def run(self, graph: Graph, wanted: Iterable[str], store: ArtifactStore, *, workers: int, listen: Listener) -> None:
        store.sweep()
        done = {task.key for task in graph if store.find(task.stage, task.key)}
        todo = graph.needed_for(wanted, done)
        for task in graph:
            if task.key in done:
                listen(TaskFinished(task.key, task.stage, task.label, cached=True, seconds=0.0))
        if todo:
            with _Pool(min(workers, len(todo)), store) as pool:
                _Run(todo, done, pool, listen).finish()


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: Task | None = None


@dataclass
class _Run:
    """One graph being worked off: in graph order, whatever is ready goes to whoever is free."""

    todo: list[Task]
    done: set[str]
    pool: _Pool
    listen: Listener

    def finish(self) -> None:
        waiting = list(self.todo)
        while waiting or self.pool.busy:
            for worker in self.pool.free:
                ready = next((task for task in waiting if self.done.issuperset(task.needs)), None)
                if ready is None:
                    break
                waiting.remove(ready)
                worker.task = ready
                worker.pipe.send(ready.to_json())
                self.listen(TaskStarted(ready.key, ready.stage, ready.label))
            for worker in self.pool.spoken():
                self._hear(worker)

    def _hear(self, worker: _Worker) -> None:
        task = worker.task
        assert task is not None  # noqa: S101  (only busy workers are listened to)
        try:
            kind, *rest = worker.pipe.recv()
        except (EOFError, ConnectionResetError):
            raise _died(worker, task) from None
        if kind == "progress":
            self.listen(TaskProgress(task.key, *rest))
            return
        if kind == "failed":
            error = DuetError.from_json(rest[0])
            error.add_note(rest[1])
            raise error
        worker.task = None
        self.done.add(task.key)
        self.listen(TaskFinished(task.key, task.stage, task.label, cached=False, seconds=rest[0]))


@dataclass
class _Pool:
    """The worker processes; leaving it stops them, whatever they are doing."""

    size: int
    store: ArtifactStore
    workers: list[_Worker] = field(default_factory=list)

    def __enter__(self) -> _Pool:
        context = multiprocessing.get_context("spawn")
        for _ in range(self.size):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, str(self.store.root)), daemon=False)
            process.start()
            theirs.close()
            self.workers.append(_Worker(process, ours))
        return self

    @property
    def busy(self) -> list[_Worker]:
        return [worker for worker in self.workers if worker.task]

    @property
    def free(self) -> list[_Worker]:
        return [worker for worker in self.workers if not worker.task]

    def spoken(self) -> list[_Worker]:
        """Waits until a busy worker has something to say (or has died); those workers."""
        by_pipe = {worker.pipe: worker for worker in self.busy}
        return [by_pipe[pipe] for pipe in wait(list(by_pipe)) if isinstance(pipe, Connection)]

    def __exit__(self, *exception: Any) -> None:
        for worker in self.workers:
            if worker.task:
                worker.process.terminate()
            worker.pipe.close()
        for worker in self.workers:
            worker.process.join(STOP_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            with contextlib.suppress(ValueError):
                worker.process.close()


def _died(worker: _Worker, task: Task) -> StageError:
    worker.process.join(STOP_SECONDS)
    return StageError(
        f"its process died (exit code {worker.process.exitcode}), as when memory runs out",
        performer=task.performer,
        stage=task.stage,
        cure="run again, with fewer --workers: finished work is kept",
    )
