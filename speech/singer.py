"""Which part of a song is somebody's, and when it is sung in a result."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from foundation.times import FrameRange

if TYPE_CHECKING:
    from speech.alignment import AlignedLine, Alignment
    from speech.phones import Phone


@dataclass(frozen=True, kw_only=True)
class Sung:
    """What one singer has of a song.

    Attributes:
        delay: seconds of the result at which the voice begins.
        singer: whose lines are sung, beside those that name nobody; None: all lines.
        turns: frames of the result in which whole lines are sung; None: everywhere.
    """

    delay: Fraction
    singer: str | None = None
    turns: tuple[FrameRange, ...] | None = None

    def lines(self, alignment: Alignment, fps: Fraction) -> list[AlignedLine]:
        """The singer's lines, in the voice's time."""
        return [line for line in alignment.lines if self._own(line, float(fps))]

    def phones(self, alignment: Alignment, fps: Fraction, seconds: float) -> list[Phone]:
        """The singer's phones in the time of a result that is so long, those outside of it left out."""
        from speech.timing import sequence  # noqa: PLC0415  (NumPy: plans know this class, too)

        said = sequence([line.phones for line in self.lines(alignment, fps)])
        late = (phone.later(float(self.delay)) for phone in said)
        return [phone for phone in late if phone.end > 0 and phone.start < seconds]

    def _own(self, line: AlignedLine, fps: float) -> bool:
        named = not line.line.singers or self.singer is None or self.singer in line.line.singers
        at = ((line.start + line.end) / 2 + float(self.delay)) * fps
        return named and (self.turns is None or any(turn.start <= at < turn.stop for turn in self.turns))
