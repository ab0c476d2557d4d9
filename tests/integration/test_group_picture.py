"""A group picture through the command line: every face its own driver."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from media.image.images import write_png
from media.video.reader import VideoReader
from tests.integration.conftest import Duet, driving

Manifest = Callable[..., Path]


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """Two women side by side."""
    face = np.ascontiguousarray(data.astronaut()[:320, 100:340])
    write_png(tmp_path / "pair.png", np.ascontiguousarray(np.concatenate([face, face[:, ::-1]], axis=1)))
    return tmp_path / "pair.png"


PERFORMERS = {
    "left": {"portrait": "pair.png", "face": "leftmost", "driving": driving(end=1.9)},
    "right": {"portrait": "pair.png", "face": "rightmost", "driving": driving()},
}


def rendered(duet: Duet, manifest: Manifest, target: Path, **changes: Any) -> NDArray[np.uint8]:
    """All frames of the two singing, (N, H, W, 3)."""
    output = {"path": target.name, "size": [480, 320]}
    done = duet("render", manifest(performers=PERFORMERS, output=output, **changes), "--no-sheet")
    assert done.code == 0, done.err
    with VideoReader(target) as reader:
        return np.stack([frame for _, frame in reader])


@pytest.mark.slow
def test_each_face_of_a_picture_has_its_own_driver(duet: Duet, manifest: Manifest, pair: Path, tmp_path: Path) -> None:
    shown = rendered(duet, manifest, tmp_path / "both.mp4")
    assert shown.shape == (15, 320, 480, 3)  # one panel
    halves = np.abs(np.diff(shown.astype(int), axis=0)).reshape(14, 320, 2, 240, 3).mean(axis=(1, 3, 4))
    assert (halves[:8].mean(axis=0) > 0.2).all()  # both move
    assert halves[10:, 0].max() < 0.1 < halves[10:, 1].mean()  # the shorter clip's face stays as it is


@pytest.mark.slow
def test_how_a_group_is_cut_up_changes_nothing(duet: Duet, manifest: Manifest, pair: Path, tmp_path: Path) -> None:
    whole = rendered(duet, manifest, tmp_path / "whole.mp4")
    cut = rendered(duet, manifest, tmp_path / "cut.mp4", defaults={"chunk_frames": 5})
    np.testing.assert_array_equal(whole, cut)


def test_performers_who_mean_one_face_are_told(duet: Duet, manifest: Manifest, pair: Path) -> None:
    performers = {
        "left": {"portrait": "pair.png", "face": "leftmost", "driving": driving()},
        "again": {"portrait": "pair.png", "face": {"index": 0}, "driving": driving()},
        "right": {"portrait": "pair.png", "face": "rightmost", "driving": driving()},
    }
    done = duet("render", manifest(performers=performers))
    assert done.code == 2
    assert "two performers take the same face" in done.error
    assert "{index: 1}" in done.error
