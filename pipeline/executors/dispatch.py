"""One graph being worked off by a crew: what may run goes to whoever is free, in the graph's order.

Finished work of earlier runs is compared with its digest once, before the first task that reads it; what is damaged,
or has vanished in the meantime, is made again together with what that needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from heapq import heappop, heappush

from foundation.artifacts import LARGE, ArtifactStore
from foundation.errors import DuetError, StageError
from foundation.events import Listener, Notice, TaskFailed, TaskFinished, TaskProgress, TaskRepeated, TaskStarted
from pipeline.executors.crew import Crew, Said, Worker
from pipeline.executors.run_task import POLL_SECONDS
from pipeline.plan.graph import Graph
from pipeline.plan.needs import model_of, needs_of
from pipeline.plan.task import Task

LOOK = 64
"""So many tasks that may run are considered for a free worker."""

REBUILDS = 3
"""How often one artifact is made again in a run before the disk is to blame."""


class Dispatch:
    """The state of a run.

    Attributes:
        todo: what must run, as known before it starts, in order. failed: why tasks could not be done, by key.
    """

    def __init__(
        self, graph: Graph, wanted: Iterable[str], store: ArtifactStore, listen: Listener, *, keep_going: bool
    ) -> None:
        self._graph, self._store, self._listen, self._keep_going = graph, store, listen, keep_going
        self._order = {key: number for number, key in enumerate(graph.tasks)}
        self._done: set[str] = set()
        self._lacking: dict[str, set[str]] = {}  # unfinished needs of everything that is to be done
        self._users: dict[str, set[str]] = {}
        self._ready: list[tuple[int, str]] = []
        self._unchecked: set[str] = set()
        self._checking: dict[str, Worker] = {}
        self._elsewhere: set[str] = set()
        self._noticed: set[str] = set()
        self._attempts: Counter[str] = Counter()
        self._rebuilt: Counter[str] = Counter()
        self.failed: dict[str, DuetError] = {}
        self._start(list(wanted))

    @property
    def todo(self) -> list[Task]:
        return [task for task in self._graph if task.key in self._lacking]

    def finish(self, crew: Crew) -> None:
        """Work until nothing is left that can be done.

        Raises: DuetError, as Executor.run.
        """
        while self._ready or crew.busy or self._elsewhere:
            self._assign(crew)
            for worker, said in crew.hear(POLL_SECONDS if self._elsewhere else None):
                self._hear(crew, worker, said)
            self._look_elsewhere()

    def _start(self, wanted: list[str]) -> None:
        """Walk from what is wanted to what is there."""
        for key in wanted:
            task = self._graph.tasks[key]
            found = self._store.find(task.stage, key)
            if found and found.size <= LARGE and self._store.damage(task.stage, key):
                self._store.discard(task.stage, key)
                self._listen(TaskRepeated(key, task.stage, task.label, "it was damaged on the disk"))
            self._plan(key)
        for task in self._graph.needed_for(wanted, ()):
            if task.key not in self._lacking:
                self._tell_finished(task)

    def _plan(self, key: str) -> None:
        """See to it that a task gets done, after what it needs."""
        stack = [key]
        while stack:
            task = self._graph.tasks[stack.pop()]
            if task.key in self._lacking or self._there(task):
                continue
            self._lacking[task.key] = {need for need in task.needs if not self._there(self._graph.tasks[need])}
            for need in self._lacking[task.key]:
                self._users.setdefault(need, set()).add(task.key)
                stack.append(need)
            if not self._lacking[task.key]:
                self._push(task.key)

    def _there(self, task: Task) -> bool:
        if task.key in self._done:
            return True
        if task.key in self._lacking or task.key in self.failed:
            return False
        found = self._store.find(task.stage, task.key)
        if found:
            self._store.used(found)
            self._done.add(task.key)
            self._unchecked.add(task.key)
        return found is not None

    def _push(self, key: str) -> None:
        heappush(self._ready, (self._order[key], key))

    def _assign(self, crew: Crew) -> None:
        for worker in crew.idle:
            task = self._choose(crew, worker)
            if task is None:
                continue
            check = self._unchecked.intersection(task.needs)
            self._checking |= dict.fromkeys(check, worker)
            worker.task, worker.model = task, model_of(task) or worker.model
            crew.give(worker, task, check)
            self._listen(TaskStarted(task.key, task.stage, task.label))

    def _choose(self, crew: Crew, worker: Worker) -> Task | None:
        """The first task that the worker can run; better one of the first whose model it has loaded."""
        looked: list[tuple[int, str]] = []
        chosen: tuple[int, str] | None = None
        while self._ready and len(looked) < LOOK:
            entry = heappop(self._ready)
            task = self._graph.tasks[entry[1]]
            if self._lacking.get(task.key) is None or self._lacking[task.key]:
                continue  # done meanwhile, or something that it needs has to be made again: it comes back then
            looked.append(entry)
            if self._checking.keys() & task.needs or not crew.suits(worker, needs_of(task)):
                continue
            chosen = chosen or entry
            if not model_of(task) or model_of(task) == worker.model:
                chosen = entry
                break
        for entry in looked:
            if entry != chosen:
                heappush(self._ready, entry)
        return self._graph.tasks[chosen[1]] if chosen else None

    def _hear(self, crew: Crew, worker: Worker, said: Said) -> None:
        task = worker.task
        assert task is not None  # noqa: S101  (only busy workers are listened to)
        if said.kind == "progress":
            self._listen(TaskProgress(task.key, *said.values))
            return
        if said.kind == "notice":
            self._notice(said.values[0])
            return
        mine = [key for key, by in self._checking.items() if by is worker]
        for key in mine:
            del self._checking[key]
        if said.kind == "sound":
            self._unchecked.difference_update(mine)
            return
        worker.task = None
        if said.kind == "done":
            self._finished(task, said.values[0])
        elif said.kind == "busy":
            self._elsewhere.add(task.key)
        elif said.kind == "spoilt":
            self._rebuild(task, said.values[0])
        elif said.kind == "lost" and self._attempts[task.key] + 1 < crew.attempts:
            self._attempts[task.key] += 1
            self._listen(TaskRepeated(task.key, task.stage, task.label, said.error.problem))
            self._push(task.key)
        else:
            self._fail(task, said.error)

    def _notice(self, text: str) -> None:
        """Once in a run, however many workers say it."""
        if text not in self._noticed:
            self._noticed.add(text)
            self._listen(Notice(text))

    def _finished(self, task: Task, seconds: float | None) -> None:
        """A task's artifact is there; `seconds` is None where another process made it."""
        self._done.add(task.key)
        self.failed.pop(task.key, None)
        self._lacking.pop(task.key, None)
        for user in self._users.get(task.key, ()):
            if user in self._lacking:
                self._lacking[user].discard(task.key)
                if not self._lacking[user]:
                    self._push(user)
        self._tell_finished(task, seconds)

    def _tell_finished(self, task: Task, seconds: float | None = None) -> None:
        cached = seconds is None
        self._listen(TaskFinished(task.key, task.stage, task.label, cached=cached, seconds=seconds or 0.0))

    def _rebuild(self, task: Task, keys: Iterable[str]) -> None:
        """Inputs of a task are damaged, or not there any more: make them again, then the task."""
        for key in keys:
            needed = self._graph.tasks[key]
            self._rebuilt[key] += 1
            if self._rebuilt[key] > REBUILDS:
                problem = f"{needed.stage} {key[:12]} is damaged again and again"
                self._fail(task, StageError(problem, file=self._store.root, cure="check that disk for faults"))
                return
            self._done.discard(key)
            self._unchecked.discard(key)
            self._plan(key)
            if key not in self._lacking:
                continue  # another process has made it meanwhile
            self._listen(TaskRepeated(key, needed.stage, needed.label, "it is damaged, or not there any more"))
            users = self._users.setdefault(key, set())
            users.add(task.key)
            for user in users.intersection(self._lacking):
                self._lacking[user].add(key)
        if not self._lacking[task.key]:
            self._push(task.key)

    def _fail(self, task: Task, error: DuetError) -> None:
        """Give up a task, and whatever needs it."""
        if not self._keep_going:
            raise error
        self._listen(TaskFailed(task.key, task.stage, task.label, str(error)))
        stack = [task.key]
        while stack:
            key = stack.pop()
            self.failed.setdefault(key, error)
            self._lacking.pop(key, None)
            stack += [user for user in self._users.get(key, ()) if user in self._lacking]

    def _look_elsewhere(self) -> None:
        """What other processes make: has it come, or is it ours after all?"""
        for key in list(self._elsewhere):
            task = self._graph.tasks[key]
            if self._store.find(task.stage, key):
                self._elsewhere.discard(key)
                self._finished(task, None)
            elif not self._store.leases.holder(key):
                self._elsewhere.discard(key)
                self._push(key)
