from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

import tpsmm
from networks.grouping import Grouping
from networks.reference import hull_area, movement_scale
from tests.unit.tpsmm.conftest import INSTRUCTIONS, fast_model
from tpsmm.dense_motion import MotionSource


@pytest.fixture(params=["fp32", *INSTRUCTIONS])
def any_model(request: pytest.FixtureRequest, model: tpsmm.Model) -> tpsmm.Model:
    return model if request.param == "fp32" else fast_model(request.param)


@pytest.mark.parametrize("mode", ["standard", "relative", "avd"])
def test_frames_do_not_depend_on_how_they_are_grouped(any_model: tpsmm.Model, pictures: Tensor, mode: str) -> None:
    animator = tpsmm.Animator(any_model, pictures[:1], mode=mode, initial=pictures[1:2])
    frames = pictures[2:5]
    whole = animator.render(frames)
    assert whole.shape == frames.shape
    assert whole.dtype == torch.float32
    assert 0 <= float(whole.min()) < float(whole.max()) <= 1
    parts = torch.cat([animator.render(frames[1:]), animator.render(frames[:1])])
    assert torch.equal(whole, parts.roll(1, dims=0))


def test_bits_do_not_depend_on_how_many_processors_there_are(any_model: tpsmm.Model, pictures: Tensor) -> None:
    before = torch.get_num_threads()
    made = []
    try:
        for count in (1, 2, 3):  # what torch finds on machines of so many
            torch.set_num_threads(count)
            animator = tpsmm.Animator(any_model, pictures[:1], mode="relative", initial=pictures[1:2])
            again = tpsmm.Animator.restore(any_model, "relative", animator.state)
            frames = [one.render(pictures[2:4]) for one in (animator, again)]
            made.append((*animator.state.tensors().values(), *frames))
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(before)
    for other in made[1:]:
        assert all(torch.equal(one, two) for one, two in zip(made[0], other, strict=True))


@pytest.mark.parametrize("mode", ["standard", "relative", "avd"])
def test_all_of_a_motion_is_the_motion_to_the_bit(any_model: tpsmm.Model, pictures: Tensor, mode: str) -> None:
    """Splines magnify what rounding would leave of the way there and back; a share of 0 is the reference's pose."""
    animator = tpsmm.Animator(any_model, pictures[:1], mode=mode, initial=pictures[1:2])
    frames = pictures[2:4]
    assert torch.equal(animator.render(frames, torch.ones(2)), animator.render(frames))
    still = animator.render(frames, torch.zeros(2))
    assert torch.equal(still[0], still[1])
    assert torch.equal(still[:1], animator.pose(animator.transfer(animator.state.initial)))


def test_a_stored_state_renders_the_same_bits(any_model: tpsmm.Model, pictures: Tensor) -> None:
    animator = tpsmm.Animator(any_model, pictures[:1], mode="relative", initial=pictures[1:2])
    file = io.BytesIO()
    arrays: dict[str, Any] = {name: tensor.numpy() for name, tensor in animator.state.tensors().items()}
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as stored:
        tensors = {name: torch.from_numpy(stored[name]) for name in stored.files}
    state = tpsmm.SourceState.from_tensors(tensors, any_model.device)
    again = tpsmm.Animator.restore(any_model, "relative", state)
    assert torch.equal(again.render(pictures[2:4]), animator.render(pictures[2:4]))


def test_the_results_shapes(model: tpsmm.Model, pictures: Tensor) -> None:
    animator = tpsmm.Animator(model, pictures[:1], mode="relative", initial=pictures[1:2])
    motion = animator.motion(pictures[1:4])
    assert motion.keypoints.shape == (3, 10, 2)
    assert motion.deformation.shape == (3, 16, 24, 2)
    assert [tuple(mask.shape) for mask in motion.occlusion] == [(3, 1, 64 // k, 96 // k) for k in (8, 4, 2, 1)]
    assert model.keypoints(pictures).abs().max() <= 1
    assert model.keypoints(pictures[:0]).shape == (0, 10, 2)
    assert animator.render(pictures[:0]).shape == (0, 3, 64, 96)


def test_relative_motion_of_the_reference_frame_is_none(model: tpsmm.Model, pictures: Tensor) -> None:
    animator = tpsmm.Animator(model, pictures[:1], mode="relative", initial=pictures[1:2])
    assert torch.equal(animator.motion(pictures[1:2]).keypoints, model.keypoints(pictures[:1]))


def test_a_reference_without_a_hull_moves_unscaled() -> None:
    source = torch.tensor([[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]])
    on_a_spot = torch.zeros(1, 4, 2)
    assert movement_scale(source, on_a_spot) == 1.0
    assert movement_scale(source, source * torch.nan) == 1.0
    assert movement_scale(source, source * 0.5) == pytest.approx(2.0)
    assert hull_area(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])) == 0.0


def test_a_clip_of_one_colour(model: tpsmm.Model, pictures: Tensor) -> None:
    grey = torch.full_like(pictures[:2], 0.5)
    animator = tpsmm.Animator(model, pictures[:1], mode="relative", initial=grey[:1])
    assert torch.isfinite(animator.render(grey)).all()


def test_best_frame_and_its_order() -> None:
    square = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    bent = square + torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.3, 0.2], [0.0, 0.0]])
    frames = torch.stack([bent, square * 3 + 7, bent])
    assert tpsmm.best_reference(square, frames) == 1
    assert tpsmm.outward_order(5, 2) == [2, 3, 4, 1, 0]
    with pytest.raises(ValueError, match="no driving frames"):
        tpsmm.best_reference(square, frames[:0])


@pytest.mark.parametrize(
    ("source", "mode", "problem"),
    [
        (torch.zeros(2, 3, 64, 64), "standard", "one picture"),
        (torch.zeros(1, 3, 64, 72), "standard", "multiples of 16"),
        (torch.zeros(1, 3, 16, 16), "standard", "at least 32 pixels"),
        (torch.zeros(1, 1, 64, 64), "standard", r"\(N, 3, H, W\)"),
        (torch.zeros(3, 64, 64), "standard", r"\(N, 3, H, W\)"),
        (torch.zeros(1, 3, 64, 64, dtype=torch.uint8), "standard", "floats in 0..1"),
        (torch.zeros(1, 3, 64, 64), "relative", "needs `initial`"),
        (torch.zeros(1, 3, 64, 64), "funny", "standard, relative, avd"),
    ],
)
def test_pictures_and_modes_that_cannot_be(model: tpsmm.Model, source: Tensor, mode: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        tpsmm.Animator(model, source, mode=mode)


def test_unknown_precisions(config: tpsmm.ModelConfig) -> None:
    with pytest.raises(ValueError, match="fp32, fast, bf16, fp16"):
        tpsmm.load_model(config, {}, precision="fp8")


def test_streams_are_the_same_pictures_in_bytes(model: tpsmm.Model, pictures: Tensor) -> None:
    animator = tpsmm.Animator(model, pictures[:1], mode="standard")
    frames = [(frame.permute(1, 2, 0) * 255).round().byte().numpy() for frame in pictures[1:4]]
    read: list[int] = []

    def reader() -> Iterator[NDArray[np.uint8]]:
        for index, frame in enumerate(frames):
            read.append(index)
            yield frame

    shown = tpsmm.render_stream(animator, reader())
    first = next(shown)
    assert read == [0]
    given = torch.from_numpy(frames[0]).permute(2, 0, 1).unsqueeze(0).float() / 255
    wanted = (animator.render(given)[0] * 255).round().byte().permute(1, 2, 0).numpy()
    assert np.array_equal(first, wanted)
    assert len(list(shown)) == 2


def test_a_device_that_runs_out_of_memory_is_given_half_from_then_on(
    model: tpsmm.Model, pictures: Tensor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    animator = tpsmm.Animator(model, pictures[:1], mode="relative", initial=pictures[1:2])
    frames = pictures.repeat(2, 1, 1, 1)[:7]
    whole, backend, grouping = animator.render(frames), model.backend, Grouping(6)
    move, sizes = backend.move, []

    def cramped(source: MotionSource, keypoints: Tensor) -> tuple[Tensor, list[Tensor]]:
        sizes.append(len(keypoints))
        if len(keypoints) > room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return move(source, keypoints)

    room = 3
    monkeypatch.setattr(model, "grouping", grouping)
    monkeypatch.setattr(backend, "move", cramped)
    assert (animator.render(frames) - whole).abs().max() < 0.1 / 255
    assert "too small for 6 frames at once: 3 from now on; set the engine's group to 3" in caplog.text
    assert sizes == [6, 3, 3, 3]  # the last one filled up
    sizes.clear()
    animator.render(frames)
    assert sizes == [3, 3, 3]
    room = 0
    with pytest.raises(torch.OutOfMemoryError):
        animator.render(frames)
