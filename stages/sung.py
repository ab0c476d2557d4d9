"""The song that a made-up driver sings, as its result is measured by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from quality import sung
from speech.alignment import TRUSTED
from speech.singer import Sung
from stages.contracts.measure import Model, Settings
from stages.findings import Phones, Voice


@dataclass(frozen=True)
class Song:
    """Attributes:
    voice: (S,) 16 kHz, in the result's time. closures: frames at which lips should be shut.
    found: share of the singer's lines that were found; NaN without words. head: see Settings.
    """

    fps: float
    voice: NDArray[np.float32]
    closures: list[int]
    found: float
    head: float

    @property
    def beside(self) -> list[int]:
        """The closures, and the frames next to them."""
        return sorted({at + step for at in self.closures for step in (-1, 0, 1)})

    def figures(
        self, looks: NDArray[np.int64], rows: NDArray[np.float64], portrait: NDArray[np.float64]
    ) -> dict[str, float]:
        """By name; `looks`: (M,) frames, `rows`: (M, F) of the result, `portrait`: (F,)."""
        return {
            "words_found": self.found,
            "lips_shut": sung.lips_shut(self.closures, looks, rows),
            "voice_lag": sung.voice_lag(self.voice, looks, rows, self.fps),
            "blinks": sung.blinks(looks, rows, portrait, self.fps),
            "sway": sung.sway(rows, self.head),
        }


def read_song(settings: Settings, inputs: Model) -> Song | None:
    """The song; None where somebody was filmed."""
    if settings.sung is None or inputs.voice is None:
        return None
    song = song_of(settings.sung, inputs.voice, inputs.phones, settings.fps, settings.frames)
    return replace(song, head=settings.head)


def song_of(part: Sung, heard: Voice, phones: Phones | None, fps: Fraction, frames: int) -> Song:
    """The part of a song that somebody sings in a result."""
    seconds, found, closures = frames / float(fps), float("nan"), []
    if phones is not None:
        alignment = phones.alignment()
        own = part.lines(alignment, fps)
        found = float(np.mean([line.confidence >= TRUSTED for line in own])) if own else found
        closures = sung.closures(part.phones(alignment, fps, seconds), float(fps), frames)
    voice = heard.heard().placed(float(part.delay), seconds)
    return Song(float(fps), voice, closures, found, 1.0)
