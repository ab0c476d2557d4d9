"""What is still to be done in a run: which task waits for which, and which may be begun."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from pipeline.plan.graph import Graph
from pipeline.plan.task import Task


class Todo:
    """The unfinished tasks of a graph.

    Args:
        there: whether a task's artifact is in the store; asked once, when the task is first met.
    """

    def __init__(self, graph: Graph, there: Callable[[Task], bool]) -> None:
        self._graph, self._there = graph, there
        self._order = {key: number for number, key in enumerate(graph.tasks)}
        self._lacking: dict[str, set[str]] = {}  # the unfinished needs of everything that is to be done
        self._users: dict[str, set[str]] = {}
        self._ready: list[tuple[int, str]] = []
        self._taken: set[str] = set()
        self._done: set[str] = set()
        self.failed: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._lacking

    @property
    def ready(self) -> bool:
        """Whether something may be begun."""
        while self._ready and not self._may_begin(self._ready[0][1]):
            heappop(self._ready)
        return bool(self._ready)

    def plan(self, key: str) -> None:
        """See to it that a task gets done, after what it needs."""
        stack = [key]
        while stack:
            task = self._graph.tasks[stack.pop()]
            if task.key in self._lacking or self._is_done(task):
                continue
            self._lacking[task.key] = {need for need in task.needs if not self._is_done(self._graph.tasks[need])}
            for need in task.needs:
                self._users.setdefault(need, set()).add(task.key)
            stack += self._lacking[task.key]
            self.offer(task.key)

    def offer(self, key: str) -> None:
        """Let a task be begun, if it is still to be done and nothing that it needs is missing."""
        self._taken.discard(key)
        if self._lacking.get(key) == set():
            heappush(self._ready, (self._order[key], key))

    def look(self, most: int) -> list[Task]:
        """The first tasks that may be begun, in order."""
        looked: list[tuple[int, str]] = []
        while self._ready and len(looked) < most:
            entry = heappop(self._ready)
            if self._may_begin(entry[1]):
                looked.append(entry)
        for entry in looked:
            heappush(self._ready, entry)
        return [self._graph.tasks[key] for _, key in looked]

    def take(self, key: str) -> None:
        """A task is begun; until it is offered again nobody else begins it."""
        self._taken.add(key)

    def finished(self, key: str) -> None:
        """A task's artifact is there."""
        self._done.add(key)
        self.failed.discard(key)
        self._lacking.pop(key, None)
        self._taken.discard(key)
        for user in self._users.get(key, ()):
            if key in self._lacking.get(user, ()):
                self._lacking[user].discard(key)
                if user not in self._taken:
                    self.offer(user)

    def lost(self, key: str) -> bool:
        """A finished task's artifact is no longer there: make it again. Returns: whether there is anything to make;
        not if that is known already, or another process has made it meanwhile."""
        known = key not in self._done
        if not known:
            self._done.discard(key)
            self.plan(key)
        if key in self._lacking:
            for user in self._users.get(key, set()) & self._lacking.keys():
                self._lacking[user].add(key)
        return not known and key in self._lacking

    def give_up(self, key: str) -> list[str]:
        """A task cannot be done, and neither can what needs it. Returns: all these."""
        stack, given_up = [key], []
        while stack:
            lost = stack.pop()
            given_up.append(lost)
            self.failed.add(lost)
            self._lacking.pop(lost, None)
            self._taken.discard(lost)
            stack += [user for user in self._users.get(lost, ()) if user in self._lacking]
        return given_up

    def _may_begin(self, key: str) -> bool:
        """Others are done meanwhile, begun already, or lack again what they need: they are offered then."""
        return self._lacking.get(key) == set() and key not in self._taken

    def _is_done(self, task: Task) -> bool:
        if task.key in self._done:
            return True
        if task.key in self._lacking or task.key in self.failed or not self._there(task):
            return False
        self._done.add(task.key)
        return True
