"""Several processes that train one network: torch's DistributedDataParallel, gloo on CPUs, NCCL on GPUs."""

from __future__ import annotations

import multiprocessing
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from foundation.errors import DuetError, StageError
from tpsmm.training.loop import Team

STOP_SECONDS = 5.0
WAIT_SECONDS = 0.1

Listen = Callable[[Any], None]
Work = Callable[[Any, Listen, Team], Path]


def together(work: Work, order: Any, listen: Listen, *, folder: Path, size: int, device: str) -> Path:
    """Call `work(order, listen, team)` in `size` processes.

    Args:
        work: a function of a module.
        order: what it is given; both are pickled.
        listen: hears, in this process, what the first of them tells.
        folder: where they find one another.
    Returns:
        what the first one returns.
    Raises:
        DuetError: the first error of any of them.
    """
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    meeting = folder / f".meeting-{secrets.token_hex(8)}"
    workers = [
        context.Process(target=_work, args=(work, order, Team(rank, size), (device, str(meeting)), results))
        for rank in range(size)
    ]
    for worker in workers:
        worker.start()
    try:
        while True:
            kind, value = _next(results, workers)
            if kind == "told":
                listen(value)
            elif kind == "failed":
                raise DuetError.from_json(value)
            else:
                return Path(value)
    finally:
        for worker in workers:
            worker.join(STOP_SECONDS)
            if worker.is_alive():
                worker.kill()
                worker.join()
        meeting.unlink(missing_ok=True)


def _next(results: Any, workers: list[Any]) -> tuple[str, Any]:
    """What is said next. Raises: StageError if a process has died without a word."""
    while results.empty():
        dead = [worker.exitcode for worker in workers if worker.exitcode]
        if dead:
            cure = "run again with fewer --processes: the last state is kept"
            raise StageError(f"a training process died (exit code {dead[0]}), as when memory runs out", cure=cure)
        workers[0].join(WAIT_SECONDS)
    said: tuple[str, Any] = results.get()
    return said


def _work(work: Work, order: Any, team: Team, place: tuple[str, str], results: Any) -> None:
    """One process of several; `place`: the device, and the file where they find one another."""
    device, meeting = place
    leads = team.rank == 0
    try:
        backend = "gloo"
        if device == "cuda":
            backend = "nccl"
            torch.cuda.set_device(team.rank)  # what NCCL talks through
        distributed.init_process_group(backend, init_method=f"file://{meeting}", rank=team.rank, world_size=team.size)
        made = work(order, (lambda told: results.put(("told", told))) if leads else _unheard, team)
        distributed.destroy_process_group()
        if leads:
            results.put(("done", str(made)))
    except DuetError as error:
        results.put(("failed", error.to_json()))
    except Exception as error:
        problem = f"a training process failed: {type(error).__name__}: {error}"
        results.put(("failed", StageError(problem, cure="run again with one process and --debug").to_json()))


def _unheard(told: Any) -> None:
    """The first process tells; the others do the same."""
