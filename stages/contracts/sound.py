"""The sound of a result, as the stages that make and judge it take it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class SoundEntry:
    """One sound.

    Attributes:
        source: its number among the sounds that a stage is given.
        stream: the number of the track in its file, of those that can be decoded.
        start: where it begins on its file's clock, seconds.
        offset: where it begins in the result, seconds.
        length: seconds; None: to its end.
        gain_db: change of level, dB.
        pan: -1 left, 1 right.
        fade_in: seconds.
        fade_out: seconds.
    """

    source: int
    start: Fraction
    stream: int = 0
    offset: Fraction = Fraction(0)
    length: Fraction | None = None
    gain_db: float = 0.0
    pan: float = 0.0
    fade_in: Fraction = Fraction(0)
    fade_out: Fraction = Fraction(0)


@dataclass(frozen=True, kw_only=True)
class Stem:
    """One performer's sound as a track of its own.

    Attributes:
        name: the performer's.
        entries: what it is mixed from.
    """

    name: str
    entries: tuple[SoundEntry, ...]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """All that is heard.

    Attributes:
        entries: what is mixed; none: silent.
        stems: tracks beside the mix.
        loudness: LUFS that it is brought to (EBU R 128); None: as loud as the sources.
    """

    entries: tuple[SoundEntry, ...] = ()
    stems: tuple[Stem, ...] = ()
    loudness: float | None = None

    @property
    def tracks(self) -> int:
        """How many the result has."""
        return 1 + len(self.stems) if self.entries else 0
