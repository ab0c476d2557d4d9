"""The driving clip at a constant rate: timestamps decide, and the track goes with the frames."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import InputError, StageError
from foundation.facetrack import FaceTrack
from foundation.fitting import Way
from foundation.schemes import MEDIAPIPE_478
from foundation.shots import Shot, save_shots
from foundation.times import pieces
from media.video.probe import probe
from media.video.reader import read_frames
from stages.artifacts import FRAMES, ClipPiece, Media
from stages.contracts.normalize import Facts, Fit, Inputs, Settings
from stages.contracts.normalize_join import Inputs as JoinInputs
from stages.contracts.normalize_piece import Settings as PieceSettings
from stages.contracts.shared import EngineUse, Timing
from stages.driving import normalize, normalize_join, normalize_piece
from stages.findings import Track
from tests.synthetic import write_clip

STEP = 20


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


def grey(number: int) -> NDArray[np.uint8]:
    """A frame that tells its number by its brightness."""
    return np.full((96, 160, 3), STEP * number, np.uint8)


def followed(folder: Path, times: list[Fraction], size: tuple[int, int], *cuts: int) -> Path:
    """A faces artifact: a head 40 pixels high that moves a pixel to the right each frame, seen in every other shot."""
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
    spans = enumerate(pairwise([0, *cuts, count]))
    save_shots(folder / "shots.json", [Shot(start, stop, seen=not number % 2) for number, (start, stop) in spans])
    return folder


def run(clip: Path, faces: Path, out: Path, timing: Timing, **more: Any) -> Facts:
    use = EngineUse(name="landmark_tps", version=1)
    settings = Settings(engine=use, timing=timing, tolerant=False, **more)
    return normalize.run(settings, Inputs(media=Media.at(clip), faces=Track.at(faces)), out, silent)


def normalized(
    folder: Path, times: list[Fraction], fps: Fraction, frames: int, **more: Any
) -> tuple[list[int], FaceTrack]:
    """The numbers of the frames that come out, and their track."""
    clip = write_clip(folder / "clip.mkv", [grey(n) for n in range(len(times))], times=times)
    out = folder / "out"
    out.mkdir()
    facts = run(
        clip, followed(folder / "faces", times, (160, 96)), out, Timing(start=times[0], frames=frames, fps=fps), **more
    )
    assert facts.frames == frames
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
    faces = followed(tmp_path / "faces", times, (160, 96))
    with pytest.raises(InputError, match="gave 3 of 6 frames"):
        run(short, faces, tmp_path / "out", Timing(start=Fraction(0), frames=6, fps=Fraction(25)))


@pytest.mark.parametrize(
    ("way", "shown"),
    [
        ("loop", [*range(12), *range(12), *range(6)]),
        ("mirror", [*range(12), *range(10, 0, -1), *range(8)]),
        ("stretch", [n * 12 // 30 for n in range(30)]),
    ],
)
def test_a_clip_is_brought_to_another_length_with_its_track(way: Way, shown: list[int], tmp_path: Path) -> None:
    times = [Fraction(n, 25) for n in range(12)]
    numbers, track = normalized(tmp_path, times, Fraction(25), 30, fit=Fit(way=way, length=Fraction(12, 25)))
    assert np.abs(np.array(numbers) - shown).max() <= (way == "stretch")
    moved = np.asarray(track.points[:, 0, 0]) - track.points[0, 0, 0]
    np.testing.assert_allclose(moved, np.array(numbers) - numbers[0], atol=1e-3)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [FRAMES, "shots.json", "track"]


def test_light_that_wavers_is_levelled_out(tmp_path: Path) -> None:
    dice = np.random.default_rng(4)
    skin = cv2.GaussianBlur(dice.uniform(80, 150, (96, 160, 3)).astype(np.float32), (0, 0), 4)
    times = [Fraction(n, 25) for n in range(20)]
    swing = 1 + 0.25 * np.sin(np.arange(20))[:, None] * [1.0, 0.6, -0.4]
    frames = [np.clip(skin * factor, 0, 255).astype(np.uint8) for factor in swing]
    clip = write_clip(tmp_path / "clip.mkv", frames, codec="ffv1", pix_fmt="yuv444p")
    faces = followed(tmp_path / "faces", times, (160, 96))
    track = FaceTrack.load(faces / "track")
    spots = dice.uniform((40, 20, 0), (110, 76, 1), (478, 3))
    spots[[10, 152, 234, 454, 33, 263]] = np.asarray(track.points[0])[[10, 152, 234, 454, 33, 263]]
    replace(track, points=np.tile(spots, (20, 1, 1))).save(faces / "track")
    wavers = {}
    for steady in (False, True):
        out = tmp_path / f"out{steady}"
        out.mkdir()
        run(clip, faces, out, Timing(start=Fraction(0), frames=20, fps=Fraction(25)), steady_light=steady)
        means = np.array([frame.mean(axis=(0, 1)) for frame in read_frames(out / FRAMES)])
        wavers[steady] = means.std(axis=0)
    assert (wavers[True] < 0.1 * wavers[False]).all()
    assert (wavers[False] > 5).all()


@pytest.mark.parametrize(("following", "fields"), [(False, {}), (True, {"x264-params": "interlaced=1:tff=1"})])
def test_pieces_are_the_whole(tmp_path: Path, following: bool, fields: dict[str, str]) -> None:
    """Every pixel and every number: of 300 frames, some twice, in pieces of 100; a joint lies between two shots."""
    times = [Fraction(n, 25) for n in range(310) if n % 7]
    rng = np.random.default_rng(3)
    frames = [grey(n % 12) + rng.integers(0, 9, (96, 160, 3), dtype=np.uint8) for n in range(len(times))]
    clip = write_clip(tmp_path / "clip.mkv", frames, times=times, options=fields)
    faces = followed(tmp_path / "faces", times, (160, 96), 80, 90)
    timing, out = Timing(start=times[0], frames=300, fps=Fraction(25)), tmp_path / "whole"
    out.mkdir()
    info = probe(clip).video
    assert info is not None
    assert info.interlaced is bool(fields)
    told = run(clip, faces, out, timing, following=following)
    use = EngineUse(name="landmark_tps", version=1)
    settings = Settings(engine=use, timing=timing, tolerant=False, following=following)
    written = []
    for part in pieces(300, 100):
        folder = tmp_path / f"piece{part.start}"
        folder.mkdir()
        inputs = Inputs(media=Media.at(clip), faces=Track.at(faces))
        normalize_piece.run(PieceSettings(whole=settings, piece=part), inputs, folder, silent)
        written.append(ClipPiece.at(folder))
    joined = tmp_path / "joined"
    joined.mkdir()
    assert told == normalize_join.run(
        settings, JoinInputs(faces=Track.at(faces), pieces=tuple(written)), joined, silent
    )
    names = sorted(path.relative_to(out) for path in out.rglob("*.*"))
    assert names == sorted(path.relative_to(joined) for path in joined.rglob("*.*"))
    assert {str(name) for name in names if (out / name).read_bytes() != (joined / name).read_bytes()} <= {FRAMES}
    for one, other in zip(read_frames(out / FRAMES), read_frames(joined / FRAMES), strict=True):
        np.testing.assert_array_equal(one, other)
    middle = list(read_frames(joined / FRAMES, 150, 260))
    np.testing.assert_array_equal(middle, list(read_frames(out / FRAMES, 150, 260)))
    written[1].video.write_bytes(written[2].video.read_bytes()[: written[2].video.stat().st_size // 2])
    again = tmp_path / "again"
    again.mkdir()
    with pytest.raises(StageError, match=r"frames came out of pieces with 300"):
        normalize_join.run(settings, JoinInputs(faces=Track.at(faces), pieces=tuple(written)), again, silent)
