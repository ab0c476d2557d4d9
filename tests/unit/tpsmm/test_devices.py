"""Nothing of an animation stays behind on the CPU, and float32 is float32: proven without a GPU."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import tpsmm
from tests.fakes.away import AWAY, Rounding, away


@pytest.mark.parametrize(
    "mode", ["standard", pytest.param("relative", marks=pytest.mark.slow), pytest.param("avd", marks=pytest.mark.slow)]
)
def test_an_animation_on_another_device_is_the_same(
    mode: str, config: tpsmm.ModelConfig, checkpoint: dict[str, dict[str, Tensor]], pictures: Tensor
) -> None:
    """But for the order of sums. Frames, keypoints and stored states are given as the engine gives them."""
    here = tpsmm.Animator(tpsmm.load_model(config, checkpoint), pictures[:1], mode=mode, initial=pictures[1:2])
    keep = torch.tensor([0.5, 1.0])
    wanted = here.render(pictures[2:4], keep)
    with away():
        model = tpsmm.load_model(config, checkpoint, device=AWAY)
        animator = tpsmm.Animator(model, pictures[:1], mode=mode, initial=pictures[1:2])
        state = tpsmm.SourceState.from_tensors(here.state.tensors(), model.device)
        found = [
            animator.render(pictures[2:4], keep).cpu(),
            tpsmm.Animator.restore(model, mode, state).render(pictures[2:4], keep).cpu(),
            animator.pose(animator.transfer(model.keypoints(pictures[2:4])), keep).cpu(),
            animator.pose(animator.transfer(here.model.keypoints(pictures[2:4])), keep).cpu(),
        ]
    for each in found:
        torch.testing.assert_close(each, wanted, atol=2e-3, rtol=0)


def test_float32_is_no_tf32_while_it_computes(model: tpsmm.Model, pictures: Tensor) -> None:
    seen: list[Any] = []
    parts = torch.backends.cudnn.conv, torch.backends.cuda.matmul  # type: ignore[attr-defined]
    before = [part.fp32_precision for part in parts]
    hooks = [
        network.register_forward_pre_hook(lambda *_: seen.append([part.fp32_precision for part in parts]))
        for network in (model.kp_detector, model.dense_motion_network)
    ]
    animator = tpsmm.Animator(model, pictures[:1], mode="relative", initial=pictures[1:2])
    animator.render(pictures[2:3])
    for hook in hooks:
        hook.remove()
    assert len(seen) >= 3
    assert all(precisions == ["ieee", "ieee"] for precisions in seen)
    assert [part.fp32_precision for part in parts] == before  # who uses the library beside other things keeps theirs


def test_tf32_would_show_and_does_not(
    config: tpsmm.ModelConfig, checkpoint: dict[str, dict[str, Tensor]], pictures: Tensor
) -> None:
    """On a stand-in that rounds where PyTorch's settings let a GPU round."""

    def seen(rounding: Rounding) -> list[Tensor]:
        with away(tf32=rounding):
            model = tpsmm.load_model(config, checkpoint, device=AWAY)
            animator = tpsmm.Animator(model, pictures[:1], mode="relative", initial=pictures[1:2])
            return [model.keypoints(pictures[2:4].to(AWAY)).cpu(), animator.render(pictures[2:4]).cpu()]

    exact, honest, rounded = seen("never"), seen("as set"), seen("by default")
    for one, other, spoilt in zip(exact, honest, rounded, strict=True):
        assert torch.equal(one, other)
        assert float((one - spoilt).abs().max()) > 1e-4
