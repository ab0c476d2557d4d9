"""Matrix products in blocks that stay in registers."""

from __future__ import annotations

from dataclasses import dataclass

from networks.kernels.emit import Emitter, Int
from networks.kernels.machine import CHANNELS

MATMUL_ARGUMENTS = 12
LINE = CHANNELS * 4  # bytes: a row of a panel, which is a cache line
UNROLLED = 8  # of the depth, which is a multiple of CHANNELS: what addresses cost is shared


def emit_matmul(e: Emitter) -> None:
    """Batched A @ B for packed B, jobs `first` to `last`; a job is one panel of CHANNELS columns of one batch entry.

    Arguments: addresses and strides in floats: A, its row stride, its batch stride; B, packed (batch, panels, depth,
    CHANNELS); C, its row stride, its batch stride; rows, panels, depth; first and last job.
    """
    a, a_row, a_batch, b, c, c_row, c_batch, rows, panels, depth, first, last = e.arguments()
    with e.loop(first // panels, (last + panels - 1) // panels) as entry:
        before = entry * panels
        done = e.choose(before.below(first), first - before, 0)
        end = e.choose(last.below(before + panels), last - before, panels)
        left = Rows(a + entry * a_batch * 4, a_row)
        for wide in sorted({e.shape.panels, 1}, reverse=True):
            whole = (end - done) // wide * wide
            with e.loop(done, done + whole, wide) as panel:
                right = Panels(b + (before + panel) * depth * LINE, depth, wide)
                out = Rows(c + (entry * c_batch + panel * CHANNELS) * 4, c_row)
                _columns(e, left, right, out, rows)
            done = done + whole


@dataclass(frozen=True)
class Rows:
    """A matrix at an address, its rows `step` floats apart."""

    address: Int
    step: Int

    def at(self, row: Int | int) -> Rows:
        return Rows(self.address + self.step * row * 4, self.step)


@dataclass(frozen=True)
class Panels:
    """`count` packed panels at an address, one behind the other."""

    address: Int
    depth: Int
    count: int

    def starts(self) -> list[Int]:
        return [self.address + self.depth * (LINE * at) for at in range(self.count)]


@dataclass(frozen=True)
class Ahead:
    """Lines to bring near: `count` from `start` on at each step. They come from memory, and a few at a time, since a
    processor that waits for many multiplies nothing."""

    start: Int
    count: Int


def _columns(e: Emitter, left: Rows, right: Panels, out: Rows, rows: Int) -> None:
    """All rows of the columns of some panels; meanwhile the panels behind them come near."""
    done, full = e.number(0), e.shape.rows
    lines = right.depth * right.count
    at_each = (rows + (full * UNROLLED * right.count - 1)) // rows
    for size in (full, 8, 4, 2, 1):
        if size > full:
            continue
        whole = (rows - done) // size * size
        with e.loop(done, done + whole, size) as row:
            ahead = None
            if size == full:
                passed = row // full * (right.depth // UNROLLED) * at_each
                ahead = Ahead(right.address + (lines + passed) * LINE, e.choose(passed.below(lines), at_each, 0))
            _block(e, size, left.at(row), right, out.at(row), ahead)
        done = done + whole


def _block(e: Emitter, size: int, left: Rows, right: Panels, out: Rows, ahead: Ahead | None) -> None:  # noqa: PLR0917  (a product)
    """out[size, columns] = left[size, depth] @ right[depth, columns]"""
    columns = [(panel, at) for panel in right.starts() for at in range(0, CHANNELS, e.shape.lanes)]
    sums = [[e.vector_variable(e.constant(0.0)) for _ in columns] for _ in range(size)]
    starts = [left.at(i).address for i in range(size)]
    steps = UNROLLED if size == e.shape.rows else UNROLLED // 4  # the last rows' are not worth compiling
    with e.loop(0, right.depth, steps) as k:
        if ahead is not None:
            near = ahead.start + k // UNROLLED * ahead.count * LINE
            with e.loop(0, ahead.count) as line:
                e.expect(near, line * CHANNELS, write=False, closest=False)
        for step in range(steps):
            factors = [e.load(panel + k * LINE, step * CHANNELS + at) for panel, at in columns]
            for i in range(size):
                value = e.broadcast(starts[i] + k * 4, step)
                for total, factor in zip(sums[i], factors, strict=True):
                    e.write(total, value.fma(factor, e.read(total)))
    for i in range(size):
        for j, total in enumerate(sums[i]):
            e.store(out.at(i).address, j * e.shape.lanes, e.read(total))
