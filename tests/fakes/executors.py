"""An executor that starts nobody: renders by the dozen, without workers that load their libraries for each."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Any

from foundation.artifacts import ArtifactStore
from foundation.notices import notices_told
from pipeline.executors.base import Circumstances, Executor
from pipeline.executors.crew import Crew, Worker
from pipeline.executors.messages import Begun, InputsSound, Lost, Message, Progress, Told
from pipeline.executors.worker import attempt
from pipeline.plan.needs import Needs
from pipeline.plan.task import Task


class Here(Executor):
    """Runs the tasks one after the other, in this process; what is lost is made again, as everywhere."""

    remote = False

    def crew(self, needs: Sequence[Needs], store: ArtifactStore, how: Circumstances) -> Crew:
        return _Alone(store)


class _Alone(Crew):
    """One worker, which is this process: whoever gives it a task waits until it is done."""

    def __init__(self, store: ArtifactStore) -> None:
        super().__init__(attempts=1)
        self._store = store
        self._said: list[Message] = []

    def __enter__(self) -> _Alone:
        self.workers.append(Worker())
        return self

    def __exit__(self, *exception: Any) -> None:
        self.workers.clear()

    def give(self, worker: Worker, task: Task, check: Collection[str]) -> None:
        said = self._said

        def report(done: int, total: int) -> None:
            if done == total:
                said.append(Progress(done, total))

        said.append(Begun())
        with notices_told(lambda text: said.append(Told(text))):
            told = Task.from_json(task.to_json())
            said.append(attempt(told, self._store, check, report, lambda: said.append(InputsSound())))

    def hear(self, seconds: float | None) -> list[tuple[Worker, Message]]:
        said, self._said = self._said, []
        if not said:
            time.sleep(seconds or 0.0)
        return [(self.workers[0], message) for message in said]

    def replace(self, worker: Worker) -> Lost:
        raise AssertionError("whoever waits for himself does not hang")
