"""Each loss against a case worked out by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from foundation.errors import InputError
from networks.grids import coordinate_grid
from tests.synthetic_tubes import face_points
from tpsmm.config import CommonConfig, GeneratorConfig
from tpsmm.inpainting import InpaintingNetwork
from tpsmm.training import landmark_losses, paper_losses, picture_losses
from tpsmm.training.avd import random_scale
from tpsmm.training.landmark_losses import FLAT, SHARP, WING
from tpsmm.training.networks import carried, dropout_softmax
from tpsmm.training.paper import milestone_rate, spline_dropout
from tpsmm.training.settings import LossWeights, TrainParams, Transform
from tpsmm.training.tubes import REGIONS, regions
from tpsmm.training.vgg import Vgg19, load_vgg19


def landmarks(opening: float = 0.1, lids: float = 0.05) -> Tensor:
    """(1, 478, 2), -1..1."""
    return torch.from_numpy(face_points(opening, lids) / 47.5 - 1).unsqueeze(0)


def test_perceptual_loss_sums_layers_and_scales() -> None:
    given, wanted = torch.full((1, 3, 8, 8), 0.5), torch.zeros(1, 3, 8, 8)

    def features(x: Tensor) -> list[Tensor]:
        return [x, 2 * x]

    # at the full size: 10 * 0.5 + 3 * 1.0
    assert paper_losses.perceptual_loss(features, given, wanted, [1], [10, 3]).item() == pytest.approx(8.0)
    twice = paper_losses.perceptual_loss(features, given, wanted, [1, 1], [10, 3])
    assert twice.item() == pytest.approx(16.0)
    assert paper_losses.perceptual_loss(features, given, wanted, [1], [0, 0]).item() == 0


def test_a_bend_without_strength_leaves_points_where_they_are_and_a_shift_costs_its_length() -> None:
    bend = paper_losses.RandomBend(torch.zeros(2, 3, 16, 16), Transform(0.0, 0.0, 5))
    points = torch.rand(2, 7, 2) * 2 - 1
    torch.testing.assert_close(bend.coordinates(points), points)
    keypoints = torch.zeros(2, 7, 2)
    pictures = torch.rand(2, 3, 16, 16)
    loss = paper_losses.equivariance_loss(lambda shown: keypoints + 0.25, pictures, keypoints, bend)
    assert loss.item() == pytest.approx(0.25)
    torch.testing.assert_close(bend.picture(pictures), pictures, atol=1e-5, rtol=0)


def test_a_detector_that_goes_with_the_picture_is_equivariant() -> None:
    """The brightest pixel's place, found again after a bend by a known affine map."""
    bend = paper_losses.RandomBend(torch.zeros(1, 3, 33, 33), Transform(0.0, 0.0, 5))
    bend.theta = torch.tensor([[[1.0, 0.0, 0.25], [0.0, 1.0, -0.125]]])
    picture = torch.zeros(1, 3, 33, 33)
    picture[..., 20, 24] = 1.0

    def brightest(shown: Tensor) -> Tensor:
        row, column = divmod(int(shown[0, 0].flatten().argmax()), 33)
        return torch.tensor([[[column / 16 - 1, row / 16 - 1]]])

    assert paper_losses.equivariance_loss(brightest, picture, brightest(picture), bend).item() < 1e-6


def test_warp_loss_is_nought_for_a_picture_that_did_not_move() -> None:
    torch.manual_seed(0)
    network = InpaintingNetwork(CommonConfig(2, 3, False, True), GeneratorConfig(4, 32, 3))
    picture = torch.rand(2, 3, 32, 32)
    still = coordinate_grid(32, 32, picture).expand(2, -1, -1, -1)
    masks = [torch.full((2, 1, size, size), 0.5) for size in (4, 8, 16, 32)]
    moved = paper_losses.moved_features(network.encode(picture), still, masks)
    assert paper_losses.warp_loss(network, picture, moved, masks).item() < 1e-5
    # without motion, features twice as bright differ by the features themselves, halved by the mask
    doubled = [2 * features for features in moved]
    wanted = torch.stack([(features * 0.5).abs().mean() for features in network.encode(picture)]).sum()
    assert paper_losses.warp_loss(network, picture, doubled, masks).item() == pytest.approx(wanted.item(), rel=1e-4)


def test_background_there_and_back() -> None:
    forth = torch.eye(3).unsqueeze(0).clone()
    forth[0, 0, 2] = 0.5
    back = torch.eye(3).unsqueeze(0).clone()
    back[0, 0, 2] = -0.5
    assert paper_losses.background_loss(forth, back).item() == 0
    # only one of nine entries is off, by 0.5
    assert paper_losses.background_loss(forth, torch.eye(3).unsqueeze(0)).item() == pytest.approx(0.5 / 9)
    assert carried(forth, torch.zeros(1, 3, 5, 5))[0, 2, 2].tolist() == [0.5, 0.0]


def test_dropout_never_drops_the_background_and_is_a_softmax_at_nought() -> None:
    logits = torch.randn(4, 6, 3, 3)
    torch.testing.assert_close(dropout_softmax(logits, 0.0), logits.softmax(dim=1), atol=1e-5, rtol=1e-4)
    torch.manual_seed(1)
    weights = dropout_softmax(logits, 0.999999)
    torch.testing.assert_close(weights[:, 0], torch.ones(4, 3, 3), atol=1e-4, rtol=0)
    assert weights[:, 1:].abs().max() == 0


def paper_params() -> TrainParams:
    weights = LossWeights([10.0] * 5, 10.0, 10.0, 10.0)
    return TrainParams(
        100, 75, [70, 90], 2e-4, 28, [1.0, 0.5], 0, 50, 35, 0.3, 0.1, 10, 10, Transform(0.05, 0.005, 5), weights
    )


def test_schedules_of_the_published_training() -> None:
    params = paper_params()
    assert [spline_dropout(params, epoch) for epoch in (0, 5, 10, 34, 35)] == pytest.approx([0.1, 0.25, 0.3, 0.3, 0])
    rates = [milestone_rate(2e-4, [70, 90], epoch) for epoch in (0, 69, 70, 90)]
    assert rates == pytest.approx([2e-4, 2e-4, 2e-5, 2e-6])


def test_keypoint_loss_by_hand() -> None:
    points = landmarks()
    exact = points[:, list(FLAT)]
    assert landmark_losses.keypoint_loss(exact, points).item() == 0
    # a shift of all costs the wing loss of the shift, and nothing for the openings
    shifted = exact + torch.tensor([0.01, 0.0])
    wanted = WING * math.log1p(0.01 / SHARP) / 2
    assert landmark_losses.keypoint_loss(shifted, points).item() == pytest.approx(wanted, rel=1e-3)
    # the same error in one lip alone costs more than its share, for the opening is wrong
    lip = exact.clone()
    lip[:, FLAT.index(14), 1] += 0.01
    alone = WING * math.log1p(0.01 / SHARP) / (2 * len(FLAT))
    assert landmark_losses.keypoint_loss(lip, points).item() > 2 * alone


def test_wing_is_continuous_where_it_turns_straight() -> None:
    around = landmark_losses.wing(torch.tensor([WING - 1e-6, WING + 1e-6]))
    assert (around[1] - around[0]).abs().item() < 1e-5


def test_flow_loss_reads_the_flow_where_the_landmarks_are() -> None:
    points = landmarks()
    still = coordinate_grid(64, 64, points).unsqueeze(0)
    assert landmark_losses.flow_loss(still, points, points).item() < 1e-4
    shift = torch.tensor([0.05, 0.0])
    assert landmark_losses.flow_loss(still + shift, points + shift, points).item() < 1e-4
    missed = landmark_losses.flow_loss(still, points + shift, points).item()
    assert missed == pytest.approx(WING * math.log1p(0.05 / SHARP) / 2, rel=1e-2)


def test_occlusion_is_taught_inside_an_open_mouth_alone() -> None:
    opened, closed = landmarks(0.2), landmarks(0.005)
    for points, asks in ((opened, True), (closed, False)):
        drawn = torch.from_numpy(regions(points[0].numpy(), 64)).unsqueeze(0).float() / 255
        moved = torch.full((1, 1, 32, 32), 0.99)
        painted = torch.full((1, 1, 32, 32), 0.01)
        inside = torch.nn.functional.interpolate(drawn[:, 3:4], size=(32, 32), mode="area")
        right = 0.99 - 0.98 * inside if asks else moved
        assert landmark_losses.occlusion_loss(right, drawn, points) < landmark_losses.occlusion_loss(
            painted, drawn, points
        )
        if asks:
            assert landmark_losses.occlusion_loss(right, drawn, points) < landmark_losses.occlusion_loss(
                moved, drawn, points
            )
        else:
            assert landmark_losses.occlusion_loss(moved, drawn, points).item() < 0.02


def test_regions_are_where_they_should_be() -> None:
    drawn = regions(landmarks(0.2)[0].numpy(), 96)
    assert drawn.shape == (len(REGIONS), 96, 96)
    face, eyes, lips, inside = drawn
    assert (face[48, 48], face[2, 2]) == (255, 0)
    assert (inside[57, 48], face[57, 48], lips[57, 48]) == (255, 255, 255)
    assert (eyes[44, 41], eyes[57, 48]) == (255, 0)


def test_picture_losses_by_hand() -> None:
    given, wanted = torch.full((1, 3, 16, 16), 0.6), torch.full((1, 3, 16, 16), 0.5)
    flat = torch.ones(1, 1, 16, 16)
    assert picture_losses.weighted_l1(given, wanted, flat).item() == pytest.approx(0.1)
    assert picture_losses.pyramid_l1(given, wanted, flat).item() == pytest.approx(0.1)
    assert picture_losses.gradient_l1(given, wanted, flat).item() == pytest.approx(0.0, abs=1e-7)
    assert picture_losses.ssim_loss(wanted, wanted, flat).item() == pytest.approx(0.0, abs=1e-6)
    edge = wanted.clone()
    edge[..., 8:] += 0.1
    # one column of fifteen differences, in each of sixteen rows
    assert picture_losses.gradient_l1(edge, wanted, flat).item() == pytest.approx(0.1 / 15, rel=1e-3)


def test_weights_of_regions_have_mean_one() -> None:
    drawn = torch.from_numpy(regions(landmarks(0.2)[0].numpy(), 64)).unsqueeze(0).float() / 255
    weights = picture_losses.region_weights(drawn)
    assert weights.mean().item() == pytest.approx(1.0, rel=1e-5)
    assert weights[0, 0, 38, 32] > 3 * weights[0, 0, 2, 2]


def test_random_scale_stretches_x_and_y_of_a_whole_set() -> None:
    keypoints = torch.ones(50, 4, 2)
    scaled = random_scale(keypoints, 0.25)
    assert (scaled == scaled[:, :1]).all()
    assert 0.75 <= scaled.min() <= 0.9
    assert 1.1 <= scaled.max() <= 1.25


def test_vgg_has_torchvisions_keys_and_layers(tmp_path: Path) -> None:
    network = Vgg19()
    keys = list(network.state_dict())
    assert (keys[0], keys[-1], len(keys)) == ("features.0.weight", "features.28.bias", 26)
    whole = {name: torch.randn_like(value) for name, value in network.state_dict().items()}
    torch.save(
        whole | {"features.30.weight": torch.zeros(1), "classifier.0.weight": torch.zeros(1)}, tmp_path / "vgg.pth"
    )
    loaded = load_vgg19(tmp_path / "vgg.pth")
    picture = torch.rand(1, 3, 32, 32)
    found = loaded(picture)
    assert [tuple(level.shape[1:]) for level in found] == [
        (64, 32, 32), (128, 16, 16), (256, 8, 8), (512, 4, 4), (512, 2, 2)
    ]  # fmt: skip
    first = nn.functional.conv2d(
        (picture - loaded.mean) / loaded.deviation, whole["features.0.weight"], whole["features.0.bias"], padding=1
    )
    torch.testing.assert_close(found[0], first.relu())


def test_other_weights_are_no_vgg(tmp_path: Path) -> None:
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "resnet.pth")
    with pytest.raises(InputError, match="not the weights of VGG-19"):
        load_vgg19(tmp_path / "resnet.pth")
    (tmp_path / "text.pth").write_text("no weights")
    with pytest.raises(InputError, match=r"cannot be read|not the weights"):
        load_vgg19(tmp_path / "text.pth")
