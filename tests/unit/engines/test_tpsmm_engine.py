from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray

from engines import load_engine
from engines.base import Arrays, Driving, Portrait, Taking
from engines.tpsmm.engine import TpsmmEngine
from engines.tpsmm.options import Mode, Options
from face.motion import Motion, TurnRanges
from face.turns import Turns
from foundation.codec import encode
from foundation.errors import InputError, ManifestError
from foundation.facetrack import Face, FaceTrack
from foundation.geometry import Image
from foundation.schemes import MEDIAPIPE_478
from foundation.times import FrameRange
from stages.engine_use import read_options
from tests.unit.tpsmm.conftest import SMALL
from tpsmm.config import load_config
from tpsmm.stand_in import stand_in_checkpoint

pytestmark = pytest.mark.usefixtures("one_thread")
Files = dict[str, Path]
FRAMES = 4


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A small network's config and checkpoint."""
    folder = tmp_path_factory.mktemp("model")
    params = {"model_params": SMALL}
    (folder / "small.yaml").write_text(yaml.safe_dump(params))
    torch.save(stand_in_checkpoint(load_config(params)), folder / "small.pth.tar")
    return {"config": folder / "small.yaml", "checkpoint": folder / "small.pth.tar"}


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


def taking(files: Files, mode: Mode = "relative", turns: Turns | None = None, **motion: Any) -> Taking[Options]:
    return Taking(Options(precision="fp32", mode=mode), files, Motion(**motion), turns or Turns())


def prepare(files: Files, mode: Mode = "relative", **motion: Any) -> Arrays:
    return TpsmmEngine().prepare(portrait(), driving(), taking(files, mode, **motion), nobody)


@pytest.mark.parametrize("mode", ["relative", "avd"])
def test_frames_stand_alone(files: Files, tmp_path: Path, mode: Mode) -> None:
    prepared = prepare(files, mode)
    for name, array in prepared.items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    stored = {path.stem: np.load(path, allow_pickle=False) for path in tmp_path.iterdir()}
    frames = list(driving().pick(range(FRAMES)))
    whole = TpsmmEngine().open(portrait(), stored, taking(files, mode))
    first, last = (whole.render(index, frames[index]) for index in (1, 3))
    assert first.shape == (256, 256, 3)
    assert first.dtype == np.uint8
    assert not np.array_equal(first, last)
    chunk = TpsmmEngine().open(portrait(), stored, taking(files, mode))
    assert np.array_equal(chunk.render(3, frames[3]), last)


@pytest.mark.parametrize(
    "mode", ["relative", *(pytest.param(mode, marks=pytest.mark.slow) for mode in ("standard", "avd"))]
)
def test_who_listens_hardly_leaves_the_reference_frame(files: Files, mode: Mode) -> None:
    frames = list(driving().pick(range(FRAMES)))
    turns = Turns.of(TurnRanges(sings=(FrameRange(3, 4),), ease=0, listening=0.2), slice(0, FRAMES))
    usual, taken = prepare(files, mode, reference=0), prepare(files, mode, reference=0, turns=turns)
    sings, listens = (TpsmmEngine().open(portrait(), arrays, taking(files, mode)) for arrays in (usual, taken))
    still = sings.render(0, frames[0]).astype(int)
    assert np.array_equal(listens.render(3, frames[3]), sings.render(3, frames[3]))
    for index in (1, 2):
        moved = np.abs(sings.render(index, frames[index]) - still).mean()
        assert np.abs(listens.render(index, frames[index]) - still).mean() < 0.5 * moved


def test_the_table_names_it_and_it_keeps_the_original_file(files: Files) -> None:
    assert isinstance(load_engine("tpsmm"), TpsmmEngine)
    before = files["checkpoint"].read_bytes()
    prepare(files)
    assert files["checkpoint"].read_bytes() == before
    assert files["checkpoint"].with_name("small.safetensors").is_file()


def test_references(files: Files) -> None:
    for wanted, found in (("first", 0), (2, 2), (99, FRAMES - 1)):
        assert int(prepare(files, reference=wanted)["reference"]) == found


def test_the_window_holds_the_face_in_every_frame(files: Files) -> None:
    x0, y0, x1, y1 = prepare(files)["window"]
    points = driving().track.points[..., :2]
    assert (points.min(axis=(0, 1)) >= (x0, y0)).all()
    assert (points.max(axis=(0, 1)) <= (x1, y1)).all()
    assert x1 - x0 == y1 - y0


def test_options_that_cannot_be_are_told() -> None:
    good = encode(Options())
    assert read_options(TpsmmEngine(), good) == Options()
    for wrong in ({"mode": "funny"}, {"precision": "fp8"}, {"speed": 2}):
        with pytest.raises(ManifestError, match="are no options of the engine tpsmm"):
            read_options(TpsmmEngine(), good | wrong)


def test_inputs_that_cannot_be_used(files: Files) -> None:
    with pytest.raises(ManifestError, match="needs a checkpoint"):
        prepare({"config": files["config"]})
    with pytest.raises(InputError, match="no such file"):
        prepare(files | {"checkpoint": Path("nowhere.pth.tar")})
    with pytest.raises(InputError, match="outside the driving picture"):
        TpsmmEngine().prepare(portrait(), driving((900.0, 900.0)), taking(files), nobody)
