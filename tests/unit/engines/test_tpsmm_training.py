"""Training from folders of tubes to a checkpoint: it learns, it can be stopped and resumed, and it fails in words."""

from __future__ import annotations

import csv
import errno
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import tpsmm
from foundation.errors import InputError, StageError
from foundation.facetrack import FaceTrack
from foundation.schemes import MEDIAPIPE_478
from tests.fakes.away import AWAY, away
from tests.synthetic_tubes import SIDE, tube
from tests.unit.tpsmm.training.conftest import one_thread, published, supervised
from tpsmm.training import keep, landmark_losses
from training.order import Order, TubeFiles
from training.run import Told, train

__all__ = ["one_thread", "published", "supervised"]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[TubeFiles]:
    """Two clips to train on and one that is held out."""
    found = []
    for seed, name in enumerate(("anna", "bert", "carl")):
        made, folder = tube(name, seed=seed), tmp_path_factory.mktemp(name)
        np.save(folder / "frames.npy", made.frames)
        points = np.concatenate([made.points, np.zeros((*made.points.shape[:2], 1), np.float32)], axis=-1)
        count = len(points)
        track = FaceTrack(
            points,
            np.ones(count, bool),
            np.zeros((count, 52)),
            np.tile(np.eye(4), (count, 1, 1)),
            MEDIAPIPE_478,
            (SIDE,) * 2,
        )
        track.save(folder / "track")
        found.append(TubeFiles(name, name, real=True, held_out=name == "carl", folder=folder))
    return found


def order(sections: dict[str, Any], clips: list[TubeFiles], folder: Path, **more: Any) -> Order:
    return Order(Path("tiny.yaml"), sections, clips, "data", folder, **more)


def steps(order: Order, stop: int | None = None) -> list[Told]:
    """Everything that is told, until `stop` steps are done (as if the process had been killed)."""
    told: list[Told] = []

    def listen(one: Told) -> None:
        told.append(one)
        if stop is not None and one.progress.step == stop:
            raise KeyboardInterrupt

    try:
        train(order, listen)
    except KeyboardInterrupt:
        assert stop is not None
    return told


def test_a_run_ends_with_a_checkpoint_a_log_and_a_sheet(
    supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path
) -> None:
    told = steps(order(supervised, clips, tmp_path))
    assert [one.progress.leg for one in told] == ["points"] * 3 + ["motion"] * 3 + ["picture"] * 3
    model = tpsmm.load_model({"model_params": supervised["model_params"]}, tmp_path / keep.MODEL)
    again = tpsmm.load_model({"model_params": supervised["model_params"]}, tmp_path / keep.PUBLISHED)
    source = torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(model.keypoints(source), again.keypoints(source), atol=2e-3, rtol=0)
    assert load_file(tmp_path / keep.MODEL)["kp_detector.fg_encoder.fc.weight"].dtype == torch.float16
    with (tmp_path / keep.LOG).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["leg"] for row in rows] == ["points", "motion", "picture"]
    assert all(math.isfinite(float(row["carl.face_l1"])) for row in rows)
    assert float(rows[-1]["loss.fooled"]) != 0
    assert len(list(tmp_path.glob("sheet-carl-*.png"))) == 3


@pytest.mark.parametrize("how", ["supervised", pytest.param("published", marks=pytest.mark.slow)])
def test_a_run_on_another_device_takes_the_same_steps(
    how: str, clips: list[TubeFiles], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Nothing of it may stay behind on the CPU. The numbers are the CPU's, but for the order of sums, which grows."""
    sections = request.getfixturevalue(how)
    here = steps(order(sections, clips, tmp_path / "here"))
    with away():
        there = steps(order(sections, clips, tmp_path / "there", device=AWAY))
    assert there[0].progress.losses == pytest.approx(here[0].progress.losses, rel=1e-4)
    assert all(math.isfinite(loss) for one in there for loss in one.progress.losses.values())
    assert [one.figures.keys() for one in there] == [one.figures.keys() for one in here]
    assert len(list((tmp_path / "there").glob("sheet-carl-*.png"))) == len(
        list((tmp_path / "here").glob("sheet-*.png"))
    )


def test_bfloat16_trains_with_keypoints_of_the_detectors_own(
    supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path
) -> None:
    told = steps(order(supervised, clips, tmp_path, bf16=True))
    assert [one.progress.leg for one in told] == ["points"] * 3 + ["motion"] * 3 + ["picture"] * 3
    assert all(math.isfinite(loss) for one in told for loss in one.progress.losses.values())


def test_keypoints_learn(supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    supervised["supervision_params"]["legs"] = [
        {"name": "points", "train": "keypoints", "steps": 60, "batch": 8, "lr": 3.0e-3, "side": 32}
    ]
    losses = [one.progress.losses["keypoint"] for one in steps(order(supervised, clips, tmp_path))]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])


def test_motion_learns(supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    supervised["supervision_params"]["legs"] = [
        {"name": "motion", "train": "motion", "steps": 60, "batch": 4, "lr": 3.0e-3}
    ]
    losses = [sum(one.progress.losses.values()) for one in steps(order(supervised, clips, tmp_path))]
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:5])


@pytest.mark.slow
def test_the_papers_losses_fall(published: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    published["train_params"] |= {"num_epochs": 2, "num_repeats": 40, "epoch_milestones": [9], "bg_start": 1}
    told = steps(order(published, clips, tmp_path))
    assert {"perceptual", "equivariance", "warp"} == set(told[0].progress.losses)
    assert {"perceptual", "equivariance", "warp", "background"} == set(told[-1].progress.losses)
    still, moving = (
        [one.progress.losses for one in told if one.progress.leg == leg] for leg in ("epoch-000", "epoch-001")
    )
    assert np.mean([losses["perceptual"] for losses in still[-5:]]) < 0.5 * still[0]["perceptual"]
    assert np.mean([losses["warp"] for losses in still[-5:]]) < 0.5 * still[0]["warp"]
    # the background stands still at first, then moves at random, and learns
    assert moving[0]["background"] == pytest.approx(0, abs=1e-6)
    assert np.mean([losses["background"] for losses in moving[-5:]]) < 0.7 * moving[2]["background"]


def test_avd_is_trained_for_a_checkpoint(published: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    published["train_params"] |= {"num_epochs": 2, "checkpoint_freq": 2}
    steps(order(published, clips, tmp_path / "network"))
    assert [path.name for path in (tmp_path / "network").glob("*-checkpoint.pth.tar")] == [keep.kept_name(1)]
    network = tmp_path / "network" / keep.MODEL
    told = steps(order(published, clips, tmp_path / "avd", avd=True, initial=network))
    losses = [one.progress.losses["shift"] for one in told]
    assert np.mean(losses[-3:]) < losses[0]
    before, after = load_file(network), load_file(tmp_path / "avd" / keep.MODEL)
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert any(name.startswith("avd_network.") for name in after)
    with pytest.raises(InputError, match="--from"):
        steps(order(published, clips, tmp_path / "alone", avd=True))


@pytest.mark.parametrize("stop", [2, 6])
def test_a_killed_run_goes_on_to_the_same_numbers(
    supervised: dict[str, Any],
    clips: list[TubeFiles],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: int,
) -> None:
    monkeypatch.setattr("training.run.SAVE_SECONDS", 0.0)
    whole = steps(order(supervised, clips, tmp_path / "whole"))
    steps(order(supervised, clips, tmp_path / "parts"), stop=stop)
    rest = steps(order(supervised, clips, tmp_path / "parts"))
    assert [one.progress for one in rest] == [one.progress for one in whole[stop:]]
    made = [load_file(tmp_path / name / keep.MODEL) for name in ("whole", "parts")]
    assert all(torch.equal(made[0][name], made[1][name]) for name in made[0])


def test_no_number_stops_the_run_and_keeps_what_was(
    supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.run.SAVE_SECONDS", 0.0)
    steps(order(supervised, clips, tmp_path), stop=2)
    before = (tmp_path / keep.STATE).read_bytes()
    monkeypatch.setattr(landmark_losses, "SHARP", float("nan"))
    with pytest.raises(StageError, match="no number in leg points, step 2: keypoint"):
        steps(order(supervised, clips, tmp_path))
    assert (tmp_path / keep.STATE).read_bytes() == before


def test_a_full_disk_loses_nothing(
    supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.run.SAVE_SECONDS", 0.0)
    steps(order(supervised, clips, tmp_path), stop=2)
    before = (tmp_path / keep.STATE).read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(StageError, match="the disk is full"):
        steps(order(supervised, clips, tmp_path))
    assert (tmp_path / keep.STATE).read_bytes() == before
    assert not list(tmp_path.glob(".*part*"))


def test_a_run_of_another_network_is_not_gone_on_with(
    supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path
) -> None:
    steps(order(supervised, clips, tmp_path))
    with pytest.raises(InputError, match="has another data"):
        steps(replace(order(supervised, clips, tmp_path), data="others"))
    supervised["model_params"]["kp_detector_params"]["width"] = 0.25
    with pytest.raises(InputError, match="has another network"):
        steps(order(supervised, clips, tmp_path))


def test_a_damaged_state_is_told(supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    (tmp_path / keep.STATE).write_bytes(b"half a file")
    with pytest.raises(InputError, match="state is damaged"):
        steps(order(supervised, clips, tmp_path))


def test_all_clips_held_out_is_refused(supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no clip to train on"):
        steps(order(supervised, [replace(clip, held_out=True) for clip in clips], tmp_path))


def test_a_folder_that_is_no_tube_is_named(supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no tube"):
        steps(order(supervised, [replace(clips[0], folder=tmp_path / "gone")], tmp_path))


@pytest.mark.slow
def test_two_processes_learn_together(supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path) -> None:
    for leg in supervised["supervision_params"]["legs"]:
        leg["batch"] = 4
    told = steps(order(supervised, clips, tmp_path, processes=2, threads=1))
    assert told[-1].progress.step == 9
    assert tpsmm.load_model({"model_params": supervised["model_params"]}, tmp_path / keep.MODEL)
    assert not list(tmp_path.glob(".meeting*"))


@pytest.mark.slow
def test_an_error_in_one_of_two_processes_is_told(
    supervised: dict[str, Any], clips: list[TubeFiles], tmp_path: Path
) -> None:
    (tmp_path / keep.STATE).write_bytes(b"half a file")
    with pytest.raises(InputError, match="state is damaged"):
        steps(order(supervised, clips, tmp_path, processes=2, threads=1))
