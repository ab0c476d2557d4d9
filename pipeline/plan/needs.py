"""What a task needs of a machine, so that no executor starts more than fits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engines import ENGINES
from pipeline.plan.task import Task
from stages.contracts.shared import Backend, EngineUse

MB = 1 << 20


@dataclass(frozen=True)
class Needs:
    """What a task needs.

    Attributes:
        cpus: processors.
        gpus: 1 for work that was planned for a GPU.
        memory: bytes.
    """

    cpus: int
    gpus: int
    memory: int


ORDINARY = Needs(cpus=1, gpus=0, memory=900 * MB)
NETWORK = Needs(cpus=1, gpus=0, memory=3000 * MB)
"""Measured with `plan --cost`, with room to spare: the landmark model and decoded frames; PyTorch with the network."""


def needs_of(task: Task) -> Needs:
    """What a task needs."""
    needs = NETWORK if by_network(task) or model_of(task) else ORDINARY
    return replace(needs, gpus=1) if on_gpu(task) else needs


def by_network(task: Task) -> bool:
    """Whether its engine is a network."""
    engine = engine_of(task)
    return engine is not None and ENGINES[engine].describe().network


def on_gpu(task: Task) -> bool:
    """Whether it was planned for a GPU, and is done on no other device."""
    options = getattr(task.settings, "options", None)
    return isinstance(options, dict) and options.get("device") == "cuda"


def engine_of(task: Task) -> str | None:
    """The engine whose work it is, if it is one's."""
    use = getattr(task.settings, "engine", None)
    return use.name if isinstance(use, EngineUse) else None


def backend_of(task: Task) -> str | None:
    """The landmark backend that it looks with, if it looks at faces."""
    backend = getattr(task.settings, "backend", None)
    return backend.name if isinstance(backend, Backend) else None


def model_of(task: Task) -> tuple[str, ...]:
    """Digests of the model files that the task loads: a worker that has them loaded is the best for it."""
    return tuple(
        given.digest for name, given in sorted(task.given) if name.startswith("files.") or name == "checkpoint"
    )
