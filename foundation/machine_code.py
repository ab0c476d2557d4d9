"""LLVM instructions made into machine code, for the processor at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from foundation.errors import StageError

if TYPE_CHECKING:
    from llvmlite import ir

CURE = "pip install --upgrade llvmlite"


class Engine(Protocol):
    """Owns machine code."""

    def finalize_object(self) -> None:
        """Make it."""

    def get_function_address(self, name: str) -> int:
        """Where a function begins."""


class NoMachineCodeError(StageError):
    """This machine makes or runs none."""


def check_machine_code() -> None:
    """Ask before anything is compiled: compilers do not, and end the process where it may not.

    Raises:
        NoMachineCodeError: the machine is hardened.
    """
    from llvmlite import binding  # noqa: PLC0415  (its library takes a worker's time and room)

    try:
        binding.check_jit_execution()
    except OSError as error:
        cure = "allow it, without systemd's MemoryDenyWriteExecute or SELinux's deny_execmem"
        raise NoMachineCodeError("programs may not run what they write on this machine", cure=cure) from error


def engine_of(module: ir.Module, cpu: str, features: str) -> Engine:
    """The engine that has a module's machine code; it must outlive what is taken from it.

    Args:
        module: its kernels are written out as they shall run.
        cpu, features: LLVM's names for what it is compiled for.
    Raises:
        NoMachineCodeError: the machine is hardened, or LLVM does not know it.
    """
    check_machine_code()
    try:
        return _engine(module, cpu, features)
    except RuntimeError as error:
        raise NoMachineCodeError(f"LLVM makes no code for this machine: {error}", cure=CURE) from error


def _engine(module: ir.Module, cpu: str, features: str) -> Engine:
    from llvmlite import binding  # noqa: PLC0415  (as above)

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    module.triple = binding.get_process_triple()
    known = binding.Target.from_triple(module.triple)
    machine = known.create_target_machine(cpu=cpu, features=features, opt=3)
    compiled = binding.parse_assembly(str(module))
    compiled.verify()
    # Variables become registers; LLVM's long list of passes finds nothing more to do, and takes a second.
    passes = binding.create_new_module_pass_manager()
    for add in (passes.add_sroa_pass, passes.add_simplify_cfg_pass, passes.add_instruction_combine_pass):
        add()
    passes.run(compiled, binding.create_pass_builder(machine, binding.create_pipeline_tuning_options()))
    engine: Engine = binding.create_mcjit_compiler(compiled, machine)
    engine.finalize_object()
    return engine
