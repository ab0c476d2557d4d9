"""A small language for loops over bytes: Python that emits LLVM instructions, compiled for the processor at hand.

Rows of bytes mean the same on every processor, whatever it has for them. (networks.kernels.emit is the like for
networks: floats in vectors as wide as the machine's.)
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from llvmlite import binding, ir

from foundation.machine_code import Engine, engine_of
from media.video.byte_values import BYTE, NUMBER, Byte, KeptNumber, KeptRow, Number, Row

Kernel = Callable[..., int]


class Code:
    """Writes one kernel, which takes whole numbers and gives one.

    Args:
        module: it becomes part of.
        name: its.
        arguments: how many it takes.
    Attributes:
        given: its arguments.
    """

    def __init__(self, module: ir.Module, name: str, arguments: int) -> None:
        self._function = ir.Function(module, ir.FunctionType(NUMBER, [NUMBER] * arguments), name)
        self._entry = self._function.append_basic_block("entry")
        self._body = self._function.append_basic_block("body")
        self._build = ir.IRBuilder(self._body)
        self.given = [Number(self._build, each) for each in self._function.args]

    def give(self, number: Number) -> None:
        """End with this."""
        self._build.ret(number.value)
        ir.IRBuilder(self._entry).branch(self._body)

    @contextmanager
    def loop(self, stop: Number | int) -> Iterator[Number]:
        """for index in range(stop)"""
        counter = self.number(self.given[0].like(0))
        head, body, done = (self._function.append_basic_block(part) for part in ("head", "loop", "done"))
        self._build.branch(head)
        self._build.position_at_end(head)
        index = counter.now
        self._build.cbranch(index.below(stop).value, body, done)
        self._build.position_at_end(body)
        yield index
        counter.passed(1)
        self._build.branch(head)
        self._build.position_at_end(done)

    def cases(self, byte: Byte, count: int, write: Callable[[int], None]) -> None:
        """What `write` writes for 0 up to `count`; beyond, what it writes for 0."""
        done = self._function.append_basic_block("done")
        blocks = [self._function.append_basic_block("case") for _ in range(count)]
        switch = self._build.switch(byte.value, blocks[0])
        for case, block in enumerate(blocks):
            switch.add_case(ir.Constant(BYTE, case), block)
            self._build.position_at_end(block)
            write(case)
            self._build.branch(done)
        self._build.position_at_end(done)

    def number(self, first: Number) -> KeptNumber:
        return KeptNumber(self._build, self._entry, first)

    def row(self, first: Row) -> KeptRow:
        return KeptRow(self._build, self._entry, first)

    def room(self, size: int) -> Number:
        """The address of so many bytes."""
        start = ir.IRBuilder(self._entry)
        place = start.alloca(ir.ArrayType(BYTE, size))
        place.align = 64
        return Number(self._build, start.ptrtoint(place, NUMBER))

    def zeros(self, lanes: int) -> Row:
        return Row(self._build, ir.Constant(ir.VectorType(BYTE, lanes), None))

    def load(self, address: Number, lanes: int) -> Row:
        return Row(self._build, self._read(address, ir.VectorType(BYTE, lanes)))

    def byte(self, address: Number) -> Byte:
        return Byte(self._build, self._read(address, BYTE))

    def store(self, value: Row | Byte, address: Number) -> None:
        pointer = self._build.inttoptr(address.value, value.value.type.as_pointer())
        self._build.store(value.value, pointer, align=1)

    def expect(self, address: Number) -> None:
        """Bring what is there closer; there need be nothing."""
        kind, name, module = BYTE.as_pointer(), "llvm.prefetch.p0i8", self._build.module
        known, hint = module.globals.get(name), ir.IntType(32)
        signature = ir.FunctionType(ir.VoidType(), [kind, hint, hint, hint])
        prefetch = known or ir.Function(module, signature, name)
        hints = [ir.Constant(hint, value) for value in (0, 3, 1)]  # to read, soon, data
        self._build.call(prefetch, [self._build.inttoptr(address.value, kind), *hints])

    def _read(self, address: Number, kind: ir.Type) -> ir.Value:
        return self._build.load(self._build.inttoptr(address.value, kind.as_pointer()), typ=kind, align=1)


def compiled(kernels: Mapping[str, tuple[int, Callable[[Code], None]]]) -> dict[str, Kernel]:
    """Kernels for the processor at hand.

    Args:
        kernels: how many arguments each takes, and what writes it.
    Returns:
        each, to be called with whole numbers; a call lets other Python threads run.
    Raises:
        NoMachineCodeError: as engine_of.
    """
    module = ir.Module("bytes")
    for name, (arguments, write) in kernels.items():
        write(Code(module, name, arguments))
    features = binding.get_host_cpu_features().flatten()
    engine = engine_of(module, binding.get_host_cpu_name(), features)
    _ENGINES.append(engine)
    found: dict[str, Kernel] = {}
    for name, (arguments, _) in kernels.items():
        signature = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * arguments)
        found[name] = signature(engine.get_function_address(name))
    return found


_ENGINES: list[Engine] = []
"""They own the machine code."""
