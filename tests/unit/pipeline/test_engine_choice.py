"""Which engine, and which network, a performer gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engines.liveportrait.about import WEIGHTS
from engines.tpsmm import about
from foundation.errors import InputError, ManifestError
from pipeline.manifest.load import load_manifest
from pipeline.plan.engine_choice import EngineChoice, choose_engine


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the one that comes with Duet, and an empty cache."""
    monkeypatch.setenv("DUET_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    monkeypatch.setattr(about, "SHIPPED", folder)
    return folder


def put(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"weights")
    return folder / name


def chosen(tmp_path: Path, **performer: Any) -> EngineChoice:
    path = tmp_path / "duet.yaml"
    one = {"portrait": "one.png", "driving": {"video": "one.mp4"}, **performer}
    path.write_text(yaml.safe_dump({"version": 1, "performers": {"one": one}, "output": {"path": "out.mp4"}}))
    return choose_engine(load_manifest(path), "one")


def test_the_compact_network_is_taken_where_it_is_asked_for_and_no_other_is_there(
    tmp_path: Path, shipped: Path
) -> None:
    ours = put(shipped, "duet-128.safetensors")
    choice = chosen(tmp_path, engine="tpsmm")
    assert (choice.files["checkpoint"], choice.files["config"].stem) == (ours, "duet-128")
    assert "compact duet-128" in choice.reason
    assert choice.use.crop_size == about.FULL_SIDE


def test_the_published_network_goes_before_it(tmp_path: Path, shipped: Path) -> None:
    put(shipped, "duet-128.safetensors")
    fetched = put(tmp_path / "cache" / "models", "vox-256.safetensors")
    for engine in ("tpsmm", "auto"):
        choice = chosen(tmp_path, engine=engine)
        assert (choice.name, choice.files["checkpoint"], choice.use.crop_size) == ("tpsmm", fetched, 256)


def test_auto_does_not_take_the_compact_one(tmp_path: Path, shipped: Path) -> None:
    put(shipped, "duet-128.safetensors")
    for more in ({}, {"tpsmm": {"config": "duet-128"}}):
        assert chosen(tmp_path, engine="auto", **more).name == "landmark_tps"


def test_the_compact_one_can_be_named(tmp_path: Path, shipped: Path) -> None:
    ours = put(shipped, "duet-128.safetensors")
    put(tmp_path / "cache" / "models", "vox-256.safetensors")
    choice = chosen(tmp_path, engine="tpsmm", tpsmm={"config": "duet-128"})
    assert choice.files["checkpoint"] == ours


def test_the_other_published_network_is_taken_where_it_alone_was_fetched(tmp_path: Path, shipped: Path) -> None:
    put(shipped, "duet-128.safetensors")
    fetched = put(tmp_path / "cache" / "models", "fomm-vox-adv.safetensors")
    choice = chosen(tmp_path, engine="auto")
    assert (choice.name, choice.files["checkpoint"], choice.use.crop_size) == ("fomm", fetched, 256)
    assert choice.files["config"].parent.name == "fomm"
    assert choice.files["config"].stem == "vox-adv-256"
    assert "fomm-vox-adv" in choice.reason
    assert choice.ready.honours == ()
    put(tmp_path / "cache" / "models", "vox-256.safetensors")
    assert chosen(tmp_path, engine="auto").name == "tpsmm"


def test_where_and_how_numbers_are_computed_is_part_of_the_work(
    tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shipped, "duet-128.safetensors")
    how = {}
    for machine in ("cpu", "cuda"):
        monkeypatch.setenv("DUET_DEVICE", machine)
        settings = chosen(tmp_path, engine="tpsmm").settings
        how[machine] = (settings["precision"], settings["device"])
        told = chosen(tmp_path, engine="tpsmm", tpsmm={"device": "cpu", "precision": "fp32"}).settings
        assert (told["precision"], told["device"]) == ("fp32", "cpu")
    assert how == {"cpu": ("fast", "cpu"), "cuda": ("fp16", "cuda")}
    with pytest.raises(ManifestError, match="fp16 needs a CUDA device"):
        chosen(tmp_path, engine="tpsmm", tpsmm={"device": "cpu", "precision": "fp16"})


def test_without_any_checkpoint_it_is_refused(tmp_path: Path, shipped: Path) -> None:
    with pytest.raises(InputError, match="no checkpoint of vox-256"):
        chosen(tmp_path, engine="tpsmm")


def test_the_engine_is_told_where_keypoints_come_from(tmp_path: Path, shipped: Path) -> None:
    put(shipped, "duet-128.safetensors")
    for more, told in (({}, "auto"), ({"tpsmm": {"keypoints": "network"}}, "network")):
        assert chosen(tmp_path, engine="tpsmm", **more).settings["keypoints"] == told
    with pytest.raises(ManifestError, match="keypoints"):
        chosen(tmp_path, engine="tpsmm", tpsmm={"keypoints": "mesh"})


def test_missing_weights_are_told_to_who_speaks_of_them(tmp_path: Path, shipped: Path) -> None:
    tpsmm = "no checkpoint of vox-256 for tpsmm"
    everything = f"no weights for liveportrait, {tpsmm}, no checkpoint of vox-256 for fomm"
    assert chosen(tmp_path, engine="auto").reason == f"auto: {everything}"
    assert chosen(tmp_path, tpsmm={"config": "vox-256"}).reason == f"auto: {tpsmm}"
    assert chosen(tmp_path).reason == "auto"


def test_liveportrait_takes_five_files_in_a_folder_and_says_which_are_missing(tmp_path: Path, shipped: Path) -> None:
    weights = tmp_path / "weights" / "liveportrait"
    for name in WEIGHTS:
        inner = "retargeting_models" if name.startswith("stitching") else "base_models"
        put(weights / inner, f"{name}.pth")
    section = {"checkpoint": "weights", "region": "lip", "retarget_lips": True, "driving_option": "pose-friendly"}
    choice = chosen(tmp_path, engine="liveportrait", liveportrait=section, motion={"mode": "absolute"})
    assert set(choice.files) == set(WEIGHTS)
    told = {name: choice.settings[name] for name in ("relative", "region", "lips", "eyes", "expression_friendly")}
    expected = {"relative": False, "region": "lip", "lips": True, "eyes": False, "expression_friendly": False}
    assert told == expected
    (weights / "base_models" / "warping_module.pth").unlink()
    with pytest.raises(InputError, match=r"lacks warping_module\.pth"):
        chosen(tmp_path, engine="liveportrait", liveportrait=section)
    with pytest.raises(InputError, match="the engine liveportrait has no weights"):
        chosen(tmp_path, engine="liveportrait")
    fetched = put(tmp_path / "cache" / "models", "liveportrait.safetensors")
    choice = chosen(tmp_path, engine="auto")
    assert (choice.name, choice.files) == ("liveportrait", {"checkpoint": fetched})
