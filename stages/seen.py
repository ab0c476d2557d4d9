"""What was seen of the parts of a clip, as stages hand it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from foundation.errors import InputError
from stages.handles import Handle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from landmarks.sights import Sight


class Seen(Handle):
    """Every face of a part of a clip, from a little before the end of the part before it: see landmarks.sight_files."""


def joined(parts: Sequence[Seen], media: Path) -> Iterator[Sight]:
    """What all parts, in their order, show of the clip; each frame once, a block of frames in memory at a time.

    Args:
        media: the clip, for the message.
    Raises:
        InputError: two parts have seen different frames where they overlap.
    """
    from landmarks.sight_files import read_sights, read_times  # noqa: PLC0415  (planning does without libraries)
    from landmarks.sights import faded  # noqa: PLC0415  (as above)

    held: list[Sight] = []
    times = [read_times(part.path) for part in parts]
    for number, part in enumerate(parts):
        after = times[number + 1] if number + 1 < len(parts) else []
        shared = sum(after[0] <= time for time in times[number]) if after else 0
        if [sight.seconds for sight in held] != times[number][: len(held)]:
            problem = f"its frames differ with where it is entered, near {float(times[number][0]):.2f} s"
            raise InputError(problem, file=media, cure="copy or export it again")
        rest = read_sights(part.path)
        yield from faded(held, [next(rest) for _ in held])
        for _ in range(len(times[number]) - len(held) - shared):
            yield next(rest)
        held = list(rest)
