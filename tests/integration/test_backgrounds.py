"""A performer who is cut out of the portrait, before something else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage import data

from media.image.images import write_png
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from tests.integration.conftest import Duet, driving

Manifest = Callable[..., Path]
WALL, HEAD, SUIT = np.s_[20:120, 400:460], np.s_[60:140, 200:250], np.s_[400:440, 180:240]
"""Of the astronaut's picture."""


def one(background: Any, **more: Any) -> dict[str, Any]:
    return {"portrait": "sample:astronaut", "driving": driving(), "composite": {"background": background}} | more


def shown(duet: Duet, manifest: Manifest, target: Path, background: Any, behind: Any = None) -> Any:
    """All frames, (N, H, W, 3), as large as the portrait."""
    scene = {"start": 0, "layout": "full", "performers": ["one"], "fit": "fit"}
    scene |= {} if behind is None else {"background": behind}
    output = {"path": target.name, "size": [512, 512], "video": {"codec": "ffv1"}}
    path = manifest(performers={"one": one(background)}, scenes=[scene], output=output)
    done = duet("render", path, "--no-sheet", "--no-report")
    assert done.code in {0, 5}, done.err
    found = target if target.is_file() else target.with_name(f"{target.stem}.failed{target.suffix}")
    with VideoReader(found) as reader:
        return np.stack([frame for _, frame in reader])


def film(path: Path, frames: int) -> None:
    """One that grows lighter."""
    with FrameWriter(path, size=(64, 64), fps=Fraction(30000, 1001)) as writer:
        for number in range(frames):
            writer.write(np.full((64, 64, 3), 40 + 20 * number, np.uint8))


@pytest.mark.slow
def test_a_singer_stands_before_what_is_behind_the_scene(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    film(tmp_path / "stage.mkv", 4)
    frames = shown(duet, manifest, tmp_path / "none.mkv", "none", {"video": "stage.mkv"}).astype(int)
    walls = frames[(slice(None), *WALL)].mean(axis=(1, 2, 3))
    assert np.abs(walls - (40 + 20 * (np.arange(len(frames)) % 4))).max() < 4  # shorter than the song: once more
    assert np.abs(frames[(slice(None), *SUIT)].mean(axis=(0, 1, 2)) - (220, 80, 40)).max() < 60
    assert np.abs(np.diff(frames[(slice(None), *HEAD)], axis=0)).mean() > 0.2  # the face goes on


@pytest.mark.slow
def test_a_colour_takes_the_walls_place_and_chunks_change_nothing(
    duet: Duet, manifest: Manifest, tmp_path: Path
) -> None:
    frames = shown(duet, manifest, tmp_path / "plain.mkv", "#3060c0").astype(int)
    assert np.abs(frames[(slice(None), *WALL)] - (0x30, 0x60, 0xC0)).max() < 6
    assert np.ptp(frames[(slice(None), *WALL)], axis=0).max() <= 2


def test_what_cannot_stand_behind_is_told_before_any_work(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    write_png(tmp_path / "wall.png", np.zeros((40, 40, 3), np.uint8))
    for background, code, told in (
        ({"image": "absent.png"}, 3, "composite.background.image"),
        ({"image": "sample:carphone"}, 3, "performers.one.composite.background.image is no picture"),
        ({"video": "wall.png"}, 3, "wall.png"),
        ("bluish", 2, "background"),
    ):
        done = duet("validate", manifest(performers={"one": one(background)}))
        assert done.code == code, (background, done.err)
        assert told in done.err


def test_who_cannot_be_cut_out_is_told_before_any_work(duet: Duet, manifest: Manifest) -> None:
    done = duet("validate", manifest(performers={"one": one("none", composite={"background": "none", "into": "crop"})}))
    assert done.code == 2, done.err
    assert "remove it, or into: crop" in done.error


@pytest.mark.slow
def test_two_of_one_picture_stand_before_a_colour(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    face = np.ascontiguousarray(data.astronaut()[:320, 100:340])
    write_png(tmp_path / "pair.png", np.ascontiguousarray(np.concatenate([face, face[:, ::-1]], axis=1)))
    performers = {
        "left": one("#3060c0", portrait="pair.png", face="leftmost"),
        "right": {
            "portrait": "pair.png",
            "face": "rightmost",
            "driving": driving(),
            "composite": {"passes": ["matte"]},
        },
    }
    made = []
    for chunk in (64, 5):
        output = {"path": f"{chunk}.mkv", "size": [480, 320], "video": {"codec": "ffv1"}}
        path = manifest(performers=performers, output=output, defaults={"chunk_frames": chunk})
        done = duet("render", path, "--no-sheet", "--no-report")
        assert done.code in {0, 5}, done.err
        (found,) = [file for file in tmp_path.glob(f"{chunk}*.mkv") if "matte" not in file.name]
        for file in (found, *tmp_path.glob(f"{chunk}*.matte.mkv")):
            with VideoReader(file) as reader:
                made.append(np.stack([frame for _, frame in reader]).astype(int))
    assert (made[0] == made[2]).all()
    assert (made[1] == made[3]).all()
    between = made[0][:, 10:60, 232:248]
    assert np.abs(between - (0x30, 0x60, 0xC0)).mean() < 8
    heads, own = made[0][:, 60:120, 100:140], made[1][:, 60:120]
    assert np.abs(heads - (0x30, 0x60, 0xC0)).mean() > 40
    assert own[:, :, 100:140].max() < 40  # the left one is none of the right one's
    assert own[:, :, 340:380].mean() > 240


@pytest.mark.slow
def test_a_plates_person_stands_before_a_colour_and_how_it_is_cut_up_changes_nothing(
    duet: Duet, manifest: Manifest, tmp_path: Path
) -> None:
    shape = {"start": 0, "layout": "full", "performers": ["one"], "fit": "fit"}
    made = []
    for chunk in (64, 5):
        output = {"path": f"{chunk}.mkv", "size": [192, 144], "video": {"codec": "ffv1"}}
        path = manifest(
            performers={"one": one("#3060c0", portrait="sample:carphone")},
            scenes=[shape],
            output=output,
            defaults={"chunk_frames": chunk},
        )
        done = duet("render", path, "--no-sheet", "--no-report")
        assert done.code in {0, 5}, done.err
        (found,) = tmp_path.glob(f"{chunk}*.mkv")
        with VideoReader(found) as reader:
            made.append(np.stack([frame for _, frame in reader]).astype(int))
    assert (made[0] == made[1]).all()
    window = made[0][:, 10:40, 8:50]  # the roof of the car
    assert np.abs(window - (0x30, 0x60, 0xC0)).mean() < 8
