"""Nothing of an animation stays behind on the CPU: proven without a GPU."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import fomm
from tests.fakes.away import AWAY, away


@pytest.mark.parametrize("mode", ["standard", "relative"])
def test_an_animation_on_another_device_is_the_same(
    mode: str, config: fomm.ModelConfig, checkpoint: dict[str, dict[str, Tensor]], model: fomm.Model, pictures: Tensor
) -> None:
    here = fomm.Animator(model, pictures[:1], mode=mode, initial=pictures[1:2])
    keep = torch.tensor([0.5, 1.0])
    wanted = here.render(pictures[2:4], keep)
    with away():
        there = fomm.load_model(config, checkpoint, device=AWAY)
        animator = fomm.Animator(there, pictures[:1], mode=mode, initial=pictures[1:2])
        state = fomm.SourceState.from_tensors(here.state.tensors(), there.device)
        found = [
            animator.render(pictures[2:4], keep).cpu(),
            fomm.Animator.restore(there, mode, state).render(pictures[2:4], keep).cpu(),
        ]
    for each in found:
        torch.testing.assert_close(each, wanted, atol=2e-3, rtol=0)
