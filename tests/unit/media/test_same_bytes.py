"""What is encoded does not depend on how many processors the machine has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from media.ffmpeg.codecs import VIDEO, Encode
from media.ffmpeg.encoders import available
from media.video.writer import FrameWriter
from tests.synthetic import numbered

ENCODERS = [
    ("h264", "mp4", "libx264"),
    ("h265", "mp4", "libx265"),
    ("vp9", "webm", "libvpx-vp9"),
    ("av1", "mkv", "libsvtav1"),
    ("av1", "mkv", "libaom-av1"),
    ("prores_422_hq", "mov", "prores_ks"),
    ("ffv1", "mkv", "ffv1"),
]
SIZE = (320, 192)


@pytest.fixture
def processors() -> Iterator[list[int]]:
    """The processors that this process may use; they are given back."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs two processors, and Linux to take one away")
    own = os.sched_getaffinity(0)
    yield sorted(own)
    os.sched_setaffinity(0, own)


@pytest.mark.parametrize(("codec", "container", "encoder"), ENCODERS)
def test_one_processor_or_several_write_the_same_bytes(
    codec: str, container: str, encoder: str, processors: list[int], tmp_path: Path
) -> None:
    if encoder not in available():
        pytest.skip(f"this ffmpeg has no {encoder}")
    quality = VIDEO[codec].quality
    encode = Encode(container, codec, encoder, quality[0] if quality else None, bits=VIDEO[codec].bits[0])
    written = []
    for count in (1, len(processors)):
        os.sched_setaffinity(0, processors[:count])
        path = tmp_path / f"{count}.{container}"
        with FrameWriter(path, size=SIZE, fps=Fraction(25), encode=encode) as writer:
            for number in range(24):
                writer.write(np.roll(numbered(number, SIZE), number * 5, axis=1))
        written.append(path.read_bytes())
    assert written[0] == written[1]
    assert b"cpuid" not in written[0]
