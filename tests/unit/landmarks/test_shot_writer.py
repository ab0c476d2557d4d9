"""How a clip falls into shots, and what its track shows between them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundation.facetrack import Face, FaceTrack
from foundation.schemes import IBUG_68
from foundation.shots import Shot
from landmarks.shot_writer import ShotWriter
from landmarks.track_writer import TrackWriter

GAP = 3


def face(x: float) -> Face:
    return Face(np.array([[x, 0.0, 0.0], [x + 10, 10.0, 0.0]]), IBUG_68, np.zeros(0), np.eye(4))


def written(folder: Path, clip: str) -> tuple[list[Shot], list[float]]:
    """The shots of a clip, and where its face is in each frame. "x": a face, at its frame's number; "-": none; "|": a
    cut."""
    with TrackWriter(folder / "track") as track:
        writer = ShotWriter(track, GAP)
        for letter in clip:
            if letter == "|":
                writer.cut()
            else:
                writer.add(face(float(writer.frames)) if letter == "x" else None)
        writer.finish((100, 100))
    loaded = FaceTrack.load(folder / "track")
    assert len(loaded) == clip.count("x") + clip.count("-")
    return writer.shots, [float(x) for x in np.asarray(loaded.points)[:, 0, 0]]


@pytest.mark.parametrize(
    ("clip", "shots"),
    [
        ("xxxx", [Shot(0, 4, True)]),
        ("-xx---xx-", [Shot(0, 9, True)]),
        ("xx----xx", [Shot(0, 2, True), Shot(2, 6, False), Shot(6, 8, True)]),
        ("----xx----", [Shot(0, 4, False), Shot(4, 6, True), Shot(6, 10, False)]),
        ("xx|xx", [Shot(0, 2, True), Shot(2, 4, True)]),
        ("xx|--|xx", [Shot(0, 2, True), Shot(2, 4, False), Shot(4, 6, True)]),
        ("xx----|---x", [Shot(0, 2, True), Shot(2, 6, False), Shot(6, 10, True)]),
        ("xx----|----x", [Shot(0, 2, True), Shot(2, 10, False), Shot(10, 11, True)]),
        ("|xx|", [Shot(0, 2, True)]),
        ("--|-|x", [Shot(0, 3, False), Shot(3, 4, True)]),
    ],
)
def test_shots(tmp_path: Path, clip: str, shots: list[Shot]) -> None:
    assert written(tmp_path, clip)[0] == shots


@pytest.mark.parametrize(
    ("clip", "places"),
    [
        ("-x--x", [1, 1, 2, 3, 4]),
        ("x----x", [0, 0, 0, 0, 0, 5]),
        ("x-|-x", [0, 0, 4 - 1, 3]),
        ("--|x|--", [2, 2, 2, 2, 2]),
    ],
)
def test_short_gaps_are_bridged_and_nothing_else(tmp_path: Path, clip: str, places: list[float]) -> None:
    assert written(tmp_path, clip)[1] == pytest.approx(places)
