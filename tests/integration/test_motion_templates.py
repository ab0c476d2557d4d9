"""LivePortrait's motion templates and moving portraits, through the command line, with small stand-ins."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from skimage import data

import liveportrait
from foundation.errors import DuetError
from liveportrait import MotionInfo, Template
from media.image.images import write_png
from media.video.reader import read_frames
from pipeline.cli import app
from tests.integration.conftest import Duet
from tests.synthetic import write_clip
from tests.tiny_networks import write_liveportrait
from tests.unit.liveportrait.test_files import Harmful

Manifest = Callable[..., Path]
Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory, faces: list[Image]) -> Path:
    """source.png, plate.mkv (7 frames of it, past whom the camera pans), face.mkv (6 frames), and stand-ins."""
    folder = tmp_path_factory.mktemp("media")
    write_liveportrait(folder)
    picture = np.ascontiguousarray(data.astronaut())
    write_png(folder / "source.png", np.ascontiguousarray(picture[:320, 80:400]))
    pan = [np.ascontiguousarray(picture[10:250, 80 + 3 * n : 360 + 3 * n]) for n in range(7)]
    write_clip(folder / "plate.mkv", pan, fps=25, codec="ffv1", pix_fmt="bgr0")
    write_clip(folder / "face.mkv", faces[:6], fps=25, codec="ffv1", pix_fmt="bgr0")
    return folder


def performer(media: Path, portrait: str, driving: Path, **section: Any) -> dict[str, Any]:
    files = {"checkpoint": str(media / "weights"), "config": str(media / "small.yaml"), "device": "cpu"}
    one = {"portrait": str(media / portrait), "driving": str(driving), "engine": "liveportrait"}
    return one | {"liveportrait": files | section, "motion": {"reference": "first"}}


def rendered(duet: Duet, manifest: Manifest, target: Path, one: dict[str, Any], chunk: int) -> list[Image]:
    output = {"path": target.name, "size": [320, 240], "video": {"codec": "ffv1"}, "audio": {"codec": "pcm"}}
    path = manifest(performers={"one": one}, output=output, defaults={"chunk_frames": chunk})
    done = duet("render", path, "--no-sheet", "--no-report", fresh=True)
    assert done.code == 0, done.err
    return list(read_frames(target))


@pytest.mark.slow
def test_a_template_moves_as_its_clip_does(duet: Duet, manifest: Manifest, media: Path, tmp_path: Path) -> None:
    files = ("--checkpoint", media / "weights", "--config", media / "small.yaml", "--flag-force-cpu")
    done = duet("animate", "--engine", "liveportrait", *files, "-d", media / "face.mkv", "-o", "face.pkl")
    assert done.code == 0, done.err
    assert "motion template" in done.out
    assert len(liveportrait.read_template(tmp_path / "face.pkl").motion) == 6
    section = {"retarget_lips": True, "mode": "absolute"}
    made = [
        rendered(duet, manifest, tmp_path / f"{chunk}.mkv", performer(media, "source.png", clip, **section), chunk)
        for clip, chunk in ((media / "face.mkv", 64), (tmp_path / "face.pkl", 4))
    ]
    assert np.ptp(np.stack(made[0]).astype(int), axis=0).max() > 12
    np.testing.assert_array_equal(made[0], made[1])


@pytest.mark.slow
def test_a_moving_portrait_is_animated_frame_by_frame(
    duet: Duet, manifest: Manifest, media: Path, tmp_path: Path
) -> None:
    """However it is cut up; and smoothing, which needs all of it, changes it."""
    smooth = {"observation_variance": 1e-2, "hold_eyes": True}
    ways: list[tuple[str, int, dict[str, Any]]] = [("whole", 64, {}), ("cut", 3, {}), ("smooth", 64, smooth)]
    made = {
        name: rendered(
            duet, manifest, tmp_path / f"{name}.mkv", performer(media, "plate.mkv", media / "face.mkv", **more), chunk
        )
        for name, chunk, more in ways
    }
    np.testing.assert_array_equal(made["whole"], made["cut"])
    assert any((one != two).any() for one, two in zip(made["whole"], made["smooth"], strict=True))


def template(path: Path, *, ratios: bool = False) -> Path:
    turns, points = torch.eye(3).expand(3, 3, 3), torch.zeros(3, 21, 3)
    motion = MotionInfo(turns, points, torch.ones(3, 1), torch.zeros(3, 3), points)
    opened = liveportrait.Ratios(torch.ones(3, 2), torch.ones(3, 1)) if ratios else None
    liveportrait.write_template(Template(25.0, motion, opened), path)
    return path


def told(*arguments: str | Path) -> str:
    with pytest.raises(DuetError) as caught:
        app([str(argument) for argument in arguments], standalone_mode=False)
    text = str(caught.value)
    assert "\n" not in text
    return text


def form(media: Path, *more: str | Path) -> list[str | Path]:
    return ["animate", "--engine", "liveportrait", "--config", media / "small.yaml", "-o", "x.mp4", *more]


def test_templates_that_cannot_be_used(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    weights = ("--checkpoint", media / "weights", "-s", media / "source.png")
    good = template(tmp_path / "good.pkl")
    (tmp_path / "cut.pkl").write_bytes(good.read_bytes()[:-40])
    (tmp_path / "keys.pkl").write_bytes(pickle.dumps({"motion": [{"pitch": 1.0}]}))
    (tmp_path / "code.pkl").write_bytes(pickle.dumps({"motion": [Harmful(tmp_path / "it ran")]}))
    before = sorted(tmp_path.rglob("*"))
    for name, says in (
        ("cut", "damaged"),
        ("keys", "no motion template"),
        ("code", "which is code"),
        ("no", "no such file"),
    ):
        text = told(*form(media, *weights, "-d", tmp_path / f"{name}.pkl", "--work", tmp_path / "work"))
        assert f"{name}.pkl" in text
        assert says in text
    assert sorted(path for path in tmp_path.rglob("*") if path.relative_to(tmp_path).parts[0] != "work") == before
    assert "only clips" in told("animate", media / "source.png", good, "--engine", "landmark_tps", "-o", "x.mp4")


def test_what_a_template_is_made_of(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ours: list[str | Path] = [
        "animate",
        "--engine",
        "liveportrait",
        "--config",
        media / "small.yaml",
        "--checkpoint",
        media / "weights",
    ]
    ours += ["-o", "x.pkl", "--work", tmp_path / "work"]
    assert "add --engine liveportrait" in told("animate", "-o", "x.pkl")
    assert "has no portrait" in told(*ours, "-s", media / "source.png", "-d", media / "face.mkv")
    assert "CLIP is missing" in told(*ours)
    assert "is made of a clip" in told(*ours, "-d", template(tmp_path / "good.pkl"))
    assert not (tmp_path / "x.pkl").exists()
