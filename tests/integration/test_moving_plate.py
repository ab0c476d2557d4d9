"""A whole video as the portrait, through the command line."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from media.image.images import write_png
from media.video.probe import probe
from media.video.reader import VideoReader, read_frames
from stages.crop_files import read_path
from tests.integration.conftest import Duet, driving
from tests.synthetic import write_clip
from tests.tiny_model import write_tiny

Manifest = Callable[..., Path]


@pytest.fixture
def moving(tmp_path: Path) -> Path:
    """Nine frames at 24 a second of a woman past whom the camera pans."""
    picture = np.ascontiguousarray(data.astronaut())
    frames = [np.ascontiguousarray(picture[10:250, 80 + 3 * n : 360 + 3 * n]) for n in range(9)]
    return write_clip(tmp_path / "plate.mp4", frames, fps=24, options={"crf": "4"})


COMPOSITE = {"passes": ["difference", "matte"]}
PERFORMERS = {"one": {"portrait": "plate.mp4", "driving": driving(), "composite": COMPOSITE}}


def rendered(duet: Duet, manifest: Manifest, name: str, chunk: int) -> None:
    output = {"path": f"{name}.mp4", "size": [280, 240]}
    path = manifest(performers=PERFORMERS, defaults={"chunk_frames": chunk}, output=output)
    done = duet("render", path, "--no-sheet", fresh=True)
    assert done.code == 0, done.err


@pytest.mark.slow
def test_how_a_plate_is_cut_up_changes_nothing(duet: Duet, manifest: Manifest, moving: Path, tmp_path: Path) -> None:
    for name, chunk in (("whole", 64), ("cut", 5)):
        rendered(duet, manifest, name, chunk)
    for kind in ("mp4", "one.matte.mkv", "one.difference.mkv"):
        assert (tmp_path / f"whole.{kind}").read_bytes() == (tmp_path / f"cut.{kind}").read_bytes()
    assert moving.is_file()


@pytest.mark.slow
def test_a_plate_moves_on_while_its_face_sings(duet: Duet, manifest: Manifest, moving: Path, tmp_path: Path) -> None:
    rendered(duet, manifest, "64", 64)
    video = probe(tmp_path / "64.mp4").video
    assert video is not None
    assert (video.fps, video.frames) == (Fraction(24), 12)  # the plate's rate, the clip's length
    for name in ("matte", "difference"):
        passed = probe(tmp_path / f"64.one.{name}.mkv").video
        assert passed is not None
        assert (passed.frames, passed.size) == (12, (280, 240))  # as large as the plate
    whole = max((tmp_path / "work" / "composite_plate").glob("*/frames.avi"), key=lambda file: file.stat().st_size)
    frames = list(read_frames(whole))
    with VideoReader(moving) as reader:
        before = [frame for _, frame in reader]
    for index, frame in enumerate(frames):
        shown = before[min(index, 8)]  # the plate is shorter: its last frame stays
        np.testing.assert_array_equal(frame[:, -12:], shown[:, -12:])
        changed = np.abs(frame.astype(int) - shown).max(axis=2) > 12
        assert changed[:60].mean() < 0.01  # hair and wall are the plate's own
    mouths = [float(np.abs(a.astype(int) - b).max(axis=2).mean()) for a, b in pairwise(frames[8:])]
    assert min(mouths) > 0.05  # the face goes on


@pytest.mark.slow
def test_what_is_behind_a_head_that_turns_on_a_plate_stays(
    duet: Duet, manifest: Manifest, moving: Path, tmp_path: Path
) -> None:
    with VideoReader(moving) as reader:
        before = [frame.astype(int) for _, frame in reader]
    apart = {}
    for kind in ("auto", "none"):
        one = {"portrait": "plate.mp4", "driving": driving(), "motion": {"head": 2.0}, "composite": {"matte": kind}}
        output = {"path": f"{kind}.mkv", "size": [280, 240], "video": {"codec": "ffv1"}}
        done = duet("render", manifest(performers={"one": one}, output=output), "--no-sheet", "--no-report", fresh=True)
        assert done.code in {0, 5}, done.err
        whole = max((tmp_path / "work" / "composite_plate").glob("*/frames.avi"), key=lambda file: file.stat().st_mtime)
        beside = np.s_[20:90, 225:255]  # between her hair and the crop's edge
        frames = enumerate(read_frames(whole))
        apart[kind] = np.mean([np.abs(frame[beside] - before[min(at, 8)][beside]).mean() for at, frame in frames])
    assert apart["auto"] < 0.2 * apart["none"], apart
    assert apart["none"] > 0.05


def test_a_plate_has_one_driver(duet: Duet, manifest: Manifest, moving: Path) -> None:
    performers = {
        name: {"portrait": "plate.mp4", "face": face, "driving": driving()}
        for name, face in (("ann", "leftmost"), ("bob", "rightmost"))
    }
    done = duet("validate", manifest(performers=performers))
    assert done.code == 2
    assert "ann and bob have the same video as their portrait" in done.error
    assert moving.is_file()


@pytest.mark.slow
def test_a_network_sings_on_a_plate(
    duet: Duet, manifest: Manifest, moving: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    config, checkpoint = write_tiny(tmp_path_factory.mktemp("model"))
    network = {"engine": "tpsmm", "tpsmm": {"precision": "fp32", "config": str(config), "checkpoint": str(checkpoint)}}
    performers = {"one": {"portrait": "plate.mp4", "driving": driving(end=1.8), **network}}
    done = duet("render", manifest(performers=performers), "--no-sheet", "--no-report", fresh=True)
    assert done.code == 0, done.err
    (place,) = (tmp_path / "work" / "plate_path").glob("*/crop.json")
    path = read_path(place.parent)
    (inlaid,) = (tmp_path / "work" / "composite_plate").glob("*/frames.avi")
    with VideoReader(moving) as reader:
        for index, (frame, (_, shown)) in enumerate(zip(read_frames(inlaid), reader, strict=False)):
            outside = np.ones(frame.shape[:2], bool)
            outside[path.crop(index).box.slices] = False
            np.testing.assert_array_equal(frame[outside], shown[outside])
            assert (frame != shown).any(axis=2).mean() > 0.1  # untrained weights show something else


def test_a_portrait_is_not_written_over(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    write_png(tmp_path / "out.png", np.ascontiguousarray(data.astronaut()))
    before = (tmp_path / "out.png").read_bytes()
    done = duet("render", manifest(performers={"one": {"portrait": "out.png", "driving": driving()}}))
    assert done.code == 2
    assert "it is an input, and the contact sheet would be written over it" in done.error
    assert (tmp_path / "out.png").read_bytes() == before
