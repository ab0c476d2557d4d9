"""Stills that look like videos: as portraits, backgrounds and drivers, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from skimage import data

from media.video.probe import probe
from tests.integration.conftest import Duet, driving
from tests.synthetic import write_clip

Manifest = Callable[..., Path]


@pytest.fixture
def heic(tmp_path: Path) -> Path:
    """The astronaut as a phone writes it: in tiles, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.fromarray(np.ascontiguousarray(np.rot90(data.astronaut())))
    path = tmp_path / "astronaut.heic"
    pillow_heif.from_pillow(lying).save(path, quality=90, tile_size=256, exif=exif.tobytes())
    return path


@pytest.mark.slow
def test_a_phones_picture_is_animated_whole(duet: Duet, manifest: Manifest, heic: Path, tmp_path: Path) -> None:
    scene = {"start": 0, "layout": "full", "performers": ["one"], "background": {"image": heic.name}}
    performers = {"one": {"portrait": heic.name, "driving": driving()}}
    done = duet("render", manifest(performers=performers, scenes=[scene]), "--no-sheet", "--no-report", fresh=True)
    assert done.code == 0, done.err
    assert "moving plate" not in done.out + done.err
    shown = probe(tmp_path / "out.mp4").video
    assert shown is not None
    assert (shown.fps, shown.frames) == (Fraction(30000, 1001), 15)
    (crop,) = (tmp_path / "work" / "crop").glob("*/picture.png")
    with Image.open(crop) as picture:
        assert np.abs(np.asarray(picture.convert("RGB"), int) - data.astronaut()).mean() < 3


def test_inspect_shows_the_whole_of_it(duet: Duet, heic: Path) -> None:
    told = json.loads(duet("inspect", heic, "--json").out)
    assert told["size"] == [512, 512]
    assert [len(look["found"]) for look in told["faces"]] == [1]


@pytest.mark.parametrize("name", ["astronaut.heic", "one.mp4"])
def test_a_still_drives_nobody(duet: Duet, manifest: Manifest, heic: Path, name: str, tmp_path: Path) -> None:
    write_clip(tmp_path / "one.mp4", [data.astronaut()], fps=25)
    done = duet("validate", manifest(performers={"one": {"portrait": heic.name, "driving": {"video": name}}}))
    assert done.code == 3
    assert name in done.error
    assert "still" in done.error


def test_a_video_of_one_frame_is_a_still_portrait(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    write_clip(tmp_path / "one.mp4", [data.astronaut()], fps=1)
    path = manifest(performers={"one": {"portrait": "one.mp4", "driving": driving()}})
    done = duet("validate", path)
    assert done.code == 0, done.err
    assert "one: the portrait is a video of one frame, and taken for a still" in done.out
    assert "15 frames at 30000/1001 a second" in done.out
