"""Matrix products in blocks that stay in registers."""

from __future__ import annotations

from dataclasses import dataclass

from networks.kernels.emit import Emitter, Int
from networks.kernels.machine import CHANNELS

MATMUL_ARGUMENTS = 12


def emit_matmul(e: Emitter) -> None:
    """Batched A @ B for packed B, jobs `first` to `last`; a job is one panel of CHANNELS columns of one batch entry.

    Arguments: addresses and strides in floats: A, its row stride, its batch stride; B, packed (batch, panels, depth,
    CHANNELS); C, its row stride, its batch stride; rows, panels, depth; first and last job.
    """
    a, a_row, a_batch, b, c, c_row, c_batch, rows, panels, depth, first, last = e.arguments()
    with e.loop(first, last) as job:
        entry, panel = job // panels, job % panels
        left = Rows(a + entry * a_batch * 4, a_row)
        right = b + job * depth * (CHANNELS * 4)
        out = Rows(c + (entry * c_batch + panel * CHANNELS) * 4, c_row)
        done = e.number(0)
        for size in (e.shape.rows, 8, 4, 2, 1):
            if size <= e.shape.rows:
                whole = (rows - done) // size * size
                with e.loop(done, done + whole, size) as row:
                    if size == e.shape.rows:
                        _expect_next(e, right + depth * (CHANNELS * 4), row, rows, depth)
                    _block(e, size, left.at(row), right, out.at(row), depth)
                done = done + whole


@dataclass(frozen=True)
class Rows:
    """A matrix at an address, its rows `step` floats apart."""

    address: Int
    step: Int

    def at(self, row: Int | int) -> Rows:
        return Rows(self.address + self.step * row * 4, self.step)


def _expect_next(e: Emitter, panel: Int, row: Int, rows: Int, depth: Int) -> None:
    """Bring this block's share of the next panel near: it comes from memory, and is read by all rows once it is there.

    A line of CHANNELS floats is a cache line.
    """
    share = depth * e.shape.rows // rows + 1
    start = panel + row // e.shape.rows * share * (CHANNELS * 4)
    with e.loop(0, share) as line:
        e.expect(start, line * CHANNELS, write=False, closest=False)


def _block(e: Emitter, size: int, left: Rows, right: Int, out: Rows, depth: Int) -> None:  # noqa: PLR0917  (a product)
    """out[size, CHANNELS] = left[size, depth] @ right[depth, CHANNELS]"""
    vectors = CHANNELS // e.shape.lanes
    sums = [[e.vector_variable(e.constant(0.0)) for _ in range(vectors)] for _ in range(size)]
    starts = [left.at(i).address for i in range(size)]
    with e.loop(0, depth) as k:
        columns = [e.load(right, k * CHANNELS + j * e.shape.lanes) for j in range(vectors)]
        for i in range(size):
            value = e.broadcast(starts[i], k)
            for j in range(vectors):
                e.write(sums[i][j], value.fma(columns[j], e.read(sums[i][j])))
    for i in range(size):
        for j in range(vectors):
            e.store(out.at(i).address, j * e.shape.lanes, e.read(sums[i][j]))
