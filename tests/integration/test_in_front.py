"""A microphone of the portrait's own, which stays in front of its face."""

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
Image = NDArray[np.uint8]
MIDDLE, RADIUS = (228, 172), 24
"""Of the ball, pixels of the astronaut's picture: over the chin and the lower lip."""


def inside(radius: float) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:512, :512]
    return np.asarray((columns - MIDDLE[0]) ** 2 + (rows - MIDDLE[1]) ** 2 < radius**2)


@pytest.fixture
def microphone(tmp_path: Path) -> Path:
    """A blue ball, and nothing around it."""
    picture = np.zeros((512, 512, 4), np.uint8)
    picture[inside(RADIUS)] = (30, 60, 200, 255)
    write_png(tmp_path / "mic.png", picture)
    return tmp_path / "mic.png"


@pytest.fixture
def singer(tmp_path: Path, microphone: Path) -> Path:
    """The astronaut with such a ball before her."""
    picture = np.ascontiguousarray(data.astronaut())
    picture[inside(RADIUS)] = (30, 60, 200)
    write_png(tmp_path / "singer.png", picture)
    return tmp_path / "singer.png"


def rendered(duet: Duet, manifest: Manifest, portrait: Path, target: Path, **composite: Any) -> Image:
    """All frames, (N, H, W, 3), as large as the portrait, and without loss."""
    one = {"portrait": str(portrait), "driving": driving(), "composite": composite}
    output = {"path": target.name, "size": [512, 512], "video": {"codec": "ffv1"}}
    scenes = [{"start": 0, "layout": "full", "performers": ["one"], "fit": "fit"}]
    path = manifest(performers={"one": one}, scenes=scenes, output=output)
    done = duet("render", path, "--no-sheet", "--no-report")
    assert done.code in {0, 5}, done.err
    found = target if target.is_file() else target.with_name(f"{target.stem}.failed{target.suffix}")
    with VideoReader(found) as reader:
        return np.stack([frame for _, frame in reader])


@pytest.mark.slow
def test_it_stays_while_the_face_moves(
    duet: Duet, manifest: Manifest, singer: Path, microphone: Path, tmp_path: Path
) -> None:
    kept = rendered(duet, manifest, singer, tmp_path / "kept.mkv", in_front="mic.png")
    dragged = rendered(duet, manifest, singer, tmp_path / "dragged.mkv")
    ball = kept[:, inside(RADIUS - 2)].astype(int)
    assert np.ptp(ball, axis=0).max() <= 2  # it stands still, but for the way into the video's colours
    assert np.abs(ball - (30, 60, 200)).max() < 8
    assert np.ptp(dragged[:, inside(RADIUS - 2)].astype(int), axis=0).max() > 100
    eyes = kept[:, 90:130, 190:270].astype(int)
    assert np.abs(np.diff(eyes, axis=0)).mean() > 0.2  # the face goes on


BAD = {
    "missing": (None, "there is no such file"),
    "small": ((64, 64, 4), "is 64 x 64 pixels, and the portrait 512 x 512"),
    "flat": ((512, 512, 3), "has no transparency"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("command", ["validate", "render"])
def test_what_cannot_stay_in_front_is_told_before_any_work(
    duet: Duet, manifest: Manifest, tmp_path: Path, kind: str, command: str
) -> None:
    shape, told = BAD[kind]
    if shape:
        write_png(tmp_path / "front.png", np.full(shape, 90, np.uint8))
    one = {"portrait": "sample:astronaut", "driving": driving(), "composite": {"in_front": "front.png"}}
    done = duet(command, manifest(performers={"one": one}))
    assert done.code == 3
    assert told in done.error
    assert "front.png" in done.error


def test_all_that_is_opaque_is_refused(duet: Duet, manifest: Manifest, singer: Path, tmp_path: Path) -> None:
    write_png(tmp_path / "front.png", np.full((512, 512, 4), 255, np.uint8))
    one = {"portrait": str(singer), "driving": driving(), "composite": {"in_front": "front.png"}}
    done = duet("render", manifest(performers={"one": one}))
    assert done.code == 3
    assert "one" in done.error
    assert "front.png: is opaque everywhere" in done.error


@pytest.mark.usefixtures("microphone")
def test_where_there_is_nothing_to_stay_in_front_of(duet: Duet, manifest: Manifest) -> None:
    composite = {"in_front": "mic.png"}
    plate = {"portrait": "sample:carphone", "driving": driving(), "composite": composite}
    crop = {"portrait": "sample:astronaut", "driving": driving(), "composite": composite | {"into": "crop"}}
    for one, told in ((plate, "in front of a still portrait"), (crop, "in_front lies over the whole portrait")):
        done = duet("validate", manifest(performers={"one": one}))
        assert done.code == 2
        assert told in done.error


@pytest.mark.slow
def test_it_stays_in_front_of_a_group(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    """Named by one of two, it lies over the whole picture, between the faces as well."""
    face = np.ascontiguousarray(data.astronaut()[:320, 100:340])
    write_png(tmp_path / "pair.png", np.ascontiguousarray(np.concatenate([face, face[:, ::-1]], axis=1)))
    front = np.zeros((320, 480, 4), np.uint8)
    front[150:200, 100:380] = (30, 60, 200, 255)
    write_png(tmp_path / "bar.png", front)
    performers = {
        "left": {"portrait": "pair.png", "face": "leftmost", "driving": driving()},
        "right": {
            "portrait": "pair.png",
            "face": "rightmost",
            "driving": driving(),
            "composite": {"in_front": "bar.png", "passes": ["matte"]},
        },
    }
    output = {"path": "both.mkv", "size": [480, 320], "video": {"codec": "ffv1"}}
    done = duet("render", manifest(performers=performers, output=output), "--no-sheet", "--no-report")
    assert done.code in {0, 5}, done.err
    (made,) = tmp_path.glob("both*.mkv") if done.code else [tmp_path / "both.mkv"]
    with VideoReader(made) as reader:
        for _, frame in reader:
            assert np.abs(frame[152:198, 102:378].astype(int) - (30, 60, 200)).max() < 8
    with VideoReader(tmp_path / "both.right.matte.mkv") as reader:
        for _, matte in reader:
            assert not matte[152:198, 102:378].any()
            assert matte.max() == 255
