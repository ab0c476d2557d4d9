"""A manifest as one picture, and a media file's faces as another."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage import data

from media.image.images import read_image, write_png
from tests.integration.conftest import Duet, driving
from tests.synthetic import write_clip

Manifest = Callable[..., Path]


@pytest.mark.slow
def test_one_picture_before_any_long_work(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    two: dict[str, Any] = {
        "ann": {"portrait": "sample:astronaut", "driving": driving()},
        "bea": {"portrait": "sample:astronaut", "driving": driving(), "composite": {"into": "crop"}},
    }
    scenes = [
        {"start": 0, "layout": "side_by_side", "performers": ["ann", "bea"]},
        {"start": 0.2, "layout": "full", "performers": ["bea"]},
    ]
    done = duet("preview", manifest(performers=two, scenes=scenes), fresh=True)
    assert done.code == 0, done.err
    sheet = read_image(tmp_path / "out.preview.png")
    assert sheet.shape[0] > 2 * 400 + 225
    assert sheet.shape[1] > 1200
    assert sheet.std() > 20
    stages = {folder.name for folder in (tmp_path / "work").iterdir()}
    assert "preview_samples" in stages
    assert not stages & {"normalize", "prepare", "animate", "edit"}


@pytest.mark.slow
def test_a_group_and_a_plate_are_shown_as_they_will_be_laid_out(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    """Two faces at the far ends of one picture, each with its own driver, and a third on a video."""
    face = data.astronaut()[:300, 100:340]
    wide = np.full((400, 1200, 3), 60, np.uint8)
    wide[:300, :240], wide[100:, 960:] = face, face[:, ::-1]
    write_png(tmp_path / "wide.png", wide)
    moving = [np.ascontiguousarray(data.astronaut()[10:250, 80 + 3 * n : 360 + 3 * n]) for n in range(9)]
    write_clip(tmp_path / "plate.mp4", moving, fps=24)
    three: dict[str, Any] = {
        "左": {"portrait": "wide.png", "face": "leftmost", "driving": driving()},
        "Анна": {"portrait": "wide.png", "face": "rightmost", "driving": driving(start=0.5, end=1.0)},
        "plate": {"portrait": "plate.mp4", "driving": driving()},
    }
    scenes = [
        {"start": 0, "layout": "full", "performers": ["左"]},
        {"start": 0.2, "layout": "full", "performers": ["plate"]},
    ]
    path = manifest(performers=three, scenes=scenes, output={"path": "out.mp4", "size": [1200, 400]})
    done = duet("preview", path, fresh=True)
    assert done.code == 0, done.err
    sheet = read_image(tmp_path / "out.preview.png")
    scene = sheet[-225 - 8 : -8, 8 : 8 + 675].astype(float)  # the first one, a third as wide as the picture
    assert scene[:, :100].std() > 30
    assert scene[:, -100:].std() > 30  # both heads are in it
    assert np.abs(scene[:60, 300:400] - 60).max() < 3


def test_a_preview_that_is_no_png_is_refused(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    done = duet("preview", manifest(), "-o", tmp_path / "sheet.jpg")
    assert done.code == 2
    assert "sheet.jpg" in done.error


@pytest.mark.slow
def test_inspect_tells_cuts_and_shows_faces(duet: Duet, clips: dict[str, Path], tmp_path: Path) -> None:
    done = duet("inspect", clips["lost"], "--json", "--sheet", tmp_path / "faces.png")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["cuts"] == [0.4, 2.0]
    assert told["hdr"] is False
    assert [len(look["found"]) for look in told["faces"]] == [1, 0, 0, 0, 1]
    assert read_image(tmp_path / "faces.png").shape[0] > 5 * 160


@pytest.mark.slow
def test_a_lost_face_rests_and_chunks_do_not_show(
    duet: Duet, manifest: Manifest, clips: dict[str, Path], tmp_path: Path
) -> None:
    one = {"ann": {"portrait": "sample:astronaut", "driving": {"video": str(clips["lost"])}}}
    written = []
    for size in (7, 64):
        changes = {"performers": one, "defaults": {"chunk_frames": size}, "checks": {"enabled": False}}
        done = duet("render", manifest(**changes), "--no-sheet", "-o", tmp_path / f"{size}.mp4")
        assert done.code == 0, done.err
        written.append((tmp_path / f"{size}.mp4").read_bytes())
    assert written[0] == written[1]


@pytest.mark.slow
def test_what_a_performer_stands_before_is_shown(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    """A still portrait before what is behind the scene, and a plate before its own colour."""
    write_png(tmp_path / "stage.png", np.full((60, 90, 3), (40, 160, 60), np.uint8))
    two: dict[str, Any] = {
        "ann": {"portrait": "sample:astronaut", "driving": driving(), "composite": {"background": "none"}},
        "bea": {"portrait": "sample:carphone", "driving": driving(), "composite": {"background": "#3060c0"}},
    }
    scene = {"start": 0, "layout": "side_by_side", "performers": ["ann", "bea"], "background": {"image": "stage.png"}}
    output = {"path": "out.mp4", "size": [640, 360]}
    done = duet("preview", manifest(performers=two, scenes=[scene], output=output), fresh=True)
    assert done.code == 0, done.err
    drawn = read_image(tmp_path / "out.preview.png")[-225 - 8 : -8, 8 : 8 + 400].astype(int)
    assert np.abs(drawn[20:60, 160:190] - (40, 160, 60)).max() < 12  # beside her head
    assert np.abs(drawn[10:40, 215:250] - (0x30, 0x60, 0xC0)).max() < 12
    for middle in (np.s_[60:120, 80:110], np.s_[60:120, 290:310]):
        assert np.abs(drawn[middle] - (40, 160, 60)).mean() > 30
