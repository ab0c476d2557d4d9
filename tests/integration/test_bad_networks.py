"""Checkpoints that cannot be used: every engine tells it in one line, before it animates, and nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray

from foundation.errors import DuetError
from media.image.images import write_png
from tests.dancer import dancer, write_dance
from tests.synthetic import write_clip
from tests.task_by_task import run_task_by_task
from tests.tiny_networks import write_fomm, write_liveportrait, write_tpsmm
from tests.unit.tpsmm.test_checkpoints import Harmful

Files = dict[str, Path]
Spoil = Callable[[Files, Path], Files]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory, faces: list[NDArray[np.uint8]]) -> Path:
    """A dancer and its dance, for networks that move anything; and a face, of 3 frames."""
    folder = tmp_path_factory.mktemp("media")
    write_png(folder / "dancer.png", dancer(20, (96, 96)))
    write_dance(folder / "dance.mkv", 3, (96, 96))
    write_clip(folder / "face.mkv", faces[:3], fps=25, codec="ffv1", pix_fmt="bgr0")
    return folder


@pytest.fixture
def told(media: Path, work: Path, tmp_path: Path) -> Callable[[str, dict[str, Any]], str]:
    """Plans a performer and runs its tasks, one after the other, as a farm does; what the first that fails says."""

    def run(engine: str, performer: dict[str, Any]) -> str:
        data = {"version": 1, "performers": {"one": performer}, "output": {"path": "out.mp4", "size": [96, 96]}}
        (tmp_path / "m.yaml").write_text(yaml.safe_dump(data))
        before = sorted(path for path in tmp_path.rglob("*"))
        with pytest.raises(DuetError) as caught:
            run_task_by_task(tmp_path / "m.yaml", tmp_path / "tasks", work)
        shutil.rmtree(tmp_path / "tasks", ignore_errors=True)
        assert sorted(path for path in tmp_path.rglob("*")) == before
        text = str(caught.value)
        assert "\n" not in text
        return text

    return run


def of_another(files: Files, folder: Path) -> Files:
    other = write_fomm(folder) if "tiny" in files["config"].name else write_tpsmm(folder)
    return files | {"checkpoint": other["checkpoint"]}


def of_another_config(files: Files, folder: Path) -> Files:
    config = yaml.safe_load(files["config"].read_text())
    common = config["model_params"]["common_params"]
    common |= {"num_kp": 5} if "num_kp" in common else {"num_tps": 4}
    (folder / "other.yaml").write_text(yaml.safe_dump(config))
    return files | {"config": folder / "other.yaml"}


def with_code(files: Files, folder: Path) -> Files:
    spoilt = torch.load(files["checkpoint"], weights_only=True) | {"hook": Harmful(folder / "it ran")}
    torch.save(spoilt, files["checkpoint"])
    return files


def truncated(files: Files, folder: Path) -> Files:
    files["checkpoint"].write_bytes(files["checkpoint"].read_bytes()[:9000])
    return files


def forked(files: Files, folder: Path) -> Files:
    fork = files["checkpoint"].rename(folder / "magig-vox-cpk.pth.tar")
    return files | {"checkpoint": fork}


def not_a_number(files: Files, folder: Path) -> Files:
    spoilt = torch.load(files["checkpoint"], weights_only=True)
    next(iter(spoilt["kp_detector"].values())).fill_(float("nan"))
    torch.save(spoilt, files["checkpoint"])
    return files


def gone(files: Files, folder: Path) -> Files:
    return files | {"checkpoint": folder / "nowhere.pth.tar"}


@pytest.mark.parametrize("engine", ["tpsmm", pytest.param("fomm", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (of_another, "Motion Model's"),
        (of_another_config, "is (30, 512), not (40, 512)|is (5, 52, 7, 7), not (6, 56, 7, 7)"),
        (with_code, "holds code"),
        (truncated, "damaged"),
        (forked, "MAGIG"),
        (not_a_number, "holds NaN or infinity"),
        (gone, "nowhere.pth.tar"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_checkpoint_that_cannot_be_used(  # noqa: PLR0917  (fixtures)
    told: Callable[[str, dict[str, Any]], str], media: Path, tmp_path: Path, engine: str, spoil: Spoil, says: str
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "other").mkdir()
    files = write_tpsmm(tmp_path / "files") if engine == "tpsmm" else write_fomm(tmp_path / "files")
    files = spoil(files, tmp_path / "other")
    one = {"portrait": str(media / "dancer.png"), "driving": str(media / "dance.mkv"), "subject": "whole"}
    text = told(engine, one | {"engine": engine, engine: {name: str(path) for name, path in files.items()}})
    assert any(part in text for part in says.split("|")), text
    assert "one" in text
    assert not (tmp_path / "other" / "it ran").exists()


def lacks_one(folder: Path) -> None:
    (folder / "spade_generator.pth").unlink()


def other_weights(folder: Path) -> None:
    shutil.copy(folder / "warping_module.pth", folder / "spade_generator.pth")


def nan_weights(folder: Path) -> None:
    spoilt = torch.load(folder / "motion_extractor.pth", weights_only=True)
    next(iter(spoilt.values())).fill_(float("nan"))
    torch.save(spoilt, folder / "motion_extractor.pth")


def code_in_weights(folder: Path) -> None:
    spoilt = torch.load(folder / "motion_extractor.pth", weights_only=True)
    torch.save(spoilt | {"hook": Harmful(folder / "it ran")}, folder / "motion_extractor.pth")


def cut_weights(folder: Path) -> None:
    file = folder / "warping_module.pth"
    file.write_bytes(file.read_bytes()[:-300])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lacks_one, "lacks spade_generator.pth"),
        (other_weights, "spade_generator.fc.weight is missing"),
        pytest.param(nan_weights, "holds NaN or infinity", marks=pytest.mark.slow),
        pytest.param(code_in_weights, "holds code", marks=pytest.mark.slow),
        pytest.param(cut_weights, "damaged", marks=pytest.mark.slow),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_folder_of_liveportrait_that_cannot_be_used(
    told: Callable[[str, dict[str, Any]], str], media: Path, tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    files = write_liveportrait(tmp_path)
    weights = files["spade_generator"].parent
    spoil(weights)
    section = {"checkpoint": str(weights), "config": str(files["config"])}
    text = told("liveportrait", face(media, section))
    assert says in text
    assert not (weights / "it ran").exists()


def test_animals_are_refused_by_their_folder(
    told: Callable[[str, dict[str, Any]], str], media: Path, tmp_path: Path
) -> None:
    files = write_liveportrait(tmp_path)
    animals = tmp_path / "liveportrait_animals"
    animals.mkdir()
    files["spade_generator"].parent.rename(animals / "base_models")
    text = told("liveportrait", face(media, {"checkpoint": str(animals), "config": str(files["config"])}))
    assert "animals" in text.replace(str(animals), "")


def face(media: Path, section: dict[str, str]) -> dict[str, Any]:
    one = {"portrait": "sample:astronaut", "driving": str(media / "face.mkv"), "engine": "liveportrait"}
    return one | {"liveportrait": section}
