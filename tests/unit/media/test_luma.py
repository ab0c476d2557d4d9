"""Parts of a video are decoded as the whole is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from media.video.luma import Part, watched
from tests.synthetic import write_clip


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("clip.mp4", "libx264", {"g": "20", "bf": "3"}),
        ("clip.mov", "libx265", {"g": "20", "x265-params": "log-level=none:open-gop=0"}),
        ("clip.mkv", "libx264", {"g": "20", "bf": "3"}),
        ("clip.webm", "libvpx-vp9", {"g": "20", "deadline": "realtime", "cpu-used": "8"}),
        ("clip.mp4", "libx264", {"g": "250"}),
    ],
)
def test_parts_are_the_whole(tmp_path: Path, name: str, codec: str, options: dict[str, str]) -> None:
    """Where a key frame begins them, and where none does."""
    dice = np.random.default_rng(4)
    frames = [np.full((64, 96, 3), 5 * n, np.uint8) + dice.integers(0, 9, (64, 96, 3), np.uint8) for n in range(48)]
    clip = write_clip(tmp_path / name, frames, codec=codec, pix_fmt="yuv420p", options=options)
    whole = list(watched(clip, {5, 30}))
    parts = [
        frame
        for start, stop in ((0, 20), (20, 40), (40, None))
        for frame in watched(clip, {5, 30}, Part(start, stop, Fraction(25)))
    ]
    assert len(whole) == len(parts) == 48
    for (ours, still), (theirs, other) in zip(parts, whole, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_equal(still, other)
    assert [number for number, (_, still) in enumerate(parts) if still is not None] == [5, 30]
