"""What kernels compute with: whole numbers, bytes and rows of bytes at run time (see media.video.byte_code)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from llvmlite import ir

BYTE, NUMBER = ir.IntType(8), ir.IntType(64)
_BIT, _LANE = ir.IntType(1), ir.IntType(32)


class Flag:
    """What holds or does not, at run time."""

    def __init__(self, build: ir.IRBuilder, value: ir.Value) -> None:
        self._build, self.value = build, value

    def __and__(self, other: Flag) -> Flag:
        return Flag(self._build, self._build.and_(self.value, other.value))

    def __invert__(self) -> Flag:
        return Flag(self._build, self._build.not_(self.value))

    def holds(self) -> AbstractContextManager[object]:
        """The block that runs if it does."""
        context: AbstractContextManager[object] = self._build.if_then(self.value)
        return context

    def choose(self, one: Number, other: Number) -> Number:
        """One if it holds, else the other."""
        return Number(self._build, self._build.select(self.value, one.value, other.value))

    def byte(self) -> Byte:
        """1 or 0."""
        return Byte(self._build, self._build.zext(self.value, BYTE))


class Byte:
    """0 to 255, at run time."""

    def __init__(self, build: ir.IRBuilder, value: ir.Value) -> None:
        self._build, self.value = build, value

    def number(self) -> Number:
        return Number(self._build, self._build.zext(self.value, NUMBER))

    def bits(self) -> Byte:
        """How many it takes."""
        leading = self._build.ctlz(self.value, ir.Constant(_BIT, 0))
        return Byte(self._build, self._build.sub(ir.Constant(BYTE, 8), leading))


class Number:
    """A 64-bit whole number at run time: a size, an index or an address."""

    def __init__(self, build: ir.IRBuilder, value: ir.Value) -> None:
        self._build, self.value = build, value

    def like(self, other: Number | int) -> Number:
        """Another."""
        return other if isinstance(other, Number) else Number(self._build, ir.Constant(NUMBER, other))

    def _done(self, operation: str, other: Number | int) -> Number:
        return Number(self._build, getattr(self._build, operation)(self.value, self.like(other).value))

    def __add__(self, other: Number | int) -> Number:
        return self._done("add", other)

    def __sub__(self, other: Number | int) -> Number:
        return self._done("sub", other)

    def __mul__(self, other: Number | int) -> Number:
        return self._done("mul", other)

    def __rshift__(self, other: int) -> Number:
        return self._done("lshr", other)

    def __and__(self, other: int) -> Number:
        return self._done("and_", other)

    def below(self, other: Number | int) -> Flag:
        return Flag(self._build, self._build.icmp_signed("<", self.value, self.like(other).value))

    def at_most(self, other: int) -> Number:
        """The lesser of the two."""
        return self.below(other).choose(self, self.like(other))


class Row:
    """Bytes side by side at run time; sums and differences go round at 256."""

    def __init__(self, build: ir.IRBuilder, value: ir.Value) -> None:
        self._build, self.value = build, value
        self._lanes: int = value.type.count

    def like(self, byte: int) -> Row:
        """As many, all the same."""
        return Row(self._build, ir.Constant(ir.VectorType(BYTE, self._lanes), [byte] * self._lanes))

    def _done(self, operation: str, other: Row) -> Row:
        return Row(self._build, getattr(self._build, operation)(self.value, other.value))

    def __add__(self, other: Row) -> Row:
        return self._done("add", other)

    def __sub__(self, other: Row) -> Row:
        return self._done("sub", other)

    def __xor__(self, other: Row) -> Row:
        return self._done("xor", other)

    def __or__(self, other: Row) -> Row:
        return self._done("or_", other)

    def __and__(self, byte: int) -> Row:
        return self._done("and_", self.like(byte))

    def __lshift__(self, bits: int) -> Row:
        """To the right where `bits` are below 0."""
        return self._done("shl" if bits > 0 else "lshr", self.like(abs(bits))) if bits else self

    def signs(self) -> Row:
        """255 where the highest bit is set, else 0."""
        return self._done("ashr", self.like(7))

    def lanes(self, other: Row, numbers: Sequence[int]) -> Row:
        """These bytes of this row and the other, which is counted on."""
        mask = ir.Constant(ir.VectorType(_LANE, len(numbers)), list(numbers))
        return Row(self._build, self._build.shuffle_vector(self.value, other.value, mask))

    def filled(self, byte: Byte) -> Row:
        """As many, all this one."""
        one = self._build.insert_element(self.value, byte.value, ir.Constant(_LANE, 0))
        return Row(self._build, one).lanes(self, [0] * self._lanes)

    def together(self) -> Byte:
        """All or-ed."""
        row, half = self, self._lanes // 2
        while half:
            row, half = row.lanes(row, range(half)) | row.lanes(row, range(half, 2 * half)), half // 2
        return Byte(self._build, self._build.extract_element(row.value, ir.Constant(_LANE, 0)))


class Kept:
    """A variable of whole numbers or of rows: in a register at run time."""

    def __init__(self, build: ir.IRBuilder, entry: ir.Block, first: Number | Row) -> None:
        self._build, self._kind = build, first.value.type
        self._place = ir.IRBuilder(entry).alloca(self._kind)
        self._build.store(first.value, self._place)

    def _taken(self, value: Number | Row) -> ir.Value:
        before = self._build.load(self._place, typ=self._kind)
        self._build.store(value.value, self._place)
        return before


class KeptNumber(Kept):
    """A whole number."""

    @property
    def now(self) -> Number:
        return Number(self._build, self._build.load(self._place, typ=self._kind))

    def passed(self, by: Number | int) -> Number:
        """What it is; then it is greater by so much."""
        return Number(self._build, self._taken(self.now + by))


class KeptRow(Kept):
    """A row of bytes."""

    @property
    def now(self) -> Row:
        return Row(self._build, self._build.load(self._place, typ=self._kind))

    def replaced(self, row: Row) -> Row:
        """What it is; then it is this."""
        return Row(self._build, self._taken(row))
