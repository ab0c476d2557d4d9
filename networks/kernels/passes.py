"""How threads share a Winograd convolution: each its strips of the picture, or each its share of heavy weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from networks.kernels.forms import Form
from networks.kernels.workers import Scratch, run_tasks, spans

TILES_AT_ONCE, FEWEST_TILES = 128, 96  # each strip reads the weights again
HEAVY = 2**23  # weights, 32 MB: no cache keeps them from one strip to the next, so all threads share one strip
SKEW = 16  # floats between streams: at powers of two they would fall on the same cache lines


@dataclass(frozen=True)
class Room:
    """Where the tiles of some tile rows lie: matrices of tiles x channels, one a product of a tile.

    Attributes:
        first: tile row.
        tiles: how many.
        spread: address of the inputs' matrices.
        stream: floats from one of them to the next.
        products: address of the outputs' matrices.
        stream_out: floats from one of them to the next.
    """

    first: int
    tiles: int
    spread: int
    stream: int
    products: int
    stream_out: int


Step = Callable[[Room, int, int], None]


@dataclass(frozen=True)
class Passes:
    """One convolution of a picture.

    Attributes:
        form: of its tiles.
        across: tiles.
        down: tile rows.
        channels: of the picture.
        outputs: channels of the result.
        panels: of weights for each product of a tile.
        into: spreads tile rows from..to.
        product: multiplies by panels from..to of all products' weights.
        out_of: gathers tile rows from..to.
    """

    form: Form
    across: int
    down: int
    channels: int
    outputs: int
    panels: int
    into: Step
    product: Step
    out_of: Step

    def run(self) -> None:
        """All of it. The bits do not depend on how it is shared."""
        rows, least = (max(1, tiles // self.across) for tiles in (TILES_AT_ONCE, FEWEST_TILES))
        if self.form.points * self.channels * self.outputs < HEAVY:
            run_tasks([partial(self._strip, *span) for span in spans(self.down, rows, least)])
            return
        scratch = Scratch()
        for first in range(0, self.down, rows):
            self._together(first, min(first + rows, self.down), scratch)

    def _strip(self, first: int, last: int, scratch: Scratch) -> None:
        """By this thread."""
        room = self._room(first, last, scratch)
        self.into(room, first, last)
        self.product(room, 0, self.form.points * self.panels)
        self.out_of(room, first, last)

    def _together(self, first: int, last: int, scratch: Scratch) -> None:
        """By all threads: each weight is read by one of them."""
        room, count, jobs = self._room(first, last, scratch), last - first, self.form.points * self.panels
        rows = [(first + begin, first + end) for begin, end in spans(count, count)]
        for step, parts in ((self.into, rows), (self.product, spans(jobs, jobs, self.panels)), (self.out_of, rows)):
            run_tasks([partial(_without_scratch, step, room, *part) for part in parts])

    def _room(self, first: int, last: int, scratch: Scratch) -> Room:
        tiles = (last - first) * self.across
        stream, stream_out = tiles * self.channels + SKEW, tiles * self.outputs + SKEW
        spread = scratch.address("spread", self.form.points * stream)
        products = scratch.address("products", self.form.points * stream_out)
        return Room(first, tiles, spread, stream, products, stream_out)


def _without_scratch(step: Step, room: Room, first: int, last: int, _: Scratch) -> None:
    step(room, first, last)
