"""Compiles the kernels for this machine, once a process."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from llvmlite import binding, ir

from networks.kernels.doubling import COMBINE_ARGUMENTS, DIFFERENCE_ARGUMENTS, emit_combine, emit_differences
from networks.kernels.emit import Emitter
from networks.kernels.machine import Shape, Target, targets
from networks.kernels.matmul import MATMUL_ARGUMENTS, emit_matmul
from networks.kernels.modulating import MODULATE_ARGUMENTS, emit_modulate
from networks.kernels.normalising import HALVE_ARGUMENTS, NORM_ARGUMENTS, emit_halve, emit_norm
from networks.kernels.planes import PLANES_ARGUMENTS, TO_PLANES_ARGUMENTS, emit_planes, emit_to_planes
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
KERNELS: dict[str, tuple[int, Callable[[Emitter], None]]] = {
    "matmul": (MATMUL_ARGUMENTS, emit_matmul),
    "winograd_input": (INPUT_ARGUMENTS, partial(emit_input, normalised=False)),
    "winograd_input_normalised": (INPUT_ARGUMENTS, partial(emit_input, normalised=True)),
    "winograd_output": (OUTPUT_ARGUMENTS, partial(emit_output, residual=False)),
    "winograd_output_residual": (OUTPUT_ARGUMENTS, partial(emit_output, residual=True)),
    "differences": (DIFFERENCE_ARGUMENTS, emit_differences),
    "combine": (COMBINE_ARGUMENTS, emit_combine),
    "norm": (NORM_ARGUMENTS, emit_norm),
    "modulate": (MODULATE_ARGUMENTS, partial(emit_modulate, leaky=False)),
    "modulate_leaky": (MODULATE_ARGUMENTS, partial(emit_modulate, leaky=True)),
    "halve": (HALVE_ARGUMENTS, emit_halve),
    "corners": (CORNERS_ARGUMENTS, emit_corners),
    "beside": (BESIDE_ARGUMENTS, emit_beside),
    "blend": (BLEND_ARGUMENTS, emit_blend),
    "planes_1": (PLANES_ARGUMENTS, partial(emit_planes, outputs=1, size=7, block=8)),
    "planes_3": (PLANES_ARGUMENTS, partial(emit_planes, outputs=3, size=7, block=4)),
    "planes_4": (PLANES_ARGUMENTS, partial(emit_planes, outputs=4, size=7, block=2)),
    "to_planes": (TO_PLANES_ARGUMENTS, emit_to_planes),
}


@dataclass(frozen=True)
class Library:
    """Compiled kernels by name, each called with whole numbers; a call lets other Python threads run.

    Attributes:
        shape: what they were compiled for.
        engine: owns the machine code; must outlive the kernels.
    """

    shape: Shape
    kernels: dict[str, Kernel]
    engine: Any

    def __getitem__(self, name: str) -> Kernel:
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
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    triple, shape = binding.get_process_triple(), target.shape
    known = binding.Target.from_triple(triple)
    machine = known.create_target_machine(cpu=target.cpu, features=target.features, opt=3)
    module = ir.Module("tpsmm")
    module.triple = triple
    for name, (arguments, emit) in KERNELS.items():
        emitter = Emitter(module, name, arguments, shape)
        emit(emitter)
        emitter.finish()
    compiled = binding.parse_assembly(str(module))
    compiled.verify()
    # The kernels are written out as they shall run: variables become registers, and LLVM's long list of passes, which
    # finds nothing more to do and takes a second, is left out.
    passes = binding.create_new_module_pass_manager()
    for add in (passes.add_sroa_pass, passes.add_simplify_cfg_pass, passes.add_instruction_combine_pass):
        add()
    passes.run(compiled, binding.create_pass_builder(machine, binding.create_pipeline_tuning_options()))
    engine = binding.create_mcjit_compiler(compiled, machine)
    engine.finalize_object()
    kernels: dict[str, Kernel] = {}
    for name, (arguments, _) in KERNELS.items():
        signature = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * arguments)
        kernels[name] = signature(engine.get_function_address(name))
    return Library(shape, kernels, engine)
