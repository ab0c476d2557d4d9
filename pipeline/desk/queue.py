"""The queue: which render runs now and which after it. Whatever happens to the desk, no job is lost."""

from __future__ import annotations

import fcntl
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from foundation.atomic import make_folder
from foundation.codec import Json
from foundation.errors import DuetError, ManifestError, StageError
from pipeline.desk.commands import Command
from pipeline.desk.folder import STATE, Folder
from pipeline.desk.jobs import MOST_JOBS, Job, Kept, now
from pipeline.desk.renders import ENDS, Render, arguments, loaded, spared, written_by


class Queue:
    """Of a folder's renders. One thread begins them and says what they will take; each has a thread that listens.

    Args:
        keep: called with a manifest's file whenever a render of it has left a result.
    Raises: InputError if what was kept is damaged.
    """

    def __init__(self, folder: Folder, keep: Callable[[Path], object]) -> None:
        self._folder, self._keep = folder, keep
        self._path = folder.root / STATE / "queue.json"
        self._kept = Kept.read(self._path)
        self._renders: dict[str, Render] = {}
        self._looking: Command | None = None
        self._changed = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None
        self._lock: IO[bytes] | None = None
        self._ending = False
        self.told = 0
        """Counts what changed in the list of jobs."""

    # for the pages

    def shown(self) -> Json:
        """The list, for the page; nobody waits for the disk."""
        kept: Json = self._kept.model_dump()
        return kept

    def lives(self) -> Json:
        """How far the renders are that run, by job."""
        return {key: one.live.shown() | {"stopping": one.command.stopped} for key, one in dict(self._renders).items()}

    def state_of(self, name: str) -> str | None:
        """Whether a manifest is being rendered, or waits for it."""
        states = {job.state for job in self._kept.jobs if job.name == name}
        return "rendering" if "running" in states else "queued" if "waiting" in states else None

    # what people do

    def add(self, name: str) -> Job:
        """Put a manifest at the queue's end.

        Raises: ManifestError if it waits there already, or the queue is full.
        """
        with self._changed:
            if any(job.name == name and job.state == "waiting" for job in self._kept.jobs):
                raise ManifestError(f"{name} waits in the queue already", cure="move it there to the front")
            if len(self._kept.jobs) >= MOST_JOBS:
                raise ManifestError(f"the queue takes {MOST_JOBS} jobs", cure="remove what is over")
            job = Job(id=secrets.token_hex(6), name=name, added=now())
            self._set(jobs=[*self._kept.jobs, job])
        return job

    def settle(self, *, held: bool | None = None, at_once: int | None = None) -> None:
        """Hold it or let it go on; how many renders may run at once."""
        changes = {"held": held, "at_once": at_once}
        with self._changed:
            self._set(**{name: value for name, value in changes.items() if value is not None})

    def move(self, key: str, before: str | None) -> None:
        """Put a job before another; None: at the end. Raises: ManifestError if one of them is gone."""
        with self._changed:
            job = self._need(key)
            rest = [one for one in self._kept.jobs if one.id != key]
            at = len(rest) if before is None else [one.id for one in rest].index(self._need(before).id)
            self._set(jobs=[*rest[:at], job, *rest[at:]])

    def remove(self, key: str) -> None:
        """Forget a job; nothing that was rendered is touched. Raises: ManifestError if it runs, or is gone."""
        with self._changed:
            if self._need(key).state == "running":
                raise ManifestError("it is being rendered", cure="stop it first")
            self._set(jobs=[job for job in self._kept.jobs if job.id != key])

    def clear(self) -> None:
        """Forget all jobs that are over."""
        with self._changed:
            self._set(jobs=[job for job in self._kept.jobs if not job.is_over])

    def stop(self, key: str) -> None:
        """Stop a render; what is finished of it is kept. Raises: ManifestError if it does not run."""
        with self._changed:
            if key not in self._renders:
                raise ManifestError("it is not being rendered", cure="look at the queue again")
            self._renders[key].command.stop()

    def retry(self, key: str) -> None:
        """Put a job that is over at the queue's end. Raises: ManifestError if it is not over, or waits already."""
        with self._changed:
            old = self._need(key)
            if not old.is_over:
                raise ManifestError("it is not over yet", cure="wait, or stop it")
            self.add(old.name)
            self.remove(key)

    def _need(self, key: str) -> Job:
        job = self._kept.find(key)
        if job is None:
            raise ManifestError("there is no such job any more", cure="look at the queue again")
        return job

    def _set(self, **changes: object) -> None:
        """Change what is kept: first on the disk. Call it with the lock."""
        fresh = self._kept.model_copy(update=changes)
        fresh.write(self._path)
        self._kept = fresh
        self.told += 1
        self._changed.notify_all()

    def _note(self, change: Callable[[Job], Job]) -> None:
        """Change jobs as renders go; what cannot be written is true all the same. Call it with the lock."""
        jobs = [change(job) for job in self._kept.jobs]
        try:
            self._set(jobs=jobs)
        except DuetError:
            self._kept = self._kept.model_copy(update={"jobs": jobs})
            self.told += 1

    # the work

    def start(self) -> None:
        """Begin to work; jobs that ran when the desk ended last run again, and find what is finished.

        Raises: StageError if another desk works on this folder.
        """
        make_folder(self._path.parent)
        lock = self._path.with_suffix(".lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            told = "another desk works on this folder"
            raise StageError(told, file=self._folder.root, cure="open that one, or end it") from error
        self._lock = lock
        with self._changed:
            self._note(lambda job: job if job.is_over else job.changed(state="waiting", began=None, spared=None))
        self._thread = threading.Thread(target=self._work, name="queue", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop all renders; they go on when the desk is started again."""
        with self._changed:
            self._ending = True
            commands = [render.command for render in self._renders.values()]
            for command in [*commands, *([self._looking] if self._looking else [])]:
                command.stop()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._renders)
        if self._thread:
            self._thread.join()
        if self._lock:
            self._lock.close()

    def _work(self) -> None:
        while True:
            with self._changed:
                if (
                    self._ending
                ):  # looked at with the lock: else the end could come before the wait, which nothing would end
                    return
                job = self._next()
                if job is None:
                    self._changed.wait()
                elif job.spared is not None:
                    self._begin(job)
            if job is not None and job.spared is None:
                self._look(job)

    def _next(self) -> Job | None:
        """The job to begin or, where nothing is known of it yet, to look at first."""
        waiting = [job for job in self._kept.jobs if job.state == "waiting"]
        if not self._kept.held and len(self._renders) < self._kept.at_once:
            taken = [path for render in self._renders.values() for path in render.writes]
            for job in waiting:
                if job.spared is None or not taken or not self._writes(job).intersection(taken):
                    return job
        return next((job for job in waiting if job.spared is None), None)

    def _writes(self, job: Job) -> frozenset[Path]:
        return written_by(loaded(self._folder, job.name))

    def _look(self, job: Job) -> None:
        """Ask what it will take, for people to know before it begins."""
        lines: list[bytes] = []
        try:
            command = Command.start(arguments(self._folder, job.name, "plan", "--cost"))
        except OSError as error:
            told, seconds = f"it cannot be planned: {error.strerror}", None
        else:
            self._looking = command
            code = command.read(lines.append)
            self._looking = None
            told, seconds = spared(command, code, lines)
        with self._changed:
            if not self._ending and self._kept.find(job.id):
                self._note(lambda one: one.changed(spared=told, seconds=seconds) if one.id == job.id else one)

    def _begin(self, job: Job) -> None:
        manifests = loaded(self._folder, job.name)
        batch, writes = any(each.manifest.batch for each in manifests), written_by(manifests)
        try:
            given = arguments(self._folder, job.name, "batch" if batch else "render", "--offline")
            command = Command.start(given, self._kept.at_once)
        except OSError as error:
            told = f"it cannot be started: {error.strerror}"
            self._note(lambda one: one.changed(state="failed", told=told, ended=now()) if one.id == job.id else one)
            return
        self._renders[job.id] = render = Render(command, writes)
        self._note(lambda one: one.changed(state="running", began=now()) if one.id == job.id else one)
        threading.Thread(target=self._follow, args=(job, render), name=f"render {job.id}", daemon=True).start()

    def _follow(self, job: Job, render: Render) -> None:
        code = render.command.read(render.live.hear)
        try:
            if code in ENDS:
                with suppress(DuetError):  # the result lies in its place all the same
                    self._keep(self._folder.root / job.name)
        finally:
            with self._changed:
                del self._renders[job.id]
                if not self._ending:
                    self._over(job, render, code)
                self._changed.notify_all()

    def _over(self, job: Job, render: Render, code: int) -> None:
        state = "stopped" if render.command.stopped and code not in ENDS else ENDS.get(code, "failed")
        told = "" if state in ("done", "stopped") else render.command.problem(code, render.live.end)

        def after(one: Job) -> Job:
            if one.id == job.id:
                return one.changed(state=state, told=told, ended=now())
            return one.changed(spared=None) if one.state == "waiting" else one  # what was made may spare it work

        self._note(after)
