"""Doubling by repetition and a 3x3 convolution, as nine 1x1 products of the small picture.

Along one axis, let S be the sum of the taps w0, w1, w2. The even output at i is S x[i] - w0 (x[i] - x[i - 1]), the odd
one S x[i] + w2 (x[i + 1] - x[i]). Both axes together: the picture, its differences by row, by column and by both, each
times the weights that its parities need: 1 + 2 + 2 + 4 products instead of 36.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from networks.kernels.emit import Emitter, Int

DIFFERENCE_ARGUMENTS = 9
COMBINE_ARGUMENTS = 13


def doubling_weights(weight: Tensor) -> list[Tensor]:
    """(O, C, 3, 3) -> six (C, O or 2 O): for the picture, the column differences (even, odd), the row differences
    for even and for odd rows, and the differences by both for even and for odd rows (even, odd columns each)."""
    w = weight.double().permute(2, 3, 1, 0)
    columns = [w.sum(1), -w[:, 0], w[:, 2]]

    def rows(of: Tensor) -> list[Tensor]:
        return [of.sum(0), -of[0], of[2]]

    still, even, odd = (rows(column) for column in columns)
    parts = [
        still[0],
        torch.cat([even[0], odd[0]], dim=1),
        still[1],
        still[2],
        torch.cat([even[1], odd[1]], dim=1),
        torch.cat([even[2], odd[2]], dim=1),
    ]
    return [part.to(weight.dtype) for part in parts]


def emit_differences(e: Emitter) -> None:
    """Differences of rows `first` to `last` of a picture with the row above and the column before; outside is 0.

    Arguments: addresses of picture (height, width, channels) and results: by column (rows, width + 1), by row
    (rows + 1, width), by both (rows + 1, width + 1); height, width, channels; first and last row.
    """
    x, by_column, by_row, by_both, height, width, channels, first, last = e.arguments()
    with e.loop(first, last + 1) as i, e.loop(0, width + 1) as j:
        rows = _pair(e, i, height)
        columns = _pair(e, j, width)
        taps = [((row * width + column) * channels, e.builder.and_(y, x)) for row, y in rows for column, x in columns]
        narrow = ((i - first) * width + j) * channels
        wide = ((i - first) * (width + 1) + j) * channels
        with e.loop(0, channels, e.shape.lanes) as c:
            here, left, above, corner = (e.keep(ok, e.load(x, at + c)) for at, ok in taps)
            with e.builder.if_then(i.below(last)):
                e.store(by_column, wide + c, here - left)
            with e.builder.if_then(j.below(width)):
                e.store(by_row, narrow + c, here - above)
            e.store(by_both, wide + c, (here - left) - (above - corner))


def _pair(e: Emitter, index: Int, size: Int) -> list[tuple[Int, Any]]:
    """A coordinate and the one before, kept inside the picture, and whether they were."""
    inside, before = index.below(size), e.number(0).below(index)
    return [(e.choose(inside, index, 0), inside), (e.choose(before, index - 1, 0), before)]


def emit_combine(e: Emitter) -> None:
    """The doubled rows of source rows `first` to `last` from the products.

    Arguments: addresses of the six products in the order of `doubling_weights`, bias, result, sums (for each source
    row, channels sums and channels sums of squares); width, channels; first and last row.
    """
    still, columns, even, odd, even_both, odd_both, bias, result, sums, width, channels, first, last = e.arguments()
    with e.loop(first, last) as i:
        row_sums = sums + i * channels * 8
        row_squares = row_sums + channels * 4
        e.clear(row_sums, channels * 2)
        with e.loop(0, width) as j:
            narrow = ((i - first) * width + j) * channels
            wide = ((i - first) * (width + 1) + j) * channels * 2
            with e.loop(0, channels, e.shape.lanes) as c:
                base = e.load(still, narrow + c) + e.load(bias, c)
                total, squares = e.load(row_sums, c), e.load(row_squares, c)
                for py, by_row, both in ((0, even, even_both), (1, odd, odd_both)):
                    line = base + e.load(by_row, narrow + c)
                    for px in (0, 1):
                        # The odd column's product lies beside the even one's, of the next column.
                        at = wide + c if px == 0 else wide + channels * 3 + c
                        value = line + e.load(columns, at) + e.load(both, at)
                        e.store(result, ((i * 2 + py) * (width * 2) + j * 2 + px) * channels + c, value)
                        total, squares = total + value, value.fma(value, squares)
                e.store(row_sums, c, total)
                e.store(row_squares, c, squares)
