"""Every row of the table of hostile clips, through the probe and the reader."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from media.sound.cutting import read_sound
from media.video.probe import probe, timestamps
from media.video.reader import VideoReader
from tests.hostile import ROWS, Row, talking, write_master

MILLISECOND = Fraction(1, 1000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("hostile")
    write_master(place)
    return place


@pytest.mark.parametrize("name", ROWS)
def test_a_hostile_clip_is_probed_and_read_as_it_plays(name: str, folder: Path) -> None:
    row = ROWS[name]
    path = row.make(folder)
    video = probe(path).video
    assert video is not None
    assert (video.frames, video.expected_frames, video.truncated) == (row.frames, row.frames, False)
    assert (video.variable, video.rotation, video.mirrored) == (row.variable, row.rotation, row.mirrored)
    assert (video.size, video.interlaced) == (row.size, row.interlaced)
    assert video.fps == row.fps
    assert abs(video.start - row.start) <= MILLISECOND
    assert abs(video.duration - row.lasts) <= 10 * MILLISECOND
    _reads(path, row)
    if row.beep is not None:
        sound, rate = read_sound(path)
        heard = Fraction(int(np.argmax(np.abs(sound[:, 0]) > 0.4)), rate) - video.start
        assert abs(heard - row.beep) <= row.loose


def _reads(path: Path, row: Row) -> None:
    """Each frame once, in order, at its time, as it was before it was stored."""
    height, width = min(row.size[1], 144), min(row.size[0], 192)
    part = np.s_[:height:3, :width:3]
    originals = [image[part].astype(np.int16) for image in talking()]
    shown = []
    with VideoReader(path) as reader:
        for (seconds, image), expected in zip(reader, row.moments, strict=True):
            assert abs(seconds - expected) <= 2 * MILLISECOND
            shown.append((seconds, image[part]))
    assert [seconds for seconds, _ in shown] == timestamps(path)
    nearest = [int(np.argmin([np.abs(image - frame).mean() for image in originals])) for _, frame in shown]
    assert nearest == list(range(row.first, row.first + row.frames))
