"""Runs tasks on a Ray cluster. The work folder lies on storage that all its machines share, under one path."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.artifacts import ArtifactStore
from foundation.atomic import write_error
from foundation.devices import sharing
from foundation.errors import ManifestError, StageError
from pipeline.executors.base import Circumstances, Executor
from pipeline.executors.crew import Crew, Worker, lost
from pipeline.executors.messages import Begun, Done, InputsSound, Lost, Message, Progress, Told, UnderWay
from pipeline.executors.own_output import own_output
from pipeline.executors.ray_worker import RayWorker
from pipeline.executors.worker import Place
from pipeline.plan.needs import Needs
from pipeline.plan.task import Task

ATTEMPTS = 4
"""A node may be lost so often, less one, under the same task."""

START_SECONDS = 300.0
"""A cluster that has no room for a single worker for so long is no cluster of ours."""

ASK_SECONDS = 1.0
"""How often a worker is asked how far it is."""


class RayExecutor(Executor):
    """A long-lived actor a worker, each with the processors, GPUs and memory that its tasks declare."""

    remote = True

    @contextlib.contextmanager
    def crew(self, needs: Sequence[Needs], store: ArtifactStore, how: Circumstances) -> Iterator[RayCrew]:
        with own_output(), RayCrew(needs, store, how) as crew:  # Ray tells of lost nodes on stdout
            yield crew


@dataclass(eq=False, kw_only=True)
class _Actor(Worker):
    """`answer`, `asked`: what Ray will give when the task is over, and when the worker has said how far it is."""

    handle: Any
    answer: Any = None
    asked: Any = None
    asked_at: float = 0.0
    check: bool = False


class RayCrew(Crew):
    """The actors. One whose node is lost is replaced as soon as the cluster has room."""

    def __init__(self, needs: Sequence[Needs], store: ArtifactStore, how: Circumstances) -> None:
        super().__init__(attempts=ATTEMPTS)
        self._needs, self._store, self._how = needs, store, how
        self._ray = _import_ray()
        self._place = Place(str(store.root), devices=None, online=how.online)
        self._token = f".shared-{secrets.token_hex(8)}"
        self._coming: dict[Any, _Actor] = {}

    def __enter__(self) -> RayCrew:
        self._connect()
        try:
            self._share()
            for with_device in self._sizes():
                self._start(with_device=with_device)
            until = time.monotonic() + START_SECONDS
            while not self.workers and time.monotonic() < until:
                self._welcome(ASK_SECONDS)
            if not self.workers:
                raise StageError("the Ray cluster has no room for a worker", cure="look at `ray status`")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: Any) -> None:
        actors = [*map(_own, self.workers), *self._coming.values()]
        with contextlib.redirect_stdout(sys.stderr):  # Ray prints here what it has kept back till now
            for actor in actors:
                with contextlib.suppress(Exception):  # an actor that is gone already needs no killing
                    self._ray.kill(actor.handle)
            self._ray.shutdown()
        with contextlib.suppress(OSError):
            (self._store.root / self._token).unlink()
        self._store.sweep()

    def give(self, worker: Worker, task: Task, check: Collection[str]) -> None:
        actor = _own(worker)
        actor.answer = actor.handle.run.remote(task.to_json(), sorted(check))
        actor.asked, actor.asked_at, actor.check = None, time.monotonic(), bool(check)

    def hear(self, seconds: float | None) -> list[tuple[Worker, Message]]:
        self._ask()
        busy = [_own(worker) for worker in self.busy]
        refs = {actor.answer: actor for actor in busy} | {actor.asked: actor for actor in busy if actor.asked}
        waited = [*refs, *self._coming]
        patience = ASK_SECONDS if seconds is None else min(seconds, ASK_SECONDS)
        if not waited and self.workers:  # all that is still to be done is made by other processes
            time.sleep(patience)
            return []
        if not waited:
            raise StageError("no worker is left in the Ray cluster", cure="run again: finished work is kept")
        there, _ = self._ray.wait(waited, num_returns=len(waited), timeout=0)
        there = there or self._ray.wait(waited, num_returns=1, timeout=patience)[0]
        self._welcome(0)
        heard: list[tuple[Worker, Message]] = []
        for ref in there:
            actor = refs.get(ref)
            if actor is not None:
                heard += [(actor, said) for said in (self._answer(actor) if ref is actor.answer else self._told(actor))]
        over = {worker for worker, said in heard if not isinstance(said, UnderWay | InputsSound | Told)}
        # what a worker said of a task before its last word has been overtaken
        return [(worker, said) for worker, said in heard if worker not in over or not isinstance(said, UnderWay)]

    def _answer(self, actor: _Actor) -> list[Message]:
        """How the actor's task ended."""
        try:
            *told, ending = self._ray.get(actor.answer)
        except self._ray.exceptions.RayActorError:
            return [self.replace(actor)]
        sound = [InputsSound()] if isinstance(ending, Done) and actor.check else []
        return [*told, *sound, ending]

    def replace(self, worker: Worker) -> Lost:
        actor = _own(worker)
        with contextlib.suppress(Exception):  # most are gone already
            self._ray.kill(actor.handle)
        self.workers.remove(actor)
        self._start(with_device=actor.has_device)
        problem = "its worker was lost, with its machine or by itself, as when memory runs out"
        return Lost(lost(worker, problem, "run again: finished work is kept"))

    def _told(self, actor: _Actor) -> list[Message]:
        """How far the actor is."""
        asked, actor.asked = actor.asked, None
        try:
            done, total, sound = self._ray.get(asked)
        except self._ray.exceptions.RayActorError:
            return []  # its answer says so too
        said: list[Message] = [Progress(done, total) if total else Begun()]
        if sound and actor.check:
            actor.check = False
            said.append(InputsSound())
        return said

    def _ask(self) -> None:
        now = time.monotonic()
        for actor in map(_own, self.busy):
            if actor.asked is None and now - actor.asked_at >= ASK_SECONDS:
                actor.asked, actor.asked_at = actor.handle.progress.remote(), now

    def _connect(self) -> None:
        """Raises: ManifestError if there is no cluster at the address."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a farm never goes online unless it is asked to
        ours = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        address = self._how.address or "auto"
        try:
            self._ray.init(address=address, log_to_driver=False, logging_level="ERROR", configure_logging=False)
        except (ConnectionError, ValueError, RuntimeError) as error:
            told = str(error).strip().splitlines()[0]
            cure = "start one with `ray start --head`, and name it as --address HOST:PORT"
            raise ManifestError(f"--address {address}: no Ray cluster answers: {told}", cure=cure) from error
        finally:
            for number, handler in ours.items():  # Ray has put its own in their place
                signal.signal(number, handler)

    def _share(self) -> None:
        try:
            self._store.root.mkdir(parents=True, exist_ok=True)
            (self._store.root / self._token).touch()
        except OSError as error:
            raise write_error(error, self._store.root) from error

    def _sizes(self) -> list[bool]:
        """For each worker to start, whether it has a GPU."""
        there = self._ray.cluster_resources()
        most = min(self._how.workers or int(there.get("CPU", 1)), len(self._needs))
        wanting = sum(need.gpus > 0 for need in self._needs)
        gpus = min(int(there.get("GPU", 0)) * (sharing() or 1), wanting, most)
        return [number < gpus for number in range(max(1, most))]

    def _start(self, *, with_device: bool) -> None:
        """Ask for a worker; it counts when it has answered."""
        fitting = [need for need in self._needs if with_device or not need.gpus] or self._needs
        memory = max(need.memory for need in fitting)
        cpus = max(need.cpus for need in fitting)
        remote = self._ray.remote(RayWorker).options(
            num_cpus=cpus, num_gpus=with_device / (sharing() or 1), memory=memory, max_concurrency=2, max_restarts=0
        )
        actor = _Actor(has_device=with_device, handle=remote.remote(self._place))
        self._coming[actor.handle.ready.remote(self._token)] = actor

    def _welcome(self, seconds: float) -> None:
        """Take in the workers that have answered.

        Raises: StageError if one of them does not see the work folder.
        """
        if not self._coming:
            return
        there, _ = self._ray.wait(list(self._coming), num_returns=len(self._coming), timeout=seconds)
        for ref in there:
            actor = self._coming.pop(ref)
            try:
                shared = self._ray.get(ref)
            except self._ray.exceptions.RayActorError:
                self._start(with_device=actor.has_device)
                continue
            if not shared:
                problem = "a machine of the Ray cluster does not see this folder"
                raise StageError(problem, file=self._store.root, cure="name a folder on shared storage as --work")
            self.workers.append(actor)


def _import_ray() -> Any:
    try:
        import ray  # noqa: PLC0415  (only this executor needs it)
    except ImportError as error:
        cure = "make install-farm"
        raise ManifestError("the executor ray needs the package ray, which is not installed", cure=cure) from error
    return ray


def _own(worker: Worker) -> _Actor:
    assert isinstance(worker, _Actor)  # noqa: S101  (this crew has no others)
    return worker
