from __future__ import annotations

import pickle
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import liveportrait
from engines.liveportrait.published import CATALOG
from foundation.errors import InputError
from liveportrait import convert
from liveportrait.driving import Ratios
from tests.unit.liveportrait.conftest import SMALL, Weights
from tests.unit.tpsmm.test_checkpoints import Harmful


def same(one: liveportrait.Model, other: liveportrait.Model) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


def base(folder: Path, name: str) -> Path:
    return folder / "liveportrait" / "base_models" / f"{name}.pth"


def test_folders_conversions_and_state_dicts_load_alike(folder: Path, model: liveportrait.Model) -> None:
    assert same(liveportrait.load_model(folder, sizes=SMALL), model)
    ready = convert.convert(folder, folder.parent / "liveportrait.safetensors", SMALL)
    assert same(liveportrait.load_model(ready, sizes=SMALL), model)
    verdict = convert.verify(ready, SMALL)
    assert verdict.problem is None
    assert verdict.origin_sha256 == convert.verify(folder, SMALL).sha256
    flat = folder.parent / "side by side"
    flat.mkdir()
    for file in folder.rglob("*.pth"):
        shutil.copy(file, flat)
    assert same(liveportrait.load_model(flat, sizes=SMALL), model)


def test_missing_files_are_named(folder: Path) -> None:
    base(folder, "spade_generator").unlink()
    base(folder, "motion_extractor").unlink()
    with pytest.raises(InputError, match=r"lacks motion_extractor.pth, spade_generator.pth"):
        liveportrait.load_model(folder, sizes=SMALL)


def test_animals_are_refused_by_name(folder: Path) -> None:
    animals = folder / "liveportrait_animals"
    (folder / "liveportrait").rename(animals)
    for named in (animals, animals / "base_models"):
        with pytest.raises(InputError, match="animals"):
            liveportrait.load_model(named, sizes=SMALL)


def test_a_file_of_another_network(folder: Path) -> None:
    shutil.copy(base(folder, "warping_module"), base(folder, "spade_generator"))
    with pytest.raises(InputError, match=r"spade_generator\.fc.weight is missing.*more"):
        liveportrait.load_model(folder, sizes=SMALL)
    assert convert.verify(folder, SMALL).problem


def test_weights_of_another_size(folder: Path) -> None:
    with pytest.raises(InputError, match=r"3dr1.conv1.weight is missing.*more.*human models"):
        liveportrait.load_model(folder)


def test_code_in_a_pickle_does_not_run(folder: Path, weights: Weights, tmp_path: Path) -> None:
    mark = tmp_path / "it ran"
    torch.save({**weights["motion_extractor"], "hook": Harmful(mark)}, base(folder, "motion_extractor"))
    with pytest.raises(InputError, match="holds code"):
        liveportrait.load_model(folder, sizes=SMALL)
    assert not mark.exists()


def test_truncated_files(folder: Path) -> None:
    file = base(folder, "warping_module")
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(InputError, match="damaged"):
        convert.convert(folder, folder.parent / "ready.safetensors", SMALL)
    assert not list(folder.parent.glob("*ready*"))


def test_weights_that_are_no_numbers(folder: Path, weights: Weights) -> None:
    spoilt = dict(weights["spade_generator"])
    spoilt["fc.bias"] = torch.full_like(spoilt["fc.bias"], torch.nan)
    torch.save(spoilt, base(folder, "spade_generator"))
    with pytest.raises(InputError, match=r"spade_generator.fc.bias holds NaN"):
        liveportrait.load_model(folder, sizes=SMALL)


def test_fetching(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match="pip install huggingface_hub"):
        CATALOG.fetch("liveportrait", tmp_path / "models", None)
    mirror = tmp_path / "mirror"
    with pytest.raises(InputError, match="mirror lacks"):
        CATALOG.fetch("liveportrait", tmp_path / "models", mirror)
    shutil.copytree(folder, mirror / convert.REPOSITORY)
    with pytest.raises(InputError, match=r"not fit.*fetch again"):  # they are small ones
        CATALOG.fetch("liveportrait", tmp_path / "models", mirror)
    assert not list((tmp_path / "models").glob("*.safetensors"))


def template(model: liveportrait.Model, frames: torch.Tensor) -> liveportrait.Template:
    count = len(frames)
    ratios = Ratios(torch.full((count, 2), 0.3), torch.full((count, 1), 0.1))
    return liveportrait.Template(24.0, model.info(frames), ratios)


def test_templates_come_back_bit_for_bit(model: liveportrait.Model, pictures: torch.Tensor, tmp_path: Path) -> None:
    given = template(model, pictures)
    file = tmp_path / "clip.pkl"
    liveportrait.write_template(given, file)
    found = liveportrait.read_template(file)
    assert found.fps == 24
    assert torch.equal(found.motion.keypoints, given.motion.keypoints)
    assert found.ratios is not None
    assert torch.equal(found.ratios.eyes, torch.full((4, 2), 0.3))
    published = pickle.loads(file.read_bytes())  # noqa: S301  (our own file, as the published code opens it)
    assert published["n_frames"] == 4
    assert set(published["motion"][0]) == {"scale", "R", "exp", "t", "kp", "x_s"}
    assert np.array_equal(published["motion"][2]["x_s"][0], given.motion.keypoints[2].numpy())
    for protocol in range(6):
        file.write_bytes(pickle.dumps(published, protocol))
        assert torch.equal(liveportrait.read_template(file).motion.exp, given.motion.exp)


def test_code_in_a_template_does_not_run(tmp_path: Path) -> None:
    mark, file = tmp_path / "it ran", tmp_path / "clip.pkl"
    file.write_bytes(pickle.dumps({"motion": [Harmful(mark)]}))
    with pytest.raises(InputError, match=r"names pathlib\.\S+, which is code"):
        liveportrait.read_template(file)
    assert not mark.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        b"\x80\x04r\xff\xff\xff\x7f.",  # a memory of two thousand million objects
        pickle.dumps([1, 2]),
        pickle.dumps({"motion": []}),
        pickle.dumps({"motion": [None] * ((1 << 20) + 1)}),
        pickle.dumps({"motion": [{"R": 1}]}),
        pickle.dumps({"motion": [dict.fromkeys(("R", "exp", "scale", "t", "kp"), np.zeros((1, 9999)))]}),
        pickle.dumps({"motion": [dict.fromkeys(("R", "exp", "scale", "t", "kp"), np.array(["a"], object))]}),
    ],
)
def test_templates_that_are_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "clip.pkl"
    file.write_bytes(content)
    with pytest.raises(InputError, match="template"):
        liveportrait.read_template(file)
    with pytest.raises(InputError, match="cannot be read"):
        liveportrait.read_template(tmp_path / "none.pkl")


def test_damaged_templates(model: liveportrait.Model, pictures: torch.Tensor, tmp_path: Path) -> None:
    file = tmp_path / "clip.pkl"
    liveportrait.write_template(template(model, pictures[:1]), file)
    whole = file.read_bytes()
    for keep in range(0, len(whole), 97):
        file.write_bytes(whole[:keep])
        with pytest.raises(InputError):
            liveportrait.read_template(file)
    spoilt = pickle.loads(whole)  # noqa: S301  (our own file)
    spoilt["motion"][0]["exp"][0, 3] = np.nan
    file.write_bytes(pickle.dumps(spoilt))
    with pytest.raises(InputError, match="NaN"):
        liveportrait.read_template(file)
