from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import liveportrait
from liveportrait.driving import Ratios
from liveportrait.model import Model
from networks import kernels
from tests.unit.liveportrait.conftest import SMALL, Weights

Options = liveportrait.Options
RATIOS = Ratios(torch.tensor([[0.3, 0.25]]), torch.tensor([[0.2]]))


def animator(model: liveportrait.Model, pictures: Tensor, options: Options | None = None) -> liveportrait.Animator:
    first = model.info(pictures[1:2])
    return liveportrait.Animator(model, pictures[:1], first, options or Options(), ratios=RATIOS)


def test_frames_do_not_depend_on_how_they_are_grouped(model: liveportrait.Model, pictures: Tensor) -> None:
    animated = animator(model, pictures)
    frames = pictures[2:4]
    whole = animated.render(frames)
    assert whole.shape == (2, 3, 512, 512)
    assert whole.dtype == torch.float32
    assert 0 <= float(whole.min()) < float(whole.max()) <= 1
    assert torch.equal(animated.render(frames[1:]), whole[1:])
    assert torch.equal(animated.render(frames[:1], keep=torch.ones(1)), whole[:1])
    assert animated.render(frames[:0]).shape == (0, 3, 512, 512)


def test_at_rest_the_first_frames_pose_shows(model: liveportrait.Model, pictures: Tensor) -> None:
    animated = animator(model, pictures)
    still = animated.render(pictures[2:3], keep=torch.zeros(1))
    assert torch.equal(still, animated.render(pictures[1:2]))


def test_a_stored_state_renders_the_same_bits(model: liveportrait.Model, pictures: Tensor) -> None:
    animated = animator(model, pictures)
    file = io.BytesIO()
    arrays: dict[str, Any] = {name: tensor.numpy() for name, tensor in animated.state.tensors().items()}
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        tensors = {name: torch.from_numpy(stored[name]) for name in stored.files}
    state = liveportrait.SourceState.from_tensors(tensors, model.device)
    again = liveportrait.Animator.restore(model, Options(), state)
    assert torch.equal(again.render(pictures[2:3]), animated.render(pictures[2:3]))


@pytest.mark.slow
@pytest.mark.skipif(not kernels.status().active, reason=kernels.status().reason)
def test_kernels_and_fourier_transforms_differ_by_rounding_alone(
    weights: Weights, model: liveportrait.Model, pictures: Tensor
) -> None:
    """Against the networks as they are published, in float64, with norms of their own."""
    plain = Model(sizes=SMALL)
    for name, state in weights.items():
        plain.get_submodule(name).load_state_dict(state)
    plain.double()
    assert "kernels" in model.backend.path
    own, driven = (model.info(one).keypoints for one in (pictures[:1], pictures[2:3]))
    volume = model.volume(pictures[:1])
    with torch.inference_mode():
        wide = plain.appearance_feature_extractor(pictures[:1].double())
        assert float((wide - volume).abs().max()) < 1e-4
        wanted = plain.warping_module(plain.warping_module.encode(wide, own.double()), driven.double())
        made = model.backend.warp(model.warping_module.encode(volume, own), driven)
        assert float((made.deformation - wanted.deformation).abs().max()) < 1e-5
        picture = plain.spade_generator(wanted.features)
        assert float((model.backend.decode(made.features)[0] - picture).abs().max()) < 0.1 / 255


@pytest.mark.parametrize("options", [Options(stitching=False), Options(stitching=False, expression_friendly=False)])
def test_relative_motion_of_the_first_frame_is_none(
    model: liveportrait.Model, pictures: Tensor, options: Options
) -> None:
    animated = animator(model, pictures, options)
    first = model.info(pictures[1:2])
    taken = animated._driver.keypoints(first, RATIOS)
    assert torch.allclose(taken, animated.state.info.keypoints, atol=1e-5)


def test_a_moving_portraits_frames_can_be_made_anywhere(model: liveportrait.Model, pictures: Tensor) -> None:
    own, driving = model.info(pictures), model.info(pictures.flip(0))
    options = Options(hold_eyes=True, shut_lips=True)
    ratios = Ratios(RATIOS.eyes.expand(4, -1), RATIOS.lips.expand(4, -1))
    taken = liveportrait.moving_keypoints(model, own, driving, options, ratios=ratios, wanted=ratios)
    assert not torch.equal(taken, own.keypoints)
    one, two = slice(1, 2), slice(2, 3)
    made = [liveportrait.moved(model, pictures[part], own.keypoints[part], taken[part]) for part in (one, two, one)]
    assert torch.equal(made[0], made[2])
    assert not torch.equal(made[0], made[1])


def test_a_moving_portrait_is_measured_from_the_frame_that_is_named(
    model: liveportrait.Model, pictures: Tensor
) -> None:
    """At the reference, the driver adds nothing, but for what is smoothed."""
    own, options = model.info(pictures[:1].expand(4, -1, -1, -1)), Options(stitching=False, observation_variance=1e-9)
    driving = model.info(pictures)
    for reference in (0, 2):
        first = driving.part(slice(reference, reference + 1))
        taken = liveportrait.moving_keypoints(model, own, driving, options, first=first)
        away = (taken - own.keypoints).abs().amax(dim=(1, 2))
        assert float(away[reference]) < 1e-3 < float(away[3])


def test_opening_eyes_and_lips_needs_their_ratios(model: liveportrait.Model, pictures: Tensor) -> None:
    animated = animator(model, pictures, Options(eyes=True, lips=True, relative=False, stitching=False))
    plain = animator(model, pictures, Options(relative=False, stitching=False))
    driving = model.info(pictures[2:3])
    opened = animated._driver.keypoints(driving, RATIOS)
    assert not torch.equal(opened, plain._driver.keypoints(driving, RATIOS))
    assert torch.equal(animated._driver.keypoints(driving, None), plain._driver.keypoints(driving, None))


@pytest.mark.parametrize(
    ("shape", "options", "problem"),
    [
        ((2, 3, 256, 256), Options(), "one picture"),
        ((1, 3, 512, 512), Options(), r"\(N, 3, 256, 256\)"),
        ((1, 3, 256, 256), Options(multiplier=-1), "multiplier lies in 0..10"),
        ((1, 3, 256, 256), Options(region="hair"), "all, exp, pose, lip, eyes"),  # type: ignore[arg-type]
        ((1, 3, 256, 256), Options(observation_variance=0), "observation_variance lies in"),
    ],
)
def test_what_cannot_be(
    model: liveportrait.Model, pictures: Tensor, shape: tuple[int, ...], options: Options, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        liveportrait.Animator(model, torch.zeros(shape), model.info(pictures[:1]), options)


def test_unknown_precisions(weights: Weights) -> None:
    with pytest.raises(ValueError, match="fp32, fast, bf16, fp16"):
        liveportrait.load_model(weights, sizes=SMALL, precision="fp8")


@pytest.mark.usefixtures("switched_off")
def test_without_kernels_it_says_so(
    weights: Weights, model: liveportrait.Model, caplog: pytest.LogCaptureFixture
) -> None:
    slow = liveportrait.load_model(weights, sizes=SMALL, precision="fast")
    assert "TPSMM_KERNELS=off" in caplog.text
    features = torch.randn(1, SMALL.flat, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        found, wanted = (one.backend.decode(features)[0] for one in (slow, model))
    assert float((found - wanted).abs().max()) < 0.1 / 255
