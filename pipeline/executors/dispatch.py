"""One graph being worked off by a crew: what may run goes to whoever is free, in the graph's order.

Finished work of earlier runs is compared with its digest once, before the first task that reads it. Whatever is lost
(an artifact, damaged or removed; a lease; a worker) is made again together with what that needs, so often and no more.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

from foundation.artifacts import LARGE, ArtifactStore
from foundation.errors import DuetError
from foundation.events import Listener, Notice, TaskFailed, TaskFinished, TaskProgress, TaskRepeated, TaskStarted
from pipeline.executors.crew import Crew, Worker
from pipeline.executors.messages import (
    Again,
    Begun,
    Busy,
    Done,
    Ending,
    Failed,
    InputsSound,
    InputsSpoilt,
    Lost,
    Message,
    Progress,
    Told,
)
from pipeline.executors.run_task import POLL_SECONDS, REPEATS, too_often
from pipeline.executors.todo import Todo
from pipeline.executors.watch import Watch
from pipeline.plan.graph import Graph
from pipeline.plan.needs import model_of, needs_of
from pipeline.plan.task import Task

LOOK = 64
"""So many tasks that may run are considered for a free worker."""


class Dispatch:
    """The state of a run.

    Attributes:
        todo: what must run, as known before it starts, in order.
        failed: why tasks could not be done, by key.
    """

    def __init__(
        self, graph: Graph, wanted: Iterable[str], store: ArtifactStore, listen: Listener, *, keep_going: bool
    ) -> None:
        self._graph, self._store, self._listen, self._keep_going = graph, store, listen, keep_going
        self._todo = Todo(graph, self._there)
        self._watch = Watch(store.leases)
        self._unchecked: set[str] = set()
        self._checking: dict[str, Worker] = {}
        self._elsewhere: set[str] = set()
        self._noticed: set[str] = set()
        self._workers_lost: Counter[str] = Counter()
        self._made_again: Counter[str] = Counter()
        self._begun_again: Counter[str] = Counter()
        self.failed: dict[str, DuetError] = {}
        self._start(list(wanted))

    @property
    def todo(self) -> list[Task]:
        return [task for task in self._graph if task.key in self._todo]

    def finish(self, crew: Crew) -> None:
        """Work until nothing is left that can be done.

        Raises: DuetError, as Executor.run.
        """
        while self._todo.ready or crew.busy or self._elsewhere:
            self._assign(crew)
            began = time.monotonic()
            for worker, said in crew.hear(min(POLL_SECONDS, self._watch.patience)):
                self._watch.heard(worker)
                self._hear(crew, worker, said)
            for worker in self._watch.hung(crew.busy, time.monotonic() - began):
                self._hear(crew, worker, crew.replace(worker))
            self._look_elsewhere()

    def _start(self, wanted: list[str]) -> None:
        """Walk from what is wanted to what is there."""
        for key in wanted:
            task = self._graph.tasks[key]
            found = self._store.find(task.stage, key)
            if found and found.size <= LARGE and self._store.damage(task.stage, key):
                self._store.discard(task.stage, key)
                self._repeat(task, "it was damaged on the disk")
            self._todo.plan(key)
        for task in self._graph.needed_for(wanted, ()):
            if task.key not in self._todo:
                self._tell_finished(task)

    def _there(self, task: Task) -> bool:
        found = self._store.find(task.stage, task.key)
        if found:
            self._store.used(found)
            self._unchecked.add(task.key)
        return found is not None

    def _assign(self, crew: Crew) -> None:
        for worker in crew.idle:
            task = self._choose(crew, worker)
            if task is None:
                continue
            self._todo.take(task.key)
            check = self._unchecked.intersection(task.needs)
            self._checking |= dict.fromkeys(check, worker)
            worker.task, worker.model = task, model_of(task) or worker.model
            self._watch.given(worker)
            crew.give(worker, task, check)
            self._listen(TaskStarted(task.key, task.stage, task.label))

    def _choose(self, crew: Crew, worker: Worker) -> Task | None:
        """The first task that the worker can run. Better one that starts no encoder while every second worker has one,
        so that these take memory and processors one after the other; then one of the first whose model it has loaded.
        """
        suiting = [
            task
            for task in self._todo.look(LOOK)
            if not self._checking.keys() & task.needs and crew.suits(worker, needs_of(task))
        ]
        encoding = sum(busy.task is not None and busy.task.spec.encodes for busy in crew.workers)
        crowded = 2 * encoding >= len(crew.workers)

        def amiss(task: Task) -> tuple[bool, bool]:
            return crowded and task.spec.encodes, model_of(task) not in ((), worker.model)

        return min(suiting, key=amiss, default=None)

    def _hear(self, crew: Crew, worker: Worker, said: Message) -> None:
        task = worker.task
        assert task is not None  # noqa: S101  (only busy workers are listened to)
        match said:
            case Begun():
                pass
            case Progress(done, total):
                self._listen(TaskProgress(task.key, done, total))
            case Told(text):
                self._notice(text)
            case InputsSound():
                self._unchecked.difference_update(self._checked_by(worker))
            case ending:
                self._checked_by(worker)
                worker.task = None
                self._ended(crew, task, ending)

    def _checked_by(self, worker: Worker) -> list[str]:
        """The artifacts that a worker was to compare; from now on nobody waits for that."""
        mine = [key for key, by in self._checking.items() if by is worker]
        for key in mine:
            del self._checking[key]
        return mine

    def _ended(self, crew: Crew, task: Task, ending: Ending) -> None:
        """A worker is done with a task, in whatever way."""
        match ending:
            case Done(seconds):
                self._finished(task, seconds)
            case Busy():
                self._elsewhere.add(task.key)
            case InputsSpoilt(keys):
                self._make_again(task, keys)
            case Again(why):
                self._repeat(task, why)
                self._begin_again(task, why)
            case Lost(error) if self._workers_lost[task.key] + 1 < crew.attempts:
                self._workers_lost[task.key] += 1
                self._repeat(task, error.problem)
                self._todo.offer(task.key)
            case Lost() | Failed():
                self._fail(task, ending.error)

    def _notice(self, text: str) -> None:
        """Once in a run, however many workers say it."""
        if text not in self._noticed:
            self._noticed.add(text)
            self._listen(Notice(text))

    def _repeat(self, task: Task, why: str) -> None:
        self._listen(TaskRepeated(task.key, task.stage, task.label, why))

    def _finished(self, task: Task, seconds: float | None) -> None:
        """A task's artifact is there; `seconds` is None where another process made it."""
        self.failed.pop(task.key, None)
        self._todo.finished(task.key)
        self._tell_finished(task, seconds)

    def _tell_finished(self, task: Task, seconds: float | None = None) -> None:
        cached = seconds is None
        self._listen(TaskFinished(task.key, task.stage, task.label, cached=cached, seconds=seconds or 0.0))

    def _make_again(self, task: Task, keys: Iterable[str]) -> None:
        """Inputs of a task are damaged, or not there any more: make them again, then the task."""
        for key in keys:
            needed = self._graph.tasks[key]
            self._unchecked.discard(key)
            if not self._todo.lost(key):
                continue
            why = "it is damaged, or not there any more"
            self._made_again[key] += 1
            self._repeat(needed, why)
            if self._made_again[key] >= REPEATS:
                self._fail(needed, too_often(needed, self._store, why))
        self._begin_again(task, "what it needs is damaged, or not there any more")

    def _begin_again(self, task: Task, why: str) -> None:
        """Try a task once more, so often and no more."""
        self._begun_again[task.key] += 1
        if self._begun_again[task.key] >= REPEATS and task.key in self._todo:
            self._fail(task, too_often(task, self._store, why))
        self._todo.offer(task.key)

    def _fail(self, task: Task, error: DuetError) -> None:
        """Give up a task, and whatever needs it."""
        if not self._keep_going:
            raise error
        self._listen(TaskFailed(task.key, task.stage, task.label, str(error)))
        for key in self._todo.give_up(task.key):
            self.failed.setdefault(key, error)

    def _look_elsewhere(self) -> None:
        """What other processes make: has it come, or is it ours after all?"""
        for key in list(self._elsewhere):
            task = self._graph.tasks[key]
            if self._store.find(task.stage, key):
                self._elsewhere.discard(key)
                self._finished(task, None)
            elif not self._store.leases.holder(key):
                self._elsewhere.discard(key)
                self._todo.offer(key)
