"""A network that animates small moves the picture at its own size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import tpsmm
from foundation.errors import InputError
from networks.grids import coordinate_grid, warp
from tests.unit.tpsmm.conftest import INSTRUCTIONS, kernels_set_to
from tpsmm.full_size import detail_of, enlarged
from tpsmm.keypoints import fitted
from tpsmm.stand_in import stand_in_checkpoint
from tpsmm.state import SourceState

SIDE = 64
COMPACT = Path(__file__).resolve().parents[3] / "configs" / "models" / "duet-128.yaml"


@pytest.fixture
def small(params: dict[str, Any]) -> tpsmm.Model:
    """The tests' small network with a side of its own, and another one for its keypoints."""
    sections = params["model_params"]
    sections["common_params"]["side"] = SIDE
    sections["kp_detector_params"] = {"width": 0.25, "side": 48}
    config = tpsmm.load_config(params)
    return tpsmm.load_model(config, stand_in_checkpoint(config))


def smooth(height: int, width: int) -> Tensor:
    noise = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(5))
    return torch.sigmoid(torch.nn.functional.interpolate(noise, size=(height, width), mode="bicubic"))


def still(mask: float, shift: float = 0.0) -> tuple[Tensor, Tensor]:
    """Everything stays, or goes sideways: deformation and mask."""
    deformation = coordinate_grid(16, 16, torch.zeros(1)).unsqueeze(0) + torch.tensor([shift, 0.0])
    return deformation, torch.full((1, 1, 32, 32), mask)


def test_what_does_not_move_is_the_source_to_the_pixel() -> None:
    full = torch.rand(1, 3, 200, 160)
    source = fitted(full, SIDE)
    torch.testing.assert_close(enlarged(source, detail_of(full, source), *still(1.0)), full, atol=1e-4, rtol=0)


def test_what_only_moves_is_as_sharp_as_the_moved_source() -> None:
    full = smooth(256, 256) * 0.8 + 0.1 + 0.05 * (torch.arange(256) // 2 % 2)
    source, (deformation, mask) = fitted(full, SIDE), still(1.0, shift=0.25)
    made = enlarged(warp(source, deformation), detail_of(full, source), deformation, mask)
    wanted = warp(full, deformation)
    assert (made - wanted)[..., 8:-40].abs().mean() < 0.01
    without = torch.nn.functional.interpolate(warp(source, deformation), size=(256, 256), mode="bilinear")
    assert (without - wanted)[..., 8:-40].abs().mean() > 0.02


def test_no_ghost_of_the_source_where_all_is_painted() -> None:
    full, painted = torch.rand(1, 3, 128, 128), torch.full((1, 3, SIDE, SIDE), 0.5)
    made = enlarged(painted, detail_of(full, fitted(full, SIDE)), *still(0.0))
    torch.testing.assert_close(made, torch.full_like(made, 0.5))


@pytest.mark.parametrize("size", [(64, 64), (100, 100), (96, 150), (33, 40)])
def test_any_size_goes_in_and_comes_out(small: tpsmm.Model, size: tuple[int, int]) -> None:
    animator = tpsmm.Animator(small, smooth(*size), initial=smooth(80, 80))
    assert animator.render(smooth(90, 70)).shape == (1, 3, *size)
    assert animator.render(torch.zeros(0, 3, 80, 80)).shape == (0, 3, *size)


def test_a_stored_state_renders_the_same_bits(small: tpsmm.Model) -> None:
    source, frames = smooth(120, 120), torch.rand(3, 3, 48, 48)
    animator = tpsmm.Animator(small, source, initial=frames[:1])
    state = SourceState.from_tensors(animator.state.tensors(), small.device)
    again = tpsmm.Animator.restore(small, "relative", state)
    assert torch.equal(animator.render(frames), again.render(frames))
    assert torch.equal(animator.render(frames)[2:], again.render(frames[2:]))


@pytest.mark.parametrize("instructions", INSTRUCTIONS)
def test_the_kernels_take_the_compact_network(instructions: str) -> None:
    config = tpsmm.load_config(COMPACT)
    weights = stand_in_checkpoint(config)
    with kernels_set_to(instructions):
        plain, fast = (tpsmm.load_model(config, weights, precision=precision) for precision in ("fp32", "fast"))
    assert fast.backend.path == f"kernels, float32 ({instructions}, compiled by LLVM)"
    source, frame = smooth(128, 128), smooth(192, 192).flip(-1)
    made, wanted = (tpsmm.Animator(model, source, initial=source).render(frame) for model in (fast, plain))
    assert -10 * torch.log10(((made - wanted) ** 2).mean()) > 100


@pytest.mark.parametrize(
    ("section", "field", "value", "told"),
    [
        ("common_params", "side", 0, "side lies in 1..4096"),
        ("common_params", "side", "large", "common_params.side is to be a int"),
        ("kp_detector_params", "width", 9, "kp_detector_params.width lies in"),
        ("kp_detector_params", "depth", 18, "unknown kp_detector_params.depth"),
    ],
)
def test_wrong_fields_are_named(params: dict[str, Any], section: str, field: str, value: object, told: str) -> None:
    params["model_params"].setdefault(section, {})
    params["model_params"][section] = {**params["model_params"][section], field: value}
    with pytest.raises(InputError, match=told):
        tpsmm.load_config(params)
