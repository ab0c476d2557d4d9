from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import fomm
from fomm.keypoints import Keypoints, inverse, relative, scale_of
from networks import kernels

Checkpoint = dict[str, dict[str, Tensor]]


@pytest.fixture(params=["model", "fast"])
def any_model(request: pytest.FixtureRequest) -> fomm.Model:
    found: fomm.Model = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("mode", ["standard", "relative"])
def test_frames_do_not_depend_on_how_they_are_grouped(any_model: fomm.Model, pictures: Tensor, mode: str) -> None:
    animator = fomm.Animator(any_model, pictures[:1], mode=mode, initial=pictures[1:2])
    frames = pictures[2:5]
    whole = animator.render(frames)
    assert whole.shape == frames.shape
    assert whole.dtype == torch.float32
    assert 0 <= float(whole.min()) < float(whole.max()) <= 1
    parts = torch.cat([animator.render(frames[1:]), animator.render(frames[:1])])
    assert torch.equal(whole, parts.roll(1, dims=0))


def test_a_stored_state_renders_the_same_bits(any_model: fomm.Model, pictures: Tensor) -> None:
    animator = fomm.Animator(any_model, pictures[:1], mode="relative", initial=pictures[1:2])
    file = io.BytesIO()
    arrays: dict[str, Any] = {name: tensor.numpy() for name, tensor in animator.state.tensors().items()}
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        tensors = {name: torch.from_numpy(stored[name]) for name in stored.files}
    state = fomm.SourceState.from_tensors(tensors, any_model.device)
    again = fomm.Animator.restore(any_model, "relative", state)
    assert torch.equal(again.render(pictures[2:4]), animator.render(pictures[2:4]))


@pytest.mark.skipif(not kernels.status().active, reason=kernels.status().reason)
def test_fast_is_fp32_but_for_rounding(model: fomm.Model, fast: fomm.Model, pictures: Tensor) -> None:
    assert fast.backend.path.startswith("kernels")
    for size in (slice(None), slice(0, 80)):  # the second is no whole tiles
        cut = pictures[..., size]
        made, wanted = (fomm.Animator(one, cut[:1], mode="standard").render(cut[1:2]) for one in (fast, model))
        assert float((made - wanted).abs().max()) < 0.1 / 255


def test_without_folding_and_kernels_the_network_says_the_same(
    config: fomm.ModelConfig, checkpoint: Checkpoint, model: fomm.Model, pictures: Tensor
) -> None:
    """In float64, part by part, with norms of their own and every doubling made."""
    plain = fomm.Model(config)
    for name, state in checkpoint.items():
        plain.get_submodule(name).load_state_dict(state)
    plain.double()
    own, driving = (plain.kp_detector(one.double()) for one in (pictures[:1], pictures[1:2]))
    found = model.keypoints(pictures[:1])
    assert torch.allclose(found.value.double(), own.value, atol=1e-5)
    assert torch.allclose(found.jacobian.double(), own.jacobian, atol=1e-5)
    generator = plain.generator
    source = pictures[:1].double()
    motion = generator.dense_motion_network(generator.dense_motion_network.encode(source, own), driving)
    wanted = generator(generator.encode(source), motion.deformation, motion.occlusion)
    made = fomm.Animator(model, pictures[:1], mode="standard").render(pictures[1:2])
    assert float((made.double() - wanted).abs().max()) < 0.1 / 255


def test_relative_motion_of_the_reference_frame_is_none(model: fomm.Model, pictures: Tensor) -> None:
    animator = fomm.Animator(model, pictures[:1], mode="relative", initial=pictures[1:2])
    own, first = model.keypoints(pictures[:1]), model.keypoints(pictures[1:2])
    taken = animator.transfer(first)
    assert torch.equal(taken.value, own.value)
    assert torch.allclose(taken.jacobian, own.jacobian, atol=1e-6)
    still = animator.render(pictures[2:4], keep=torch.zeros(2))
    assert torch.equal(still[0], still[1])
    assert torch.equal(animator.render(pictures[2:4], keep=torch.ones(2)), animator.render(pictures[2:4]))


def test_relative_motion_turns_and_scales() -> None:
    def square(size: float, angle: float) -> Keypoints:
        a = torch.tensor(angle)
        turn = torch.stack([torch.stack([a.cos(), -a.sin()]), torch.stack([a.sin(), a.cos()])])
        value = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]) * size
        return Keypoints(value.unsqueeze(0), turn.expand(1, 4, 2, 2))

    source, first, now = square(0.2, 0.3), square(0.4, 0.1), square(0.6, 0.5)
    scale = scale_of(source, first)
    assert scale == pytest.approx(0.5)
    moved = relative(source, now, first, scale)
    assert torch.allclose(moved.value, square(0.3, 0).value, atol=1e-6)
    assert torch.allclose(moved.jacobian, square(1, 0.7).jacobian, atol=1e-6)
    assert torch.equal(relative(source, now, first, 1.0, jacobian=False).jacobian, now.jacobian)
    assert torch.allclose(relative(source, now, first, 1.0).value, square(0.4, 0).value, atol=1e-6)


def test_adapting_the_scale_is_a_choice(model: fomm.Model, pictures: Tensor) -> None:
    found = [
        fomm.Animator(model, pictures[:1], initial=pictures[1:2], adapt_scale=adapt).state.scale.item()
        for adapt in (True, False)
    ]
    assert found[0] not in {found[1], 0}
    assert found[1] == 1


def test_matrices_without_an_inverse_lead_nowhere(model: fomm.Model, pictures: Tensor) -> None:
    matrices = torch.tensor([[[2.0, 1.0], [1.0, 1.0]], [[1.0, 2.0], [2.0, 4.0]]])
    assert torch.equal(inverse(matrices)[0], torch.tensor([[1.0, -1.0], [-1.0, 2.0]]))
    assert not torch.isfinite(inverse(matrices)[1]).any()
    animator = fomm.Animator(model, pictures[:1], mode="standard")
    found = model.keypoints(pictures[1:2])
    flat = Keypoints(found.value, torch.zeros_like(found.jacobian))
    with torch.inference_mode():
        motion = model.backend.move(animator.state.motion, flat)
        assert torch.isfinite(model.backend.paint(animator.state.features, motion)[0]).all()


def test_a_clip_of_one_colour(model: fomm.Model, pictures: Tensor) -> None:
    grey = torch.full_like(pictures[:2], 0.5)
    animator = fomm.Animator(model, pictures[:1], mode="relative", initial=grey[:1])
    assert torch.isfinite(animator.render(grey)).all()


def test_shapes(model: fomm.Model, pictures: Tensor) -> None:
    animator = fomm.Animator(model, pictures[:1], mode="relative", initial=pictures[1:2])
    motion = animator.motion(pictures[1:4])
    assert motion.deformation.shape == (3, 16, 24, 2)
    assert motion.mask.shape == (3, 5, 16, 24)
    assert motion.occlusion.shape == (3, 1, 16, 24)
    assert model.keypoints(pictures).value.abs().max() <= 1
    assert len(model.keypoints(pictures[:0])) == 0
    assert animator.render(pictures[:0]).shape == (0, 3, 64, 96)
    taken = list(fomm.render_stream(animator, [np.zeros((64, 96, 3), np.uint8)] * 2))
    assert [picture.shape for picture in taken] == [(64, 96, 3)] * 2


@pytest.mark.parametrize(
    ("source", "mode", "problem"),
    [
        (torch.zeros(2, 3, 64, 64), "standard", "one picture"),
        (torch.zeros(1, 3, 64, 72), "standard", "multiples of 16 pixels, not 64 x 72"),
        (torch.zeros(1, 3, 16, 16), "standard", "at least 32 pixels"),
        (torch.zeros(1, 1, 64, 64), "standard", r"\(N, 3, H, W\)"),
        (torch.zeros(1, 3, 64, 64, dtype=torch.uint8), "standard", "floats in 0..1"),
        (torch.zeros(1, 3, 64, 64), "relative", "needs `initial`"),
        (torch.zeros(1, 3, 64, 64), "avd", "standard, relative"),
    ],
)
def test_pictures_and_modes_that_cannot_be(model: fomm.Model, source: Tensor, mode: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        fomm.Animator(model, source, mode=mode)


def test_half_precision_paints_nearly_the_same(
    config: fomm.ModelConfig, checkpoint: Checkpoint, model: fomm.Model, pictures: Tensor
) -> None:
    """The path that CUDA devices take, on the CPU."""
    half = fomm.load_model(config, checkpoint)
    half.backend._use_half(torch.bfloat16)
    frames = [fomm.Animator(one, pictures[:1], mode="standard").render(pictures[1:2]) for one in (model, half)]
    assert frames[1].dtype == torch.float32
    assert 0 < float((frames[0] - frames[1]).square().mean()) < 1e-4
