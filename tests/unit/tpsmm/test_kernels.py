from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
import torch
from llvmlite import binding
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

import tpsmm
from networks import kernels
from networks.blocks import UpBlock
from networks.grids import settled
from networks.kernels.forms import F4, F6, Form
from networks.kernels.jit import Library, compile_library, here
from networks.kernels.layers import DoublingLayer, Norm, SmallLayer, WinogradLayer, form_for
from networks.kernels.machine import AVX2, AVX512, NEON, Shape, Target, targets
from networks.kernels.plane_layers import PlaneLayer, Planes
from networks.kernels.up_block import KernelUpBlock
from networks.narrow import NarrowConv2d
from networks.upsampling import phase_convolution, phase_weights
from tests.unit.tpsmm.conftest import INSTRUCTIONS, fast_model, kernels_set_to

Checkpoint = dict[str, dict[str, Tensor]]
pytestmark = pytest.mark.skipif(not kernels.status().active, reason=kernels.status().reason)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def switched_off() -> Iterator[None]:
    with kernels_set_to("off"):
        yield


@pytest.fixture(scope="module", params=[AVX2, AVX512, NEON], ids=lambda shape: shape.name)
def compiled(request: pytest.FixtureRequest) -> Library:
    """As a machine with these registers has them, where this one can run that; else LLVM makes them of its own."""
    native = {target.shape: target for target in here()}
    features = binding.get_host_cpu_features().flatten()
    return compile_library(native.get(request.param) or Target(request.param, binding.get_host_cpu_name(), features))


def drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def nchw(picture: Tensor) -> Tensor:
    return picture.permute(2, 0, 1).unsqueeze(0)


def hwc(planes: Tensor) -> Tensor:
    return planes[0].permute(1, 2, 0)


def moments(picture: Tensor) -> Tensor:
    return torch.stack([picture.sum(dim=(0, 1)), (picture**2).sum(dim=(0, 1))])


def test_fast_is_fp32_but_for_rounding(model: tpsmm.Model, fast: tpsmm.Model, pictures: Tensor) -> None:
    frames = [
        tpsmm.Animator(one, pictures[:1], mode="relative", initial=pictures[1:2]).render(pictures[2:4])
        for one in (model, fast)
    ]
    assert fast.backend.path.startswith("kernels")
    error = frames[0] - frames[1]
    assert 0 < float(error.abs().max()) < 1e-3
    assert -10 * torch.log10((error**2).mean()) > 100


def test_bumps_are_settled_and_change_no_bit(fast: tpsmm.Model, pictures: Tensor) -> None:
    network = fast.dense_motion_network
    taken = fast.keypoints(pictures[1:2])
    source = network.encode(pictures[:1], fast.keypoints(pictures[:1]))
    candidates, features = network.candidates(source, taken)
    tiny = torch.finfo(torch.float32).tiny
    assert ((features != 0) & (features.abs() < tiny)).any()
    deformation, masks = network(source, taken)
    plain, plain_masks = network.blend(candidates, network.hourglass(features))
    assert torch.equal(deformation, plain)
    assert all(torch.equal(mask, other) for mask, other in zip(masks, plain_masks, strict=True))
    broken = settled(torch.tensor([float("nan"), tiny / 2, -1.0]))
    assert broken[0].isnan()
    assert broken[1:].tolist() == [0, -1]


def test_pictures_of_no_whole_tiles(model: tpsmm.Model, fast: tpsmm.Model, pictures: Tensor) -> None:
    cut = pictures[:2, :, :48, :80]
    frames = [tpsmm.Animator(one, cut[:1], mode="standard").render(cut[1:]) for one in (model, fast)]
    assert float((frames[0] - frames[1]).abs().max()) < 1e-3


@pytest.mark.usefixtures("threads")
def test_bits_do_not_depend_on_threads(fast: tpsmm.Model, pictures: Tensor) -> None:
    state = tpsmm.Animator(fast, pictures[:1], mode="standard").state
    keypoints = fast.keypoints(pictures[1:2])
    frames = []
    for count in (1, 2, 3):
        torch.set_num_threads(count)
        with torch.inference_mode():
            deformation, masks = fast.backend.move(state.motion, keypoints)
            frames.append(fast.backend.paint(state.picture, state.maps, deformation, masks)[0])
    assert torch.equal(frames[0], frames[1])
    assert torch.equal(frames[0], frames[2])


def test_a_broken_picture_is_made_again_in_plain_float32(fast: tpsmm.Model, pictures: Tensor) -> None:
    """Features that overflow reach the kernels as infinities, which must come out as NaN."""
    animator = tpsmm.Animator(fast, pictures[:1], mode="standard")
    motion, whole = animator.motion(pictures[1:2]), animator.state
    animator._maps = [torch.full_like(level, torch.inf) for level in whole.maps]
    tried = animator.tried(pictures[1:2])
    assert tried.pictures.isnan().any()
    assert not tried.sound.any()
    with torch.inference_mode():
        wanted = fast.inpainting_network(whole.picture, whole.maps, motion.deformation, motion.occlusion)
    assert torch.equal(animator.render(pictures[1:2]), wanted)


@pytest.mark.parametrize(
    ("height", "width", "channels", "form"),
    [(4, 4, 32, F4), (8, 20, 32, F4), (24, 16, 32, F4), (5, 3, 32, F4), (12, 6, 128, F6), (23, 64, 128, F6)],
)
def test_winograd(compiled: Library, height: int, width: int, channels: int, form: Form) -> None:
    assert form_for(height, width, channels) == form
    x, bias, other = drawn(height, width, channels), drawn(64), drawn(height, width, 64)
    weight, norm = drawn(64, channels, 3, 3) / (3 * channels**0.5), Norm(drawn(channels).abs(), drawn(channels))
    layer = WinogradLayer(compiled, weight, bias)
    plain = hwc(F.conv2d(nchw(x).double(), weight.double(), bias.double(), padding=1)).float()
    assert torch.allclose(layer(x)[0], plain, atol=1e-4)
    normed = F.relu(x * norm.scale + norm.shift)
    wanted = hwc(F.conv2d(nchw(normed).double(), weight.double(), bias.double(), padding=1)).float() + other
    found, sums = layer(x, norm, addend=other)
    assert torch.allclose(found, wanted, atol=1e-4)
    assert torch.allclose(sums.sum(dim=0), moments(wanted), rtol=1e-3, atol=1e-2)


@pytest.mark.usefixtures("threads")
def test_heavy_weights_are_shared_without_a_trace() -> None:
    x, weights, bias = drawn(14, 300, 512), drawn(2, 128, 512, 3, 3) / 70, drawn(256)
    layer = WinogradLayer(compile_library(here()[0]), tuple(weights), bias)
    wanted = hwc(F.conv2d(nchw(x), weights.flatten(0, 1), bias, padding=1))
    made = []
    for count in (1, 2, 3):
        torch.set_num_threads(count)
        made.append(layer(x))
    assert torch.allclose(made[0][0], wanted, atol=3e-4)  # 4608 products each, of numbers up to 6
    for found, sums in made[1:]:
        assert torch.equal(found, made[0][0])
        assert torch.equal(sums, made[0][1])


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (12, 16), (20, 24)])
def test_doubling_in_both_forms(compiled: Library, height: int, width: int) -> None:
    x, weight, bias = drawn(height, width, 32), drawn(32, 32, 3, 3) / 17, drawn(32)
    wanted = hwc(F.conv2d(F.interpolate(nchw(x), scale_factor=2.0), weight, bias, padding=1))
    found, sums = DoublingLayer(compiled, weight, bias)(x)
    assert torch.allclose(found, wanted, atol=1e-5)
    assert torch.allclose(sums.sum(dim=0), moments(wanted), rtol=1e-3, atol=1e-2)
    folded = phase_convolution(nchw(x), phase_weights(weight), bias)
    assert torch.allclose(hwc(folded), wanted, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 2), (8, 4), (20, 24)])
def test_up_blocks_of_any_width(compiled: Library, size: tuple[int, int]) -> None:
    block = UpBlock(37, 21).requires_grad_(False)
    block.norm.get_parameter("weight").copy_(drawn(21))
    x = drawn(2, 37, *size).contiguous(memory_format=torch.channels_last)
    wanted = block(x)
    block.delegate(KernelUpBlock(compiled, block))
    found = block(x)
    assert torch.allclose(found, wanted, atol=1e-4)
    assert torch.equal(block(x[1:])[0], found[1])
    assert torch.allclose(copy.deepcopy(block)(x), wanted, atol=1e-6)


@pytest.mark.parametrize(("height", "width", "outputs"), [(1, 1, 1), (5, 3, 2), (64, 20, 3), (130, 7, 1)])
def test_narrow_convolutions_in_both_forms(height: int, width: int, outputs: int) -> None:
    layer = NarrowConv2d(16, outputs, 7).requires_grad_(False)
    x = torch.randn(2, 16, height, width)
    wanted = layer(x)
    layer.fold()
    assert torch.allclose(layer(x), wanted, atol=1e-5)


def test_small_pictures(compiled: Library) -> None:
    x, weight, bias = drawn(3, 5, 48), drawn(32, 48, 3, 3) / 20, drawn(32)
    wanted = hwc(F.conv2d(nchw(x), weight, bias, padding=1))
    found, sums = SmallLayer(compiled, weight, bias)(x)
    assert torch.allclose(found, wanted, atol=1e-5)
    assert torch.allclose(sums.sum(dim=0), moments(wanted), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(("group", "outputs", "width"), [(1, 1, 32), (3, 3, 64), (4, 6, 24), (1, 2, 136)])
def test_planes(compiled: Library, group: int, outputs: int, width: int) -> None:
    x, weight, bias = drawn(9, width, 16), drawn(outputs, 16, 7, 7) / 28, drawn(outputs)
    layer = PlaneLayer(compiled, group, weight, bias)
    wanted = F.conv2d(nchw(x), weight, bias, padding=3)[0]
    assert torch.allclose(layer(Planes.of(compiled, x.permute(2, 0, 1))), wanted, atol=1e-5)
    norm = Norm(drawn(16).abs(), drawn(16))
    wanted = F.conv2d(F.relu(nchw(x * norm.scale + norm.shift)), weight, bias, padding=3)[0]
    assert torch.allclose(layer(Planes.normalised(compiled, x, norm)), wanted, atol=1e-5)


@pytest.mark.skipif(len(INSTRUCTIONS) < 2, reason="this processor has one kind of vector instructions")
def test_bits_do_not_depend_on_the_registers(pictures: Tensor) -> None:
    frames = []
    for name in INSTRUCTIONS:
        model = fast_model(name)
        assert name in model.backend.path
        frames.append(tpsmm.Animator(model, pictures[:1], mode="standard").render(pictures[1:3]))
    for others in frames[1:]:
        assert torch.equal(others, frames[0])


@pytest.mark.parametrize(
    ("architecture", "features", "shapes"),
    [
        ("x86_64", {"avx2": True, "fma": True, "avx512f": True}, [AVX512, AVX2]),
        ("x86_64", {"avx2": True, "fma": True}, [AVX2]),
        ("x86_64", {"avx2": True, "fma": False}, []),
        ("x86_64", {}, []),
        ("aarch64", {}, [NEON]),
        ("riscv64", {}, []),
    ],
)
def test_the_best_registers_come_first(architecture: str, features: dict[str, bool], shapes: list[Shape]) -> None:
    assert [target.shape for target in targets(architecture, "some-cpu", features)] == shapes


def test_instructions_that_are_not_there_are_named() -> None:
    with kernels_set_to("AVX-1024"):
        told = kernels.status()
    assert not told.active
    assert INSTRUCTIONS[0] in told.reason
    assert "not AVX-1024" in told.reason


def test_an_old_processor_says_so_once_in_one_line(
    config: tpsmm.ModelConfig,
    checkpoint: Checkpoint,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(binding, "get_host_cpu_features", dict)
    monkeypatch.setattr(binding, "get_process_triple", lambda: "x86_64-unknown-linux-gnu")
    with kernels_set_to(""):
        model = tpsmm.load_model(config, checkpoint, precision="fast")
    assert caplog.messages == [
        f"tpsmm: precision fast runs at fp32's speed: {binding.get_host_cpu_name()} has neither AVX2 with FMA nor NEON"
    ]
    assert model.backend.path.startswith("torch, float32 (no kernels")


@pytest.mark.usefixtures("switched_off")
def test_without_kernels_it_says_so_and_renders(
    config: tpsmm.ModelConfig,
    checkpoint: Checkpoint,
    model: tpsmm.Model,
    pictures: Tensor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert not kernels.status().active
    plain = tpsmm.load_model(config, checkpoint)
    assert "no kernels" in plain.backend.path
    slow = tpsmm.load_model(config, checkpoint, precision="fast")
    assert "TPSMM_KERNELS=off" in caplog.text
    assert "no kernels" in slow.backend.path
    every = (slow, plain, model)
    frames = [tpsmm.Animator(one, pictures[:1], mode="standard").render(pictures[1:2]) for one in every]
    assert torch.equal(frames[0], frames[1])
    assert float((frames[1] - frames[2]).abs().max()) < 0.1 / 255
