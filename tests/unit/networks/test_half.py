"""Half precision and groups, as on a GPU, for every network: on the stand-in, which tells what the host waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import fomm
import liveportrait
import tpsmm
from fomm.stand_in import stand_in_checkpoint as fomm_weights
from foundation.errors import InputError
from liveportrait.stand_in import stand_in_weights
from networks.grouping import Grouping, Half
from networks.stream import render_stream
from tests.fakes.away import AWAY, away
from tests.tiny_networks import FOMM, LIVEPORTRAIT
from tests.unit.tpsmm.conftest import SMALL as TPSMM
from tpsmm.stand_in import stand_in_checkpoint as tpsmm_weights

Animator = tpsmm.Animator | fomm.Animator | liveportrait.Animator
GROUP = 4


class Made(NamedTuple):
    """An animator, and the last convolution of what is in half precision."""

    animator: Animator
    last: nn.Module


def made(network: str, pictures: Tensor, **how: Any) -> Made:
    """Motion is measured from the second of the pictures; the first serves as the source."""
    source, initial = pictures[:1], pictures[1:2]
    if network == "tpsmm":
        config = tpsmm.load_config({"model_params": TPSMM})
        one = tpsmm.load_model(config, tpsmm_weights(config), **how)
        return Made(tpsmm.Animator(one, source, initial=initial), last(one.backend._half, "final"))
    if network == "fomm":
        plan = fomm.load_config({"model_params": FOMM})
        two = fomm.load_model(plan, fomm_weights(plan), **how)
        return Made(fomm.Animator(two, source, initial=initial), last(two.backend._half, "final"))
    three = liveportrait.load_model(stand_in_weights(LIVEPORTRAIT), sizes=LIVEPORTRAIT, **how)
    animator = liveportrait.Animator(three, source, three.info(initial), liveportrait.Options())
    return Made(animator, last(three.backend._half, "conv_img"))


def last(half: Half[Any] | None, name: str) -> nn.Module:
    return nn.Identity() if half is None else half.network.get_submodule(name)


@pytest.fixture(params=["tpsmm", "fomm", pytest.param("liveportrait", marks=pytest.mark.slow)])
def network(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pictures(network: str) -> Tensor:
    """(5, 3, H, W), smooth, 0..1."""
    size = (256, 256) if network == "liveportrait" else (64, 96)
    noise = torch.randn(5, 3, 8, 8, generator=torch.Generator().manual_seed(3))
    return torch.sigmoid(2 * nn.functional.interpolate(noise, size=size, mode="bicubic"))


@contextmanager
def spoiling(layer: nn.Module, spoil: Callable[[Tensor], object]) -> Iterator[None]:
    """Meanwhile what the layer gives is spoilt, before anyone looks."""

    def hook(_module: nn.Module, _given: Any, out: Tensor) -> None:
        spoil(out)

    handle = layer.register_forward_hook(hook, prepend=True)
    yield
    handle.remove()


def set_second(value: float) -> Callable[[Tensor], None]:
    def spoil(out: Tensor) -> None:
        out[1, :, 5, 5] = value

    return spoil


def test_pictures_that_overflow_are_made_again_and_their_neighbours_keep_their_bits(
    network: str, pictures: Tensor
) -> None:
    """Infinities too, which the last squashing turns into black and white. What is rightly black is left alone."""
    frames: list[NDArray[np.uint8]] = [
        (picture.permute(1, 2, 0) * 255).round().byte().numpy() for picture in pictures[2:]
    ]
    wanted = made(network, pictures).animator.render(pictures[2:])
    with away() as mode:
        animator, layer = made(network, pictures, device=AWAY, precision="bf16", group=GROUP)
        whole, streamed = animator.render(pictures[2:]).cpu(), list(render_stream(animator, frames))
        for value in (float("inf"), float("-inf"), float("nan")):
            with spoiling(layer, set_second(value)):
                waits = mode.waits.copy()
                tried = animator.tried(pictures[2:])
                assert mode.waits == waits  # nothing on the host waits for a group that is under way
                assert tried.sound.cpu().numpy().tolist() == [True, False, True]
                mended = tried.mended().cpu()
            assert torch.equal(mended[::2], whole[::2])
            assert (mended[1] - wanted[1]).abs().max() < 1e-3
            assert not torch.equal(mended[1], whole[1])  # in float32, of features that were never rounded
        with spoiling(layer, set_second(float("nan"))):
            again = list(render_stream(animator, frames))
        with spoiling(layer, lambda out: out.fill_(-80)):
            assert animator.tried(pictures[2:]).sound.cpu().all()
    assert 0 < float((whole - wanted).square().mean()) < 1e-3
    assert np.array_equal(again[::2], streamed[::2])
    assert np.abs(again[1].astype(int) - streamed[1]).max() < 25  # bfloat16 against float32


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_frames_bits_do_not_depend_on_where_its_span_ends(network: str, pictures: Tensor, precision: str) -> None:
    with away():
        animator, _ = made(network, pictures, device=AWAY, precision=precision, group=3)
        whole = animator.render(pictures[1:]).cpu()
        assert torch.equal(animator.render(pictures[3:]).cpu(), whole[2:])


def test_numbers_that_are_none_are_no_picture() -> None:
    config = tpsmm.load_config({"model_params": TPSMM})
    weights = tpsmm_weights(config)
    for weight in weights["inpainting_network"].values():
        weight.fill_(1e38)
    animator = tpsmm.Animator(tpsmm.load_model(config, weights), torch.rand(1, 3, 64, 96), mode="standard")
    with pytest.raises(InputError, match="no picture"):
        next(render_stream(animator, [np.zeros((64, 96, 3), np.uint8)]))


@pytest.mark.parametrize("size", [0, 65, -1])
def test_groups_that_cannot_be(size: int) -> None:
    with pytest.raises(ValueError, match="1 to 64"):
        Grouping(size)
