"""Cutting clips into tubes: whatever they show, the training set is whole or the clip is named."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.schemes import MEDIAPIPE_478
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES, Media
from stages.contracts.face_crops import Facts, Inputs, Settings
from stages.findings import Track
from stages.training.face_crops import FEWEST, run
from tests.synthetic_tubes import SIDE, tube

SETTINGS = Settings(side=64, reach=0.9, most=10)


def clip(folder: Path, moving: bool = True, found: int | None = None, frames: int = 12) -> Inputs:
    """An artifact of frames and a track of it: a face that moves, or does not, and is seen in `found` frames."""
    made = tube(frames=frames)
    shown = made.frames if moving else np.repeat(made.frames[:1], frames, axis=0)
    points = made.points if moving else np.repeat(made.points[:1], frames, axis=0)
    (folder / "clip").mkdir()
    with FrameWriter(folder / "clip" / FRAMES, size=(SIDE, SIDE), fps=Fraction(25)) as writer:
        for frame in shown:
            writer.write(frame)
    flat = np.concatenate([points, np.zeros((frames, 478, 1), np.float32)], axis=-1)
    seen = np.arange(frames) < (frames if found is None else found)
    pose = np.tile(np.eye(4), (frames, 1, 1))
    (folder / "faces").mkdir()
    track = FaceTrack(flat, seen, np.zeros((frames, 52), np.float32), pose, MEDIAPIPE_478, (SIDE, SIDE))
    track.save(folder / "faces" / "track")
    return Inputs(media=Media.at(folder / "clip"), faces=Track.at(folder / "faces"))


def cut(inputs: Inputs, folder: Path, **settings: Any) -> Facts:
    (folder / "out").mkdir()
    return run(replace(SETTINGS, **settings), inputs, folder / "out", lambda done, total: None)


def test_frames_and_points_are_cut_alike(tmp_path: Path) -> None:
    facts = cut(clip(tmp_path), tmp_path)
    frames = np.load(tmp_path / "out" / "frames.npy")
    track = FaceTrack.load(tmp_path / "out" / "track")
    assert facts == Facts(frames=10, side=64)
    assert (frames.shape, len(track), track.size) == ((10, 64, 64, 3), 10, (64, 64))
    for frame, points in zip(frames, track.points[:], strict=True):
        x, y = points[[13, 14], :2].mean(axis=0).round().astype(int)
        mouth, cheek = frame[y, x].astype(int), frame[y, x - 14].astype(int)
        assert np.abs(mouth - cheek).sum() > 30  # between the lips it is another colour than beside them


def test_a_long_clip_is_thinned_evenly(tmp_path: Path) -> None:
    assert cut(clip(tmp_path, frames=40), tmp_path, most=8).frames == 8


def test_frames_without_a_face_are_left_out(tmp_path: Path) -> None:
    assert cut(clip(tmp_path, found=9), tmp_path).frames == 9


def test_a_clip_with_hardly_a_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"shows a face in {FEWEST - 1} frames, and training needs {FEWEST}"):
        cut(clip(tmp_path, found=FEWEST - 1), tmp_path)


def test_a_still_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one still picture"):
        cut(clip(tmp_path, moving=False), tmp_path)
