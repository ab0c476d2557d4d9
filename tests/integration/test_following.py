"""A driver who walks through the picture, followed by what is shown of the clip: `driving.crop: following`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.facetrack import FaceTrack, head_frame
from media.video.probe import probe
from tests.integration.conftest import Duet
from tests.synthetic import write_clip

Manifest = Callable[..., Path]
PACE = 20
"""Pixels a frame."""


@pytest.fixture
def walk(tmp_path: Path, faces: list[NDArray[np.uint8]]) -> Path:
    """24 frames: the man who talks goes from left to right past a wall, and comes nearer."""
    rng = np.random.default_rng(4)
    wall = cv2.GaussianBlur(rng.integers(0, 255, (360, 800, 3), dtype=np.uint8), (0, 0), 6)
    frames = []
    for number, face in enumerate(faces):
        shown, width = wall.copy(), 240 + 2 * number
        height = width * face.shape[0] // face.shape[1]
        shown[60 : 60 + height, PACE * number : PACE * number + width] = cv2.resize(face, (width, height))
        frames.append(shown)
    return write_clip(tmp_path / "walk.mp4", frames, fps=25)


def centres(work: Path, crop: str, duet: Duet, manifest: Manifest) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Where the head is in what the engine is shown, frame by frame; and how large that is."""
    one = {"portrait": "sample:astronaut", "driving": {"video": "walk.mp4", "crop": crop}}
    done = duet("render", manifest(performers={"one": one}, output={"path": f"{crop}.mp4"}), "--no-sheet", fresh=True)
    assert done.code == 0, done.err
    (artifact,) = [folder for folder in (work / "normalize").iterdir() if (folder / "artifact.json").is_file()]
    track = FaceTrack.load(artifact / "track")
    heads = [head_frame(points, track.scheme).centre for points in track.points]
    artifact.rename(work / crop)
    return np.array(heads), track.size


@pytest.mark.slow
def test_what_is_shown_goes_along_with_the_head(duet: Duet, manifest: Manifest, walk: Path, tmp_path: Path) -> None:
    still, whole = centres(tmp_path / "work", "fixed", duet, manifest)
    along, part = centres(tmp_path / "work", "following", duet, manifest)
    assert np.ptp(still[:, 0]) > 0.8 * 23 * PACE  # the man walks through what stands still
    assert np.ptp(along[:, 0]) < 0.1 * np.ptp(still[:, 0])
    assert part[0] < 0.7 * whole[0]
    for crop in ("fixed", "following"):
        video = probe(tmp_path / f"{crop}.mp4").video
        assert video is not None
        assert video.frames == 24
    assert walk.is_file()
