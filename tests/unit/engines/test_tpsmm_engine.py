from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray

from engines import load_engine
from engines.base import Arrays, Driving, Portrait
from engines.tpsmm.engine import TpsmmEngine
from foundation.errors import InputError, ManifestError
from foundation.facetrack import MEDIAPIPE_478, Face, FaceTrack
from foundation.geometry import Image
from tests.unit.tpsmm.conftest import SMALL
from tpsmm.config import load_config
from tpsmm.stand_in import stand_in_checkpoint

pytestmark = pytest.mark.usefixtures("one_thread")
MOTION = {"mode": "relative", "reference": "best", "head": 1.0, "expression": 1.0, "mouth": 1.0, "smoothing": 0.5}
FRAMES = 4


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A small network's config and checkpoint."""
    folder = tmp_path_factory.mktemp("model")
    params = {"model_params": SMALL}
    (folder / "small.yaml").write_text(yaml.safe_dump(params))
    torch.save(stand_in_checkpoint(load_config(params)), folder / "small.pth.tar")
    return {"config": str(folder / "small.yaml"), "checkpoint": str(folder / "small.pth.tar")}


def head(centre: tuple[float, float], height: float) -> NDArray[np.float64]:
    """478 points on an oval, top of the forehead and chin where they belong."""
    angles = np.linspace(0, 2 * np.pi, 478)
    points = np.stack([0.4 * np.sin(angles), -0.5 * np.cos(angles), 0 * angles], axis=1)
    points[10], points[152] = (0, -0.5, 0), (0, 0.5, 0)
    return points * height + [*centre, 0]


def picture(size: tuple[int, int], seed: int) -> Image:
    height, width = size
    noise = np.random.default_rng(seed).integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8)
    return np.kron(noise, np.ones((16, 16, 1), np.uint8))


def portrait() -> Portrait:
    face = Face(head((128, 128), 128), MEDIAPIPE_478, np.zeros(52), np.eye(4))
    return Portrait(picture((256, 256), 7), face, (True, True, True, True))


def driving(centre: tuple[float, float] = (80.0, 64.0)) -> Driving:
    points = np.stack([head((centre[0] + k, centre[1]), 60 + (k == 2)) for k in range(FRAMES)])
    track = FaceTrack(
        points,
        np.ones(FRAMES, bool),
        np.zeros((FRAMES, 52)),
        np.tile(np.eye(4), (FRAMES, 1, 1)),
        MEDIAPIPE_478,
        (160, 128),
    )
    return Driving(track, 25.0, lambda numbers: (picture((128, 160), k) for k in numbers))


def nobody(_: Image) -> Face | None:
    return None


def prepare(files: dict[str, str], **own: Any) -> Arrays:
    options = {"precision": "fp32", "mode": None, **files, **own}
    return TpsmmEngine().prepare(portrait(), driving(), {**MOTION, "tpsmm": options}, nobody)


def opened(files: dict[str, str], prepared: Arrays) -> Arrays:
    """As a chunk's task sees it: read back from disk, with the files wherever they lie now."""
    return prepared | {f"file.{name}": np.array(path) for name, path in files.items()}


@pytest.mark.parametrize("mode", [None, "avd"])
def test_frames_stand_alone(files: dict[str, str], tmp_path: Path, mode: str | None) -> None:
    prepared = prepare(files, mode=mode)
    for name, array in prepared.items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    stored = {path.stem: np.load(path, allow_pickle=False) for path in tmp_path.iterdir()}
    frames = list(driving().pick(range(FRAMES)))
    whole = TpsmmEngine().open(portrait(), opened(files, stored))
    first, last = (whole.render(index, frames[index]) for index in (1, 3))
    assert first.shape == (256, 256, 3)
    assert first.dtype == np.uint8
    assert not np.array_equal(first, last)
    chunk = TpsmmEngine().open(portrait(), opened(files, stored))
    assert np.array_equal(chunk.render(3, frames[3]), last)


@pytest.mark.parametrize("mode", [None, *(pytest.param(mode, marks=pytest.mark.slow) for mode in ("standard", "avd"))])
def test_who_listens_hardly_leaves_the_reference_frame(files: dict[str, str], mode: str | None) -> None:
    frames = list(driving().pick(range(FRAMES)))
    own = {"precision": "fp32", "mode": mode, **files}
    turns = {"turns": {"sings": [[3, 4]], "ease": 0, "listening": 0.2}, "reference": 0}
    usual = TpsmmEngine().prepare(portrait(), driving(), {**MOTION, "reference": 0, "tpsmm": own}, nobody)
    taken = TpsmmEngine().prepare(portrait(), driving(), {**MOTION, **turns, "tpsmm": own}, nobody)
    sings, listens = (TpsmmEngine().open(portrait(), opened(files, arrays)) for arrays in (usual, taken))
    still = sings.render(0, frames[0]).astype(int)
    assert np.array_equal(listens.render(3, frames[3]), sings.render(3, frames[3]))
    for index in (1, 2):
        moved = np.abs(sings.render(index, frames[index]) - still).mean()
        assert np.abs(listens.render(index, frames[index]) - still).mean() < 0.5 * moved


def test_the_table_names_it_and_it_keeps_the_original_file(files: dict[str, str]) -> None:
    assert isinstance(load_engine("tpsmm"), TpsmmEngine)
    before = Path(files["checkpoint"]).read_bytes()
    prepare(files)
    assert Path(files["checkpoint"]).read_bytes() == before
    assert Path(files["checkpoint"]).with_name("small.safetensors").is_file()


def test_references(files: dict[str, str]) -> None:
    options = {"tpsmm": {"precision": "fp32", **files}}
    for wanted, found in (("first", 0), (2, 2), (99, FRAMES - 1)):
        arrays = TpsmmEngine().prepare(portrait(), driving(), {**MOTION, "reference": wanted, **options}, nobody)
        assert int(arrays["reference"]) == found


def test_the_window_holds_the_face_in_every_frame(files: dict[str, str]) -> None:
    x0, y0, x1, y1 = prepare(files)["window"]
    points = driving().track.points[..., :2]
    assert (points.min(axis=(0, 1)) >= (x0, y0)).all()
    assert (points.max(axis=(0, 1)) <= (x1, y1)).all()
    assert x1 - x0 == y1 - y0


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ({"mode": "funny"}, "no mode 'funny'"),
        ({"precision": "fp8"}, "no precision 'fp8'"),
        ({"checkpoint": None}, "needs a checkpoint"),
    ],
)
def test_settings_that_cannot_be(files: dict[str, str], own: dict[str, object], problem: str) -> None:
    with pytest.raises(ManifestError, match=problem):
        prepare(files, **own)


def test_inputs_that_cannot_be_used(files: dict[str, str]) -> None:
    with pytest.raises(InputError, match="does not exist"):
        prepare(files, checkpoint="nowhere.pth.tar")
    motion = {**MOTION, "tpsmm": {"precision": "fp32", **files}}
    with pytest.raises(InputError, match="outside the driving picture"):
        TpsmmEngine().prepare(portrait(), driving((900.0, 900.0)), motion, nobody)
