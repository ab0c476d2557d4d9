from __future__ import annotations

import hashlib
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import tpsmm
from engines.tpsmm.published import CATALOG
from foundation.errors import InputError
from networks.checkpoints import read_file
from networks.convert import sha256_of
from tpsmm.convert import convert, verify

Files = tuple[Path, Path]
Checkpoint = dict[str, dict[str, Tensor]]


class Harmful:
    """What a checkpoint from a stranger might do when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def same(one: tpsmm.Model, other: tpsmm.Model) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_files_and_state_dicts_load_alike(files: Files, model: tpsmm.Model) -> None:
    assert same(tpsmm.load_model(*files), model)


def test_a_conversion_keeps_the_numbers_and_the_origin(files: Files, model: tpsmm.Model) -> None:
    config, original = files
    converted = convert(original, tpsmm.load_config(config))
    written = converted.stat().st_mtime_ns
    assert converted.name == "small.safetensors"
    assert same(tpsmm.load_model(config, converted), model)
    assert convert(original, tpsmm.load_config(config)).stat().st_mtime_ns == written
    verdict = verify(converted, tpsmm.load_config(config))
    assert verdict.problem is None
    assert verdict.origin_sha256 == hashlib.sha256(original.read_bytes()).hexdigest() == sha256_of(original)
    assert sorted(path.suffix for path in converted.parent.iterdir()) == [".safetensors", ".tar", ".yaml"]


def test_prefixes_and_half_precision_are_accepted(config: tpsmm.ModelConfig, checkpoint: Checkpoint) -> None:
    odd = {
        name: {f"module.{key}": value.half() if value.is_floating_point() else value for key, value in state.items()}
        for name, state in checkpoint.items()
    }
    model = tpsmm.load_model(config, odd)
    found = model.state_dict()["kp_detector.fg_encoder.conv1.weight"]
    assert found.dtype == torch.float32
    assert torch.allclose(found, checkpoint["kp_detector"]["fg_encoder.conv1.weight"], atol=1e-3)


def test_what_animation_does_not_need_may_be_missing(config: tpsmm.ModelConfig, checkpoint: Checkpoint) -> None:
    bare = {name: state for name, state in checkpoint.items() if name not in {"avd_network", "bg_predictor"}}
    model = tpsmm.load_model(config, bare)
    source = torch.zeros(1, 3, 64, 64)
    with pytest.raises(ValueError, match="avd_network"):
        tpsmm.Animator(model, source, mode="avd")
    assert tpsmm.Animator(model, source, mode="standard").render(source).shape == source.shape


def test_differences_are_listed_readably(params: dict[str, Any], checkpoint: Checkpoint) -> None:
    spoilt = {name: dict(state) for name, state in checkpoint.items()}
    del spoilt["kp_detector"]["fg_encoder.fc.bias"]
    spoilt["kp_detector"]["surprise"] = torch.zeros(1)
    del spoilt["inpainting_network"]
    with pytest.raises(InputError) as caught:
        tpsmm.load_model(params, spoilt)
    for problem in ("no module inpainting_network", "fc.bias is missing", "surprise is not known"):
        assert problem in str(caught.value)


def test_another_number_of_splines(params: dict[str, Any], checkpoint: Checkpoint) -> None:
    params["model_params"]["common_params"]["num_tps"] = 3
    with pytest.raises(InputError, match=r"fg_encoder.fc.weight is \(20, 512\), not \(30, 512\).*more"):
        tpsmm.load_model(params, checkpoint)


def test_code_in_a_pickle_does_not_run(files: Files, checkpoint: Checkpoint, tmp_path: Path) -> None:
    mark = tmp_path / "it ran"
    torch.save({**checkpoint, "hook": Harmful(mark)}, files[1])
    with pytest.raises(InputError, match="holds code"):
        tpsmm.load_model(*files)
    assert not mark.exists()


@pytest.mark.parametrize("seed", range(12))
def test_files_that_are_no_checkpoints(seed: int, tmp_path: Path) -> None:
    """A song, a text, nothing, and bytes that the reader of pickles takes for a program."""
    random = np.random.default_rng(seed).integers(0, 256, 200, np.uint8).tobytes()
    path, known = tmp_path / "other", [b"RIFF\x24\0\0\0WAVEfmt \x10", b"words", b"", b"\0\0\0\x18ftypmp42"]
    path.write_bytes(known[seed] if seed < len(known) else random)
    with pytest.raises(InputError, match=r"no checkpoint|holds code|mapping"):
        read_file(path)


@pytest.mark.parametrize("suffix", [".pth.tar", ".safetensors"])
@pytest.mark.parametrize("keep", [0, 5000, -100])
def test_truncated_files(files: Files, suffix: str, keep: int) -> None:
    config, original = files
    path = original if suffix == ".pth.tar" else convert(original, tpsmm.load_config(config))
    whole = path.read_bytes()
    path.write_bytes(whole[:keep])
    with pytest.raises(InputError, match="damaged"):
        tpsmm.load_model(config, path)
    assert verify(path, tpsmm.load_config(config)).problem


def test_a_packed_file_is_not_unpacked(files: Files) -> None:
    """A hundred kilobytes may stand for gigabytes; torch.save packs nothing."""
    with zipfile.ZipFile(files[1], "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(30_000_000))
    with pytest.raises(InputError, match=r"archive/data\.pkl in it is compressed"):
        tpsmm.load_model(*files)


@pytest.mark.parametrize("content", [{("a", 1): 1, "generator": {1: torch.zeros(2)}}, {5: {}}, [1, 2]])
def test_odd_keys_are_told(files: Files, content: object) -> None:
    torch.save(content, files[1])
    with pytest.raises(InputError, match="checkpoint"):
        tpsmm.load_model(*files)
    assert verify(files[1], tpsmm.load_config(files[0])).problem


def test_weights_that_are_no_numbers_are_told(files: Files, checkpoint: Checkpoint) -> None:
    name, state = next(iter(checkpoint.items()))
    key = next(key for key, value in state.items() if value.is_floating_point())
    spoilt = state | {key: torch.full_like(state[key], float("nan"))}
    torch.save(checkpoint | {name: spoilt}, files[1])
    assert "holds NaN or infinity" in str(verify(files[1], tpsmm.load_config(files[0])).problem)


@pytest.mark.parametrize("content", [{"state_dict": {"a": torch.zeros(2)}}, torch.zeros(3), {}])
def test_other_networks_files(files: Files, content: object) -> None:
    torch.save(content, files[1])
    with pytest.raises(InputError, match="checkpoint"):
        tpsmm.load_model(*files)


def test_the_fork_is_refused_by_name(files: Files) -> None:
    fork = files[1].with_name("MAGIG-vox.pth.tar")
    files[1].rename(fork)
    with pytest.raises(InputError, match="MAGIG"):
        tpsmm.load_model(files[0], fork)
    with pytest.raises(InputError, match="no such file"):
        tpsmm.load_model(files[0], files[1])


def test_fetching_from_a_mirror(files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, original = files
    configs = tmp_path / "configs"
    configs.mkdir()
    (configs / "vox-256.yaml").write_text(config.read_text())
    catalog = replace(CATALOG, configs=configs)
    entry = CATALOG.published["vox"]
    kept = tmp_path / "mirror" / entry.repository / entry.file
    kept.parent.mkdir(parents=True)
    original.rename(kept)
    ready = catalog.fetch("vox", tmp_path / "models", tmp_path / "mirror")
    assert ready == tmp_path / "models" / "vox-256.safetensors"
    assert verify(ready, tpsmm.load_config(config)).origin_sha256 == sha256_of(kept)
    kept.unlink()
    assert CATALOG.fetch("vox", tmp_path / "models", tmp_path / "mirror") == ready
    with pytest.raises(InputError, match="mirror lacks"):
        CATALOG.fetch("ted", tmp_path / "models", tmp_path / "mirror")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match="pip install huggingface_hub"):
        CATALOG.fetch("ted", tmp_path / "models", None)
