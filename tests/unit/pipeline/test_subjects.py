"""Faces and whole pictures: which fields and which networks go with which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from foundation.errors import InputError, ManifestError
from foundation.subject import Square
from pipeline.manifest.load import load_manifest
from pipeline.plan.engine_choice import EngineChoice, choose_engine


def manifest(folder: Path, **changes: Any) -> Path:
    one = {"portrait": "one.png", "driving": {"video": "one.mp4"}, "subject": "whole", **changes}
    path = folder / "duet.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "performers": {"one": one}, "output": {"path": "out.mp4"}}))
    return path


def refused(folder: Path, **changes: Any) -> str:
    with pytest.raises(ManifestError) as caught:
        load_manifest(manifest(folder, **changes))
    assert len(caught.value.mistakes) == 1
    return caught.value.mistakes[0]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which nothing has been fetched."""
    monkeypatch.setenv("DUET_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "cache" / "models"
    folder.mkdir(parents=True)
    return folder


def chosen(folder: Path, **changes: Any) -> EngineChoice:
    return choose_engine(load_manifest(manifest(folder, **changes)), "one")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"face": "leftmost"}, "performers.one.face: with subject: whole, no face is looked for (remove it)"),
        ({"driving": {"video": "a.mp4", "face": "leftmost"}}, "driving.face: with subject: whole"),
        ({"driving": {"video": "a.mp4", "crop": "following"}}, "use whole, or {at: [x, y], size: N}"),
        ({"driving": {"video": "a.mp4", "steady_light": True}}, "driving.steady_light: with subject: whole"),
        ({"motion": {"reference": "neutral"}}, "use best, first or a frame's number"),
        ({"motion": {"listening": 0.5}}, "motion.listening: with subject: whole"),
        ({"crop": {"at": [3], "size": 9}}, "use whole, or {at: [x, y], size: N}, N from 16 to 16384 pixels"),
        ({"crop": {"at": [3, 4], "size": 0}}, "performers.one.crop"),
        ({"subject": "face", "crop": "whole"}, "performers.one.crop: a face's own place decides"),
        ({"subject": "face", "driving": {"video": "a.mp4", "crop": {"at": [9, 9], "size": 64}}}, "add subject: whole"),
        (
            {"driving": {"video": "a.pkl", "steady_light": True}, "subject": "face"},
            "with a motion template",
        ),
        (
            {"driving": {"video": "a.pkl", "on_scene_cut": "hold"}, "subject": "face"},
            "on_scene_cut: with a motion",
        ),
        ({"subject": "body"}, "is not known (use 'face' or 'whole')"),
    ],
)
def test_fields_that_do_not_go_together_are_told_in_one_line(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    assert told in refused(tmp_path, **changes)


def test_nobody_sings_words_with_a_body(tmp_path: Path) -> None:
    path = manifest(tmp_path, singing={"sound": "song.wav", "words": None})
    data = yaml.safe_load(path.read_text())
    del data["performers"]["one"]["driving"]
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(ManifestError, match="singing: with subject: whole, a song's words move a face"):
        load_manifest(path)


def test_squares_are_read(tmp_path: Path) -> None:
    place = {"at": [100, 80.5], "size": 64}
    one = load_manifest(manifest(tmp_path, crop=place, driving={"video": "a.mp4", "crop": "whole"})).manifest
    performer = one.performers["one"]
    assert performer.square == Square(at=(100.0, 80.5), size=64)
    assert performer.driving is not None
    assert performer.driving.square == Square()
    assert performer.square.box((640, 480)).corners == (68, 48, 132, 112)
    assert Square().box((640, 480)).corners == (0, -80, 640, 560)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"engine": "landmark_tps"}, "landmark_tps has no way to move whole pictures, only faces"),
        ({"engine": "liveportrait"}, "liveportrait has no way to move whole pictures"),
        ({"engine": "tpsmm", "tpsmm": {"config": "vox-256"}}, "tpsmm has vox-256 for faces, and subject is whole"),
        ({"engine": "tpsmm", "tpsmm": {"config": "duet-128"}}, "duet-128 for faces, and subject is whole"),
        ({"engine": "fomm", "fomm": {"config": "nemo-256"}}, "such as taichi-256, or say subject: face"),
        ({"engine": "tpsmm"}, "no checkpoint of taichi-256"),
        ({"engine": "auto"}, "no engine can be taken: no checkpoint of taichi-256 for tpsmm"),
        (
            {"subject": "face", "engine": "fomm", "fomm": {"config": "fashion-256", "checkpoint": "f.tar"}},
            "fomm has fashion-256 for whole pictures, and subject is face",
        ),
    ],
)
def test_a_network_for_something_else_is_refused(
    tmp_path: Path, cache: Path, changes: dict[str, Any], told: str
) -> None:
    assert not list(cache.iterdir())
    with pytest.raises(InputError) as caught:
        chosen(tmp_path, **changes)
    assert told in str(caught.value)
    assert "one" in str(caught.value)


def test_a_config_tells_by_its_data_what_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("dataset_params: {root_dir: ../moving-gif, frame_shape: [256, 256, 3]}\n")
    files = {"config": "mine.yaml", "checkpoint": "mine.pth.tar"}
    with pytest.raises(InputError, match="mine for whole pictures, and subject is face"):
        chosen(tmp_path, subject="face", engine="tpsmm", tpsmm=files)
    assert chosen(tmp_path, engine="tpsmm", tpsmm=files).use.subject == "whole"


def test_auto_takes_what_was_fetched_for_bodies(tmp_path: Path, cache: Path) -> None:
    for name in ("vox-256", "ted-384", "fomm-taichi"):
        (cache / f"{name}.safetensors").write_bytes(b"weights")
    choice = chosen(tmp_path)
    assert (choice.name, choice.subject, choice.use.crop_size) == ("tpsmm", "whole", 384)
    assert choice.files["checkpoint"].stem == "ted-384"
    assert chosen(tmp_path, engine="fomm").files["config"].stem == "taichi-256"
