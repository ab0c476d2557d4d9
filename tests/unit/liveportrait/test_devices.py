"""Nothing of an animation stays behind on the CPU: proven without a GPU."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import liveportrait
from tests.fakes.away import AWAY, away
from tests.tiny_networks import LIVEPORTRAIT
from tests.unit.liveportrait.conftest import Weights
from tests.unit.liveportrait.test_animator import RATIOS, animator


@pytest.mark.slow
@pytest.mark.parametrize("options", [liveportrait.Options(), liveportrait.Options(relative=False)])
def test_an_animation_on_another_device_is_the_same(
    options: liveportrait.Options, weights: Weights, model: liveportrait.Model, pictures: Tensor
) -> None:
    here = animator(model, pictures, options)
    keep = torch.tensor([0.5])
    wanted = here.render(pictures[2:3], RATIOS, keep)
    with away():
        there = liveportrait.load_model(weights, device=AWAY, sizes=LIVEPORTRAIT)
        state = liveportrait.SourceState.from_tensors(here.state.tensors(), there.device)
        found = [
            animator(there, pictures, options).render(pictures[2:3], RATIOS, keep).cpu(),
            liveportrait.Animator.restore(there, options, state).render(pictures[2:3], RATIOS, keep).cpu(),
        ]
    for each in found:
        torch.testing.assert_close(each, wanted, atol=5e-3, rtol=0)
