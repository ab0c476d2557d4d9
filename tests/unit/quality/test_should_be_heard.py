"""Whether a sound can be judged at all: silence that was asked for is no fault."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from media.sound.wav import write_wav
from quality.sound import Source, should_be_heard

RATE = 8000


@pytest.mark.parametrize(
    ("start", "length", "duration", "heard"),
    [
        (0, None, 2.0, True),
        (0, 1, 2.0, False),  # the tone comes after the part that plays
        (1, 1, 2.0, True),
        (0, None, 0.3, False),  # too short to have a loudness
        (0, None, 0.9, False),  # the result ends before the tone
    ],
)
def test_what_should_be_heard(tmp_path: Path, start: int, length: int | None, duration: float, heard: bool) -> None:
    """A file of one silent second and one of a tone."""
    samples = np.zeros(2 * RATE, np.float32)
    samples[RATE:] = 0.3 * np.sin(np.arange(RATE) / 3)
    write_wav(tmp_path / "a.wav", samples, RATE)
    source = Source(tmp_path / "a.wav", Fraction(start), Fraction(0), None if length is None else Fraction(length))
    assert should_be_heard([source], duration) is heard
