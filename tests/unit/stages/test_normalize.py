"""The driving clip at a constant rate: timestamps decide, and the track goes with the frames."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import InputError
from foundation.facetrack import MEDIAPIPE_478, FaceTrack
from media.reader import read_frames
from stages import normalize
from stages.handover import FRAMES
from tests.synthetic import write_clip

STEP = 20


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


def grey(number: int) -> NDArray[np.uint8]:
    """A frame that tells its number by its brightness."""
    return np.full((96, 160, 3), STEP * number, np.uint8)


def followed(folder: Path, times: list[Fraction], size: tuple[int, int]) -> Path:
    """A faces artifact: a head 40 pixels high that moves a pixel to the right each frame."""
    points = np.zeros((len(times), 478, 3))
    for mark, place in {10: (0, -20), 152: (0, 20), 234: (-14, 0), 454: (14, 0), 33: (-8, -4), 263: (8, -4)}.items():
        points[:, mark, :2] = place
    points[:, :, 0] += 70 + np.arange(len(times))[:, None]
    points[:, :, 1] += 48
    count = len(times)
    track = FaceTrack(
        points, np.ones(count, bool), np.zeros((count, 52)), np.tile(np.eye(4), (count, 1, 1)), MEDIAPIPE_478, size
    )
    folder.mkdir()
    track.save(folder / "track")
    (folder / "times.json").write_text(json.dumps([str(time) for time in times]))
    return folder


def normalized(folder: Path, times: list[Fraction], fps: Fraction, frames: int) -> tuple[list[int], FaceTrack]:
    """The numbers of the frames that come out, and their track."""
    clip = write_clip(folder / "clip.mkv", [grey(n) for n in range(len(times))], times=times)
    out = folder / "out"
    out.mkdir()
    settings = {
        "engine": "landmark_tps",
        "engine_version": 1,
        "start": str(times[0]),
        "frames": frames,
        "fps": str(fps),
        "tolerant": False,
    }
    inputs = {"media": clip, "faces": followed(folder / "faces", times, (160, 96))}
    facts = normalize.run(settings, inputs, out, silent)
    assert facts["frames_out"] == frames
    track = FaceTrack.load(out / "track")
    shown: list[NDArray[np.uint8]] = list(read_frames(out / FRAMES))
    assert all(frame.shape[1::-1] == track.size for frame in shown)
    return [round(float(frame.mean()) / STEP) for frame in shown], track


def test_a_steady_clip_keeps_every_frame(tmp_path: Path) -> None:
    numbers, track = normalized(tmp_path, [Fraction(n, 25) for n in range(12)], Fraction(25), 12)
    assert numbers == list(range(12))
    assert track.points[5, 0, 0] - track.points[0, 0, 0] == pytest.approx(5)


def test_a_variable_clip_shows_what_was_on_screen(tmp_path: Path) -> None:
    times = [Fraction(0), Fraction(1, 25), Fraction(5, 25), Fraction(6, 25), Fraction(7, 25)]
    numbers, track = normalized(tmp_path, times, Fraction(25), 8)
    assert numbers == [0, 1, 1, 1, 1, 2, 3, 4]
    assert track.points[4, 0, 0] == pytest.approx(track.points[1, 0, 0])


def test_another_rate_drops_and_repeats_evenly(tmp_path: Path) -> None:
    numbers, _ = normalized(tmp_path, [Fraction(n, 30) for n in range(12)], Fraction(15), 6)
    assert numbers == [0, 2, 4, 6, 8, 10]


def test_a_clip_that_ends_early_is_told(tmp_path: Path) -> None:
    times = [Fraction(n, 25) for n in range(6)]
    short = write_clip(tmp_path / "clip.mkv", [grey(n) for n in range(3)])
    (tmp_path / "out").mkdir()
    settings = {
        "engine": "landmark_tps",
        "engine_version": 1,
        "start": "0",
        "frames": 6,
        "fps": "25",
        "tolerant": False,
    }
    inputs = {"media": short, "faces": followed(tmp_path / "faces", times, (160, 96))}
    with pytest.raises(InputError, match="gave 3 of 6 frames"):
        normalize.run(settings, inputs, tmp_path / "out", silent)
