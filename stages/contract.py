"""What a stage is to those who plan it: the types of its settings, its inputs, its facts and of what it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from foundation.codec import Json, decode
from stages.handles import Handle, read_handle, write_handle

S = TypeVar("S")
I = TypeVar("I")  # noqa: E741  (inputs)
F = TypeVar("F")
A = TypeVar("A", bound=Handle)

Report = Callable[[int, int], None]
"""report(done, total), in frames, now and then."""


@dataclass(frozen=True)
class Contract(Generic[S, I, F, A]):
    """The typed contract of one stage. All three types are frozen, keyword-only dataclasses.

    Attributes:
        stage: its name, a row of stages.STAGES.
        settings: what decides the result beside the inputs, to the bit.
        inputs: one field an input: a handle, a tuple or a mapping of handles, or None where it may be missing.
        facts: what planning, checks or a person need later.
        output: the handle by which other stages take what it makes.
    """

    stage: str
    settings: type[S]
    inputs: type[I]
    facts: type[F]
    output: type[A]

    def read(self, settings: Json, inputs: Json) -> tuple[S, I]:
        """Settings and inputs as a task file has them.

        Raises:
            ValueError: they are not this stage's.
        """
        return decode(settings, self.settings), decode(inputs, self.inputs, read_handle, write_handle)

    def read_facts(self, facts: Json) -> F:
        """The facts as an artifact's label has them.

        Raises:
            ValueError: they are not this stage's.
        """
        return decode(facts, self.facts)
