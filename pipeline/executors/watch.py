"""Notices workers that hang: stopped, or stuck, so that nobody waits for them without end."""

from __future__ import annotations

from collections.abc import Collection

from foundation.leases import Leases
from pipeline.executors.crew import Worker

START_SECONDS = 300.0
"""How long a worker may take until its first word: it starts, and loads its libraries."""


class Watch:
    """How long each busy worker has been silent, as long as somebody listens: a run that was stopped itself, and goes
    on, finds nobody to blame."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._silent: dict[Worker, float] = {}
        self._begun: set[Worker] = set()

    @property
    def patience(self) -> float:
        """The longest time to listen between two looks, in seconds."""
        return self._leases.beat

    def given(self, worker: Worker) -> None:
        """A worker has got a task."""
        self._silent[worker] = 0.0
        self._begun.discard(worker)

    def heard(self, worker: Worker) -> None:
        """It has said something."""
        self._silent[worker] = 0.0
        self._begun.add(worker)

    def hung(self, busy: Collection[Worker], seconds: float) -> list[Worker]:
        """The workers that have neither spoken nor touched their leases for too long, after `seconds` of listening."""
        found = []
        for worker in busy:
            self._silent[worker] += min(seconds, self.patience)
            most = self._leases.stale if worker in self._begun else max(self._leases.stale, START_SECONDS)
            if self._silent[worker] <= most:
                continue
            if worker.task and self._leases.holder(worker.task.key):
                self._silent[worker] = 0.0
            else:
                found.append(worker)
        return found
