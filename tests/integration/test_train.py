"""`train` on the command line: from clips to a network that renders, and mistakes told in a line."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from tests.integration.conftest import Duet
from tests.synthetic import write_clip
from tests.unit.tpsmm.training.conftest import LEGS, TINY

Manifest = Callable[..., Path]
Image = NDArray[np.uint8]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory, faces: list[Image]) -> Path:
    """A folder with two clips of a face, one of none, and one of a still picture."""
    folder = tmp_path_factory.mktemp("clips")
    lossless: dict[str, Any] = {"fps": Fraction(25), "codec": "ffv1", "pix_fmt": "bgr0"}
    write_clip(folder / "one.mkv", faces[:12], **lossless)
    write_clip(folder / "two.mkv", [np.ascontiguousarray(face[:, ::-1]) for face in faces[:12]], **lossless)
    write_clip(folder / "empty.mkv", [np.full_like(faces[0], 90)] * 12, **lossless)
    write_clip(folder / "still.mkv", [faces[0]] * 12, **lossless)
    write_clip(folder / "short.mkv", faces[:4], **lossless)
    return folder


def config(folder: Path, clips: Path, *names: str, **dataset: Any) -> Path:
    """A training config of the clips, and a tiny network that takes three steps a leg."""
    data = {"root_dir": str(clips), "frame_shape": [32, 32, 3], "clips": [f"{name}.mkv" for name in names]}
    model: dict[str, Any] = {**TINY, "common_params": {**TINY["common_params"], "side": 64}}
    path = folder / "tiny.yaml"
    sections = {"dataset_params": data | dataset, "model_params": model, "supervision_params": {"legs": LEGS}}
    path.write_text(yaml.safe_dump(sections))
    return path


def test_clips_become_a_network_that_renders(duet: Duet, manifest: Manifest, clips: Path, tmp_path: Path) -> None:
    path = config(tmp_path, clips, "one", "two", held_out=["two.mkv"], tube={"side": 96})
    done = duet("train", path, "--out", tmp_path / "run", "--threads", "1")
    assert done.code == 0, done.err
    assert "two  face_l1" in done.out or "two  face_l1" in done.err
    network = {"config": str(path), "checkpoint": str(tmp_path / "run" / "model.safetensors"), "precision": "fp32"}
    performer = {
        "portrait": "sample:astronaut",
        "driving": {"video": str(clips / "one.mkv")},
        "engine": "tpsmm",
        "tpsmm": network,
    }
    output = {"path": "out.mp4", "size": [256, 256]}
    rendered = duet("render", manifest(performers={"one": performer}, output=output, audio={"source": "none"}))
    assert rendered.code in (0, 5), rendered.err  # a network of nine steps need not pass the checks of the picture
    again = duet("train", path, "--out", tmp_path / "run", "--threads", "1")
    assert again.code == 0, again.err


@pytest.mark.parametrize(
    ("name", "told"),
    [("empty", "no face was found"), ("still", "one still picture"), ("short", "shows a face in 4 frames")],
)
def test_clips_that_teach_nothing_are_named(duet: Duet, clips: Path, tmp_path: Path, name: str, told: str) -> None:
    done = duet("train", config(tmp_path, clips, "one", name), "--out", tmp_path / "run")
    assert done.code == 3
    assert told in done.error
    assert f"{name}.mkv" in done.error
    assert not (tmp_path / "run").exists()


def test_options_that_do_not_go_together_are_refused(duet: Duet, clips: Path, tmp_path: Path) -> None:
    path = config(tmp_path, clips, "one")
    assert duet("train", path, "--device", "abacus").code == 2
    assert duet("train", path, "--processes", "2", "--minutes", "1").code == 2
