"""Numbered pictures on the command line, as a clip that has no file."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from media.image.images import read_image, write_png
from media.video.probe import probe
from tests.integration.conftest import Duet

NTSC = Fraction(30000, 1001)


@pytest.fixture
def shots(tmp_path: Path, faces: list[NDArray[np.uint8]]) -> str:
    """Twelve pictures of a man who talks, then ten of a wall."""
    (tmp_path / "shots").mkdir()
    wall = np.full_like(faces[0], 128)
    for number, image in enumerate([*faces[:12], *[wall] * 10], 7):
        write_png(tmp_path / "shots" / f"take_{number:04d}.png", image)
    return "shots/take_%04d.png"


def test_inspect_shows_them_as_a_clip(duet: Duet, shots: str, tmp_path: Path) -> None:
    done = duet("inspect", shots, "--fps", "29.97", "--json", "--sheet", "faces.png")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert (told["video"]["frames"], Fraction(told["video"]["fps"])) == (22, NTSC)
    assert told["cuts"] == [round(float(12 / NTSC), 3)]
    assert [len(look["found"]) for look in told["faces"]] == [1, 1, 1, 0, 0]
    assert told["audio"] == []
    assert read_image(tmp_path / "faces.png").shape[0] > 5 * 160


@pytest.mark.slow
def test_animate_follows_them(duet: Duet, shots: str, tmp_path: Path) -> None:
    for number in range(19, 29):
        (tmp_path / "shots" / f"take_{number:04d}.png").unlink()
    arguments = ("animate", "sample:astronaut", shots, "--fps", "30000/1001", "-o", "out.mp4", "--size", 320, 180)
    done = duet(*map(str, arguments))
    assert done.code == 0, done.err
    video = probe(tmp_path / "out.mp4").video
    assert video is not None
    assert (video.frames, video.fps) == (12, NTSC)


@pytest.mark.usefixtures("shots")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("animate", "sample:astronaut", "shots/take_%04d.png", "-o", "o.mp4"), "have no rate of their own (add --fps"),
        (("inspect", "sample:carphone", "--fps", "25"), "--fps is for numbered pictures"),
        (("inspect", "shots/none_%04d.png", "--fps", "25"), "there are no such pictures"),
    ],
)
def test_what_does_not_fit_is_told(duet: Duet, given: tuple[str, ...], told: str) -> None:
    done = duet(*given)
    assert done.code in (2, 3)
    assert told in done.error


def test_a_rate_that_is_none_is_refused(duet: Duet, shots: str) -> None:
    done = duet("inspect", shots, "--fps", "fast")
    assert done.code == 2
    assert "write frames a second as" in done.err
