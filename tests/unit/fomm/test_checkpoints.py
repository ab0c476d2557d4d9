from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import fomm
import tpsmm
from engines.fomm.published import CATALOG
from fomm.convert import convert, verify
from foundation.errors import InputError
from networks.convert import sha256_of
from tests.unit.tpsmm.conftest import SMALL as TPSMM_SMALL
from tests.unit.tpsmm.test_checkpoints import Harmful
from tpsmm.stand_in import stand_in_checkpoint as tpsmm_stand_in

Files = tuple[Path, Path]
Checkpoint = dict[str, dict[str, Tensor]]
MODELS = Path(__file__).resolve().parents[3] / "configs" / "models" / "fomm"


def same(one: fomm.Model, other: fomm.Model) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_files_conversions_and_state_dicts_load_alike(files: Files, model: fomm.Model) -> None:
    config, original = files
    converted = convert(original, fomm.load_config(config))
    assert same(fomm.load_model(*files), model)
    assert same(fomm.load_model(config, converted), model)
    verdict = verify(converted, fomm.load_config(config))
    assert verdict.problem is None
    assert verdict.origin_sha256 == sha256_of(original)
    assert sorted(path.suffix for path in converted.parent.iterdir()) == [".safetensors", ".tar", ".yaml"]


def test_prefixes_half_precision_and_missing_blurs_are_accepted(
    config: fomm.ModelConfig, checkpoint: Checkpoint, model: fomm.Model
) -> None:
    odd = {
        name: {f"module.{key}": value for key, value in state.items() if not key.endswith("down.weight")}
        for name, state in checkpoint.items()
    }
    assert same(fomm.load_model(config, odd), model)
    half = {
        name: {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
        for name, state in checkpoint.items()
    }
    found = fomm.load_model(config, half).state_dict()["generator.final.weight"]
    assert found.dtype == torch.float32
    assert torch.allclose(found, checkpoint["generator"]["final.weight"], atol=1e-3)


def test_another_config_is_told_apart(params: dict[str, Any], checkpoint: Checkpoint) -> None:
    params["model_params"]["kp_detector_params"]["single_jacobian_map"] = True
    with pytest.raises(InputError, match=r"kp_detector.jacobian.weight is \(16, 35, 7, 7\), not \(4, 35, 7, 7\)"):
        fomm.load_model(params, checkpoint)


def test_another_networks_checkpoint_is_told_by_name(files: Files, checkpoint: Checkpoint) -> None:
    config, file = files
    theirs = tpsmm_stand_in(tpsmm.load_config({"model_params": TPSMM_SMALL}))
    torch.save(theirs, file)
    with pytest.raises(InputError, match=r"is the Thin-Plate Spline Motion Model's.*needs generator, kp_detector"):
        fomm.load_model(config, file)
    torch.save(checkpoint, file)
    with pytest.raises(InputError, match="is the First Order Motion Model's"):
        tpsmm.load_model({"model_params": TPSMM_SMALL}, file)
    torch.save({**checkpoint, "he_estimator": {}}, file)
    with pytest.raises(InputError, match="face-vid2vid"):
        fomm.load_model(config, file)
    torch.save({"weights": torch.zeros(2)}, file)
    with pytest.raises(InputError, match="it holds weights"):
        fomm.load_model(config, file)


def test_code_in_a_pickle_does_not_run(files: Files, checkpoint: Checkpoint, tmp_path: Path) -> None:
    mark = tmp_path / "it ran"
    torch.save({**checkpoint, "hook": Harmful(mark)}, files[1])
    with pytest.raises(InputError, match="holds code"):
        fomm.load_model(*files)
    assert not mark.exists()


@pytest.mark.parametrize("keep", [0, 5000, -100])
def test_truncated_files(files: Files, keep: int) -> None:
    config, original = files
    original.write_bytes(original.read_bytes()[:keep])
    with pytest.raises(InputError, match="damaged"):
        fomm.load_model(*files)
    assert verify(original, fomm.load_config(config)).problem
    with pytest.raises(InputError, match="damaged"):
        convert(original, fomm.load_config(config))
    assert sorted(path.suffix for path in original.parent.iterdir()) == [".tar", ".yaml"]


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_weights_that_are_no_numbers(files: Files, checkpoint: Checkpoint, value: float) -> None:
    spoilt = {name: dict(state) for name, state in checkpoint.items()}
    spoilt["generator"]["final.bias"] = torch.tensor([0.0, value, 0.0])
    torch.save(spoilt, files[1])
    with pytest.raises(InputError, match=r"generator.final.bias holds NaN or infinity"):
        fomm.load_model(*files)


def test_the_fork_is_refused_by_name(files: Files) -> None:
    fork = files[1].with_name("magig-vox-cpk.pth.tar")
    files[1].rename(fork)
    with pytest.raises(InputError, match=r"MAGIG.*fetch fomm-vox"):
        fomm.load_model(files[0], fork)


def test_published_files_are_put_there_by_hand(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, original = files
    configs, folder = tmp_path / "configs", tmp_path / "models"
    configs.mkdir()
    config.rename(configs / "vox-256.yaml")
    catalog = replace(CATALOG, configs=configs)
    with pytest.raises(InputError, match=r"vox-cpk.pth.tar.*AliaksandrSiarohin/first-order-model"):
        catalog.fetch("fomm-vox", folder, None)
    original.rename(folder / "vox-cpk.pth.tar")
    ready = catalog.fetch("fomm-vox", folder, None)
    assert ready == folder / "fomm-vox.safetensors"
    assert verify(ready, fomm.load_config(configs / "vox-256.yaml")).problem is None


@pytest.mark.parametrize("name", sorted(path.stem for path in MODELS.glob("*.yaml")))
def test_every_published_config_is_there(name: str) -> None:
    config = fomm.load_config(MODELS / f"{name}.yaml")
    assert config.size_multiple == 128
    assert any(entry.config == name for entry in CATALOG.published.values())
    assert config.detector.single_jacobian_map == (name == "mgif-256")


@pytest.mark.parametrize(
    ("section", "field", "value", "told"),
    [
        ("kp_detector_params", "temperature", 0, "temperature lies in"),
        ("kp_detector_params", "scale_factor", 0.3, "kp_detector_params.scale_factor is 1, 0.5"),
        ("kp_detector_params", "num_blocks", 30, "num_blocks is at most 8"),
        ("kp_detector_params", "pad", 3, "unknown kp_detector_params.pad"),
        ("generator_params", "num_down_blocks", 1.5, "generator_params.num_down_blocks is to be a int"),
        ("generator_params", "estimate_occlusion_map", False, "estimate_occlusion_map is True"),
        ("generator_params", "dense_motion_params", None, "missing model_params.dense_motion_params"),
        ("common_params", "num_kp", 0, "num_kp lies in 1..4096"),
        ("common_params", "num_channels", 1, "num_channels is 3"),
        ("common_params", "estimate_jacobian", False, "estimate_jacobian is True"),
    ],
)
def test_fields_that_cannot_be(params: dict[str, Any], section: str, field: str, value: object, told: str) -> None:
    params["model_params"][section][field] = value
    with pytest.raises(InputError, match=told):
        fomm.load_config(params)


def test_another_networks_config(params: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"unknown model_params.avd_network_params"):
        fomm.load_config({"model_params": TPSMM_SMALL})
    with pytest.raises(InputError, match="no model_params"):
        fomm.load_config({"something": 1})
