"""A small language for SIMD kernels: Python that reads like arithmetic and emits LLVM instructions.

A kernel is a Python function that takes an `Emitter` and its arguments as `Int`; loops are `with` blocks. Everything
is explicit: vectors have the machine's width, so nothing hangs on a compiler's choice to vectorise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from networks.kernels.machine import Shape

I64 = ir.IntType(64)
F32 = ir.FloatType()


class Int:
    """A 64-bit whole number at run time: a size, an index or an address."""

    def __init__(self, emitter: Emitter, value: Any) -> None:
        self.emitter = emitter
        self.value = value

    def _binary(self, operation: str, other: Int | int) -> Int:
        right = self.emitter.number(other).value
        return Int(self.emitter, getattr(self.emitter.builder, operation)(self.value, right))

    def __add__(self, other: Int | int) -> Int:
        return self._binary("add", other)

    def __sub__(self, other: Int | int) -> Int:
        return self._binary("sub", other)

    def __mul__(self, other: Int | int) -> Int:
        return self._binary("mul", other)

    def __floordiv__(self, other: Int | int) -> Int:
        return self._binary("sdiv", other)

    def __mod__(self, other: Int | int) -> Int:
        return self._binary("srem", other)

    def below(self, other: Int | int) -> Any:
        """The condition self < other, for `when` and `choose`."""
        return self.emitter.builder.icmp_signed("<", self.value, self.emitter.number(other).value)


class Vec:
    """A vector of floats at run time."""

    def __init__(self, emitter: Emitter, value: Any) -> None:
        self.emitter = emitter
        self.value = value

    def _binary(self, operation: str, other: Vec | float) -> Vec:
        right = other if isinstance(other, Vec) else self.emitter.constant(other)
        return Vec(self.emitter, getattr(self.emitter.builder, operation)(self.value, right.value))

    def __add__(self, other: Vec | float) -> Vec:
        return self._binary("fadd", other)

    def __sub__(self, other: Vec | float) -> Vec:
        return self._binary("fsub", other)

    def __mul__(self, other: Vec | float) -> Vec:
        return self._binary("fmul", other)

    def fma(self, factor: Vec, addend: Vec) -> Vec:
        """self * factor + addend, rounded once."""
        arguments = [self.value, factor.value, addend.value]
        return Vec(self.emitter, self.emitter.builder.call(self.emitter.fused, arguments))

    def floor(self) -> Vec:
        return Vec(self.emitter, self.emitter.builder.call(self.emitter.floored, [self.value]))

    def below(self, other: Vec | float) -> Any:
        """The condition self < other, lane by lane; NaN is not."""
        right = other if isinstance(other, Vec) else self.emitter.constant(other)
        return self.emitter.builder.fcmp_ordered("<", self.value, right.value)

    def clamp(self, highest: Vec) -> Vec:
        """Brought to 0..highest, lane by lane; NaN becomes 0."""
        builder, zero = self.emitter.builder, self.emitter.constant(0.0)
        positive = Vec(self.emitter, builder.select(zero.below(self), self.value, zero.value))
        return Vec(self.emitter, builder.select(positive.below(highest), positive.value, highest.value))

    def relu(self) -> Vec:
        """The larger of self and 0, lane by lane; NaN stays NaN, so that broken numbers are seen at the end."""
        builder = self.emitter.builder
        zero = self.emitter.constant(0.0).value
        return Vec(self.emitter, builder.select(builder.fcmp_ordered("<", self.value, zero), zero, self.value))

    def leaky(self, slope: float) -> Vec:
        """Self where it is at least 0, else `slope` times it, lane by lane; NaN stays NaN."""
        builder = self.emitter.builder
        return Vec(self.emitter, builder.select(self.below(0.0), (self * slope).value, self.value))


class Emitter:
    """Writes one kernel."""

    def __init__(self, module: ir.Module, name: str, arguments: int, shape: Shape) -> None:
        self.shape = shape
        self.vector = ir.VectorType(F32, shape.lanes)
        self.fused = self._intrinsic(module, "fma", 3)
        self.floored = self._intrinsic(module, "floor", 1)
        function = ir.Function(module, ir.FunctionType(ir.VoidType(), [I64] * arguments), name)
        self.function = function
        self.entry = function.append_basic_block("entry")
        body = function.append_basic_block("body")
        self.builder = ir.IRBuilder(body)
        self.body = body

    def _intrinsic(self, module: ir.Module, name: str, arguments: int) -> Any:
        full = f"llvm.{name}.v{self.shape.lanes}f32"
        known = module.globals.get(full)
        kind = ir.FunctionType(self.vector, [self.vector] * arguments)
        return ir.Function(module, kind, full) if known is None else known

    def arguments(self) -> list[Int]:
        return [Int(self, argument) for argument in self.function.args]

    def finish(self) -> None:
        self.builder.ret_void()
        ir.IRBuilder(self.entry).branch(self.body)

    def number(self, value: Int | int) -> Int:
        return value if isinstance(value, Int) else Int(self, ir.Constant(I64, value))

    def constant(self, value: float) -> Vec:
        return Vec(self, ir.Constant(self.vector, [float(value)] * self.shape.lanes))

    @contextmanager
    def loop(self, start: Int | int, stop: Int | int, step: int = 1) -> Iterator[Int]:
        """for index in range(start, stop, step)"""
        counter = self.variable(I64)
        self.builder.store(self.number(start).value, counter)
        head, body, done = (self.function.append_basic_block(part) for part in ("head", "loop", "done"))
        self.builder.branch(head)
        self.builder.position_at_end(head)
        index = Int(self, self.builder.load(counter, typ=I64))
        self.builder.cbranch(index.below(stop), body, done)
        self.builder.position_at_end(body)
        yield index
        self.builder.store((index + step).value, counter)
        self.builder.branch(head)
        self.builder.position_at_end(done)

    def either(self, condition: Any, then: Callable[[], None], otherwise: Callable[[], None]) -> None:
        with self.builder.if_else(condition) as (yes, no):
            with yes:
                then()
            with no:
                otherwise()

    def choose(self, condition: Any, then: Int | int, otherwise: Int | int) -> Int:
        return Int(self, self.builder.select(condition, self.number(then).value, self.number(otherwise).value))

    def keep(self, condition: Any, value: Vec) -> Vec:
        """The vector where the (scalar) condition holds, else zeros."""
        return Vec(self, self.builder.select(condition, value.value, self.constant(0.0).value))

    def clear(self, base: Int, floats: Int) -> None:
        with self.loop(0, floats, self.shape.lanes) as at:
            self.store(base, at, self.constant(0.0))

    def variable(self, kind: Any) -> Any:
        """A place that lives in a register after optimisation."""
        return ir.IRBuilder(self.entry).alloca(kind)

    def room(self, floats: int) -> Int:
        """The address of a place for so many floats."""
        place = ir.IRBuilder(self.entry).alloca(ir.ArrayType(F32, floats))
        place.align = 64
        return Int(self, ir.IRBuilder(self.entry).ptrtoint(place, I64))

    def vector_variable(self, value: Vec) -> Any:
        place = self.variable(self.vector)
        self.builder.store(value.value, place)
        return place

    def read(self, place: Any) -> Vec:
        return Vec(self, self.builder.load(place, typ=self.vector))

    def write(self, place: Any, value: Vec) -> None:
        self.builder.store(value.value, place)

    def _pointer(self, base: Int, offset: Int | int, kind: Any) -> Any:
        address = base + self.number(offset) * 4
        return self.builder.inttoptr(address.value, kind.as_pointer())

    def load(self, base: Int, offset: Int | int) -> Vec:
        """A vector of the floats at `base` (an address) plus `offset` (in floats)."""
        loaded = self.builder.load(self._pointer(base, offset, self.vector), typ=self.vector, align=4)
        return Vec(self, loaded)

    def store(self, base: Int, offset: Int | int, value: Vec) -> None:
        self.builder.store(value.value, self._pointer(base, offset, self.vector), align=4)

    def expect(self, base: Int, offset: Int | int, *, write: bool, closest: bool = True) -> None:
        """Bring the line of the float at `base` plus `offset` to the closest cache or the next; it need not exist."""
        number, kind = ir.IntType(32), ir.IntType(8).as_pointer()
        name = "llvm.prefetch.p0i8"
        module = self.builder.module
        known = module.globals.get(name)
        signature = ir.FunctionType(ir.VoidType(), [kind, number, number, number])
        prefetch = ir.Function(module, signature, name) if known is None else known
        address = (base + self.number(offset) * 4).value
        hints = [ir.Constant(number, hint) for hint in (int(write), 3 if closest else 2, 1)]  # of data
        self.builder.call(prefetch, [self.builder.inttoptr(address, kind), *hints])

    def store_whole(self, base: Int, offset: Int | int, value: Vec) -> None:
        """As 32-bit whole numbers; the vector's floats must lie in their range."""
        kind = ir.VectorType(ir.IntType(32), self.shape.lanes)
        whole = self.builder.fptosi(value.value, kind)
        self.builder.store(whole, self._pointer(base, offset, kind), align=4)

    def store_lane(self, base: Int, offset: Int | int, value: Vec, lane: int) -> None:
        """One float of a vector."""
        one = self.builder.extract_element(value.value, ir.Constant(ir.IntType(32), lane))
        self.builder.store(one, self._pointer(base, offset, F32), align=4)

    def transposed(self, rows: Sequence[Vec]) -> list[Vec]:
        """As many vectors as each has lanes, as the rows of a square, turned into its columns."""
        lanes, turned = self.shape.lanes, list(rows)
        halves = [[part + at // 2 + at % 2 * lanes for at in range(lanes)] for part in (0, lanes // 2)]
        masks = [ir.Constant(ir.VectorType(ir.IntType(32), lanes), half) for half in halves]
        for _ in range(lanes.bit_length() - 1):  # each time the rows of one half are woven into those of the other
            pairs = list(zip(turned[: lanes // 2], turned[lanes // 2 :], strict=True))
            turned = [
                Vec(self, self.builder.shuffle_vector(one.value, other.value, mask))
                for one, other in pairs
                for mask in masks
            ]
        return turned

    def load_int(self, base: Int, offset: Int) -> Int:
        """The 32-bit whole number at `base` plus `offset` numbers."""
        kind = ir.IntType(32)
        small = self.builder.load(self._pointer(base, offset, kind), typ=kind, align=4)
        return Int(self, self.builder.sext(small, I64))

    def broadcast(self, base: Int, offset: Int | int) -> Vec:
        """One float, in every lane."""
        return self.spread(self.scalar(base, offset))

    def scalar(self, base: Int, offset: Int | int) -> Any:
        return self.builder.load(self._pointer(base, offset, F32), typ=F32, align=4)

    def narrow(self, doubles: Any) -> Vec:
        """A vector of float64, rounded."""
        return Vec(self, self.builder.fptrunc(doubles, self.vector))

    def of_int(self, value: Int) -> Vec:
        """A whole number as a float, in every lane."""
        return self.spread(self.builder.sitofp(value.value, F32))

    def spread(self, scalar: Any) -> Vec:
        one = self.builder.insert_element(
            ir.Constant(self.vector, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
        )
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.shape.lanes), [0] * self.shape.lanes)
        return Vec(self, self.builder.shuffle_vector(one, one, mask))
