"""What a task needs of a machine, so that no executor starts more than fits."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.plan.task import Task

MB = 1 << 20
NEURAL = ("tpsmm",)
"""Engines that run on a GPU where there is one."""


@dataclass(frozen=True)
class Needs:
    """Attributes: cpus; gpus, used where there are any (else the task runs on the CPU); memory in bytes."""

    cpus: int
    gpus: int
    memory: int


ORDINARY = Needs(cpus=1, gpus=0, memory=900 * MB)
NETWORK = Needs(cpus=1, gpus=1, memory=3000 * MB)
"""Measured with `plan --cost`, with room to spare: the landmark model and decoded frames; PyTorch with the network."""


def needs_of(task: Task) -> Needs:
    """What a task needs."""
    return NETWORK if task.settings.get("engine") in NEURAL or model_of(task) else ORDINARY


def model_of(task: Task) -> tuple[str, ...]:
    """Digests of the model files that the task loads: a worker that has them loaded is the best for it."""
    named = ((name, given) for name, given in task.inputs.items() if name.startswith("file.") or name == "checkpoint")
    return tuple(given.digest for _, given in sorted(named, key=lambda pair: pair[0]))
