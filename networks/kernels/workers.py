"""Shares tasks among as many threads as torch is set to use. Kernels let go of Python's lock while they run."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor

ALIGNMENT = 64  # bytes: a cache line


class Scratch:
    """One thread's buffers, kept from call to call."""

    def __init__(self) -> None:
        self._buffers: dict[str, Tensor] = {}

    def address(self, name: str, floats: int) -> int:
        """Of a buffer of at least that many floats, aligned; its content is left from before."""
        buffer = self._buffers.get(name)
        if buffer is None or len(buffer) < floats + ALIGNMENT:
            self._buffers[name] = buffer = torch.empty(floats + ALIGNMENT)
        return -(-buffer.data_ptr() // ALIGNMENT) * ALIGNMENT


Task = Callable[[Scratch], None]
STEADY = 4
"""Threads: what a small machine can bear and a large one gains from."""

_local = threading.local()


def thread_count() -> int:
    """How many threads share the tasks: torch's number, also where torch itself is held to one."""
    return int(getattr(_local, "threads", None) or torch.get_num_threads())


@contextmanager
def torch_on_one_thread() -> Iterator[None]:
    """Between kernels, torch has only small things to do. Its helpers would spin for a while after each, and take the
    processors away from the kernels' threads; measured, that costs more than they help."""
    with _torch_on(1):
        yield


@contextmanager
def steady_torch() -> Iterator[None]:
    """Torch's last bits depend on how many threads share a sum, so it gets the same number on every machine. Kernels,
    whose bits do not, keep what they had."""
    with _torch_on(STEADY):
        yield


@contextmanager
def _torch_on(count: int) -> Iterator[None]:
    before, shared = torch.get_num_threads(), getattr(_local, "threads", None)
    _local.threads = thread_count()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        _local.threads = shared


@cache
def _pool(process: int, threads: int) -> tuple[ThreadPoolExecutor, list[Scratch]]:
    # Keyed by process: threads do not survive a fork.
    return ThreadPoolExecutor(max(1, threads - 1), f"tpsmm-{process}"), [Scratch() for _ in range(threads)]


def run_tasks(tasks: Sequence[Task]) -> None:
    """Run them all, in no particular order, and return when the last is done."""
    threads = thread_count()
    pool, scratches = _pool(os.getpid(), threads)
    waiting = deque(tasks)

    def drain(scratch: Scratch) -> None:
        while waiting:
            try:
                task = waiting.popleft()
            except IndexError:
                return
            task(scratch)

    helpers = [pool.submit(drain, scratch) for scratch in scratches[1 : len(tasks)]]
    drain(scratches[0])
    for helper in helpers:
        helper.result()


def spans(count: int, step: int, least: int = 1) -> list[tuple[int, int]]:
    """0..count in pieces of `step`, one for every thread at least; where threads share them the last ones shrink, down
    to `least`, so that all are done at once."""
    threads = thread_count()
    if threads == 1:
        return [(at, min(at + step, count)) for at in range(0, count, step)]
    least = min(least, -(-count // threads))
    pieces, at = [], 0
    while at < count:
        share = -(-(count - at) // (2 * threads))
        pieces.append((at, min(at + max(least, min(step, share)), count)))
        at = pieces[-1][1]
    return pieces
