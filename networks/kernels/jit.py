"""Compiles the kernels for this machine, once a process."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial

from llvmlite import binding, ir

from foundation.machine_code import Engine, engine_of
from networks.kernels.doubling import COMBINE_ARGUMENTS, DIFFERENCE_ARGUMENTS, emit_combine, emit_differences
from networks.kernels.emit import Emitter
from networks.kernels.forms import F4, F6, Form
from networks.kernels.machine import Shape, Target, targets
from networks.kernels.matmul import MATMUL_ARGUMENTS, emit_matmul
from networks.kernels.modulating import MODULATE_ARGUMENTS, emit_modulate
from networks.kernels.normalising import HALVE_ARGUMENTS, NORM_ARGUMENTS, emit_halve, emit_norm
from networks.kernels.planes import BLOCKS, PLANES_ARGUMENTS, TO_PLANES_ARGUMENTS, emit_planes, emit_to_planes
from networks.kernels.sampling import (
    BESIDE_ARGUMENTS,
    BLEND_ARGUMENTS,
    CORNERS_ARGUMENTS,
    emit_beside,
    emit_blend,
    emit_corners,
)
from networks.kernels.winograd import INPUT_ARGUMENTS, OUTPUT_ARGUMENTS, emit_input, emit_output

Kernel = Callable[..., None]
Kernels = dict[str, tuple[int, Callable[[Emitter], None]]]
"""How many arguments each takes, and what writes it."""

KERNELS: Kernels = {
    "matmul": (MATMUL_ARGUMENTS, emit_matmul),
    "differences": (DIFFERENCE_ARGUMENTS, emit_differences),
    "combine": (COMBINE_ARGUMENTS, emit_combine),
    "norm": (NORM_ARGUMENTS, emit_norm),
    "modulate": (MODULATE_ARGUMENTS, partial(emit_modulate, leaky=False)),
    "modulate_leaky": (MODULATE_ARGUMENTS, partial(emit_modulate, leaky=True)),
    "halve": (HALVE_ARGUMENTS, emit_halve),
    "corners": (CORNERS_ARGUMENTS, emit_corners),
    "beside": (BESIDE_ARGUMENTS, emit_beside),
    "blend": (BLEND_ARGUMENTS, emit_blend),
    **{f"planes_{n}": (PLANES_ARGUMENTS, partial(emit_planes, outputs=n, size=7)) for n in BLOCKS},
    "to_planes": (TO_PLANES_ARGUMENTS, emit_to_planes),
}


def _winograd(form: Form) -> Kernels:
    name = f"winograd_{form.tile}"
    return {
        f"{name}_input": (INPUT_ARGUMENTS, partial(emit_input, form=form, normalised=False)),
        f"{name}_input_normalised": (INPUT_ARGUMENTS, partial(emit_input, form=form, normalised=True)),
        f"{name}_output": (OUTPUT_ARGUMENTS, partial(emit_output, form=form, residual=False)),
        f"{name}_output_residual": (OUTPUT_ARGUMENTS, partial(emit_output, form=form, residual=True)),
    }


GROUPS = (KERNELS | _winograd(F4), _winograd(F6))
"""What is compiled together: the second takes as long as the first, and only wide networks ask for it."""


@dataclass(frozen=True)
class Library:
    """Kernels by name, each called with whole numbers; a call lets other Python threads run.

    Attributes:
        target: what they are compiled for, in groups, each when it is first asked for.
        kernels: that are compiled.
        engines: own the machine code; must outlive the kernels.
    """

    target: Target
    kernels: dict[str, Kernel] = field(default_factory=dict)
    engines: list[Engine] = field(default_factory=list)

    @property
    def shape(self) -> Shape:
        return self.target.shape

    def __getitem__(self, name: str) -> Kernel:
        if name not in self.kernels:
            group = next(group for group in GROUPS if name in group)
            engine = _compiled(self.target, group)
            self.engines.append(engine)
            for each, (arguments, _) in group.items():
                signature = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * arguments)
                self.kernels[each] = signature(engine.get_function_address(each))
        return self.kernels[name]


class UnsuitableMachineError(Exception):
    """This processor has no vector unit that the kernels are written for."""


def library(instructions: str = "") -> Library:
    """The kernels for the processor at hand.

    Args:
        instructions: a shape's name in any case; "": the best that the processor has.
    Raises: UnsuitableMachineError.
    """
    known = here()
    if not known:
        raise UnsuitableMachineError(f"{binding.get_host_cpu_name()} has neither AVX2 with FMA nor NEON")
    for target in known:
        if instructions.lower() in ("", target.shape.name.lower()):
            return compile_library(target)
    names = " and ".join(target.shape.name for target in known)
    raise UnsuitableMachineError(f"{binding.get_host_cpu_name()} has {names}, not {instructions}")


def here() -> list[Target]:
    """What the processor at hand can run, the best first."""
    architecture = binding.get_process_triple().split("-")[0]
    return targets(architecture, binding.get_host_cpu_name(), binding.get_host_cpu_features())


@cache
def compile_library(target: Target) -> Library:
    """The kernels for what this machine can run."""
    return Library(target)


def _compiled(target: Target, kernels: Kernels) -> Engine:
    """The engine that has their machine code."""
    module = ir.Module("tpsmm")
    for name, (arguments, emit) in kernels.items():
        emitter = Emitter(module, name, arguments, target.shape)
        emit(emitter)
        emitter.finish()
    return engine_of(module, target.cpu, target.features)
