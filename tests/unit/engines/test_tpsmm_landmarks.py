"""A network whose keypoints are landmarks, moved by the landmarks of the followed face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray

from engines.base import Driving, Portrait, Taking
from engines.tpsmm.engine import TpsmmEngine
from engines.tpsmm.followed import gone_to
from engines.tpsmm.options import Keypoints, Mode, Options
from face.motion import Motion, TurnRanges
from face.turns import Turns
from foundation.errors import ManifestError
from foundation.facetrack import Face, FaceTrack
from foundation.geometry import Image
from foundation.npy import BLOCK, Blocks
from foundation.schemes import MEDIAPIPE_478
from foundation.times import FrameRange
from tests.synthetic_tubes import face_points
from tests.tiny_model import tiny_config
from tpsmm.config import load_config
from tpsmm.stand_in import stand_in_checkpoint

pytestmark = pytest.mark.usefixtures("one_thread")
Files = dict[str, Path]
SIDE = 128
BRIDGE = 168
PERFORMED = ((0.06, 0.09), (0.06, 0.09), (0.0, 0.09), (0.14, 0.09), (0.06, 0.0), (0.0, 0.0))
"""Openings of mouth and lids, in face heights, frame by frame."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return network(tmp_path_factory.mktemp("taught"), landmarks=True)


def network(folder: Path, *, landmarks: bool) -> Files:
    """Config and checkpoint of ten splines."""
    content = tiny_config(10)
    content["model_params"]["kp_detector_params"] = {"width": 0.25, "landmarks": landmarks}
    (folder / "ten.yaml").write_text(yaml.safe_dump(content))
    torch.save(stand_in_checkpoint(load_config(folder / "ten.yaml")), folder / "ten.pth.tar")
    return {"config": folder / "ten.yaml", "checkpoint": folder / "ten.pth.tar"}


def points(mouth: float, lids: float, grown: float = 1.0, shift: tuple[float, float] = (0.0, 0.0)) -> NDArray[Any]:
    """(478, 3) in a picture of 128 pixels."""
    flat = (face_points(mouth, lids) - 48.0) * grown * 4 / 3 + 64 + np.array(shift)
    return np.hstack([flat, np.zeros((478, 1))]).astype(np.float64)


def picture(seed: int) -> Image:
    noise = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    return np.kron(noise, np.ones((8, 8, 1), np.uint8))


def portrait(mouth: float, lids: float = 0.06) -> Portrait:
    face = Face(points(mouth, lids), MEDIAPIPE_478, np.zeros(52), np.eye(4))
    return Portrait(picture(7), face, (True, True, True, True))


def driving(shift: float = 0.0, times: int = 1) -> Driving:
    """PERFORMED, so many times."""
    track = np.stack([points(*opened, 0.8, (shift * k, 0.0)) for k, opened in enumerate(PERFORMED * times)])
    count = len(track)
    poses = np.tile(np.eye(4), (count, 1, 1))
    followed = FaceTrack(track, np.ones(count, bool), np.zeros((count, 52)), poses, MEDIAPIPE_478, (SIDE, SIDE))
    return Driving(followed, 25.0, lambda numbers: (picture(k) for k in numbers))


def taking(files: Files, keypoints: Keypoints = "auto", turns: Turns | None = None, **motion: Any) -> Taking[Options]:
    options, still = Options(precision="fp32", keypoints=keypoints), {"reference": 0, "smoothing": 0.0}
    return Taking(options, files, Motion(**still | motion), turns or Turns())


def prepare(files: Files, given: Portrait, shift: float = 0.0, times: int = 1, **own: Any) -> dict[str, Any]:
    """What `prepare` leaves, with every array made in full, as tasks read it back."""
    arrays = TpsmmEngine().prepare(given, driving(shift, times), taking(files, **own), lambda _: None)
    return {name: array.whole() if isinstance(array, Blocks) else array for name, array in arrays.items()}


def turns_of(sings: slice, listening: float, frames: int) -> Turns:
    ranges = TurnRanges(sings=(FrameRange(sings.start, sings.stop),), ease=0, listening=listening)
    return Turns.of(ranges, slice(0, frames))


def openings(prepared: dict[str, Any], given: Portrait) -> tuple[NDArray[Any], NDArray[Any]]:
    """Of mouth and right eye, (N,) each, in the portrait's face heights."""
    taken = (prepared["points"] + 1) * (SIDE - 1) / 2
    height = np.linalg.norm(given.face.points[10] - given.face.points[152])
    gaps = [taken[:, lower] - taken[:, upper] for upper, lower in ((13, 14), (159, 145))]
    mouth, lids = (gap[:, 1] / height for gap in gaps)
    return mouth, lids


@pytest.mark.parametrize("own_mouth", [0.0, 0.1])
def test_a_mouth_opens_and_shuts_as_the_performers_whatever_the_portraits_does(files: Files, own_mouth: float) -> None:
    given = portrait(own_mouth)
    mouth, _ = openings(prepare(files, given), given)
    assert mouth == pytest.approx([opened for opened, _ in PERFORMED], abs=0.012)


def test_the_mouths_gain_counts(files: Files) -> None:
    given = portrait(0.0)
    usual, _ = openings(prepare(files, given), given)
    wider, _ = openings(prepare(files, given, mouth=1.5), given)
    assert wider == pytest.approx(1.5 * usual, abs=0.003)


def test_the_gains_of_head_and_expression_count(files: Files) -> None:
    given = portrait(0.0)
    usual, half, still = (prepare(files, given, shift=4.0, head=head, expression=0.0)["points"] for head in (1, 0.5, 0))
    assert np.ptp(usual[:, BRIDGE, 0]) > 0.1
    assert half[:, BRIDGE] - half[0, BRIDGE] == pytest.approx(0.5 * (usual[:, BRIDGE] - usual[0, BRIDGE]), abs=1e-3)
    assert np.ptp(still[:, BRIDGE], axis=0) == pytest.approx([0, 0], abs=1e-3)
    mouth, _ = openings({"points": still}, given)
    assert mouth == pytest.approx([opened for opened, _ in PERFORMED], abs=0.012)


def test_a_mouth_seen_from_the_side_moves_as_it_is_seen(files: Files) -> None:
    """A performer's who looks straight on would be torn out of a half view's cheek."""
    flat = driving()
    track = flat.track.points.copy()
    track[3:, 61, 0] -= 4
    track[3:, 291, 0] += 4
    wide, moved = replace(flat, track=replace(flat.track, points=track)), []
    for degrees in (0.0, 60.0):
        given, turn = portrait(0.0), np.radians(degrees)
        away = given.face.points[:, :1] - 64
        turned = np.hstack([64 + np.cos(turn) * away, given.face.points[:, 1:2], np.sin(turn) * away])
        given = replace(given, face=replace(given.face, points=turned))
        points = TpsmmEngine().prepare(given, wide, taking(files), lambda _: None)["points"]
        moved.append(np.diff(points.whole()[[0, 3]], axis=0)[0, [61, 291], 0])
    assert moved[0][0] < -0.05 < 0.05 < moved[0][1]
    assert moved[1] == pytest.approx(0.5 * moved[0], rel=0.1)


def test_eyes_shut_with_the_performers_and_are_else_the_portraits_own(files: Files) -> None:
    given = portrait(0.0, lids=0.06)
    _, lids = openings(prepare(files, given), given)
    assert lids == pytest.approx([0.06 if open_by else 0.0 for _, open_by in PERFORMED], abs=0.006)


def test_who_listens_shuts_the_mouth_and_hardly_moves(files: Files) -> None:
    given = portrait(0.1)
    turns = turns_of(slice(3, 4), 0.25, len(PERFORMED))
    usual = prepare(files, given, shift=4.0)
    taken = prepare(files, given, shift=4.0, turns=turns)
    mouth, _ = openings(taken, given)
    assert mouth[3] == pytest.approx(openings(usual, given)[0][3], abs=1e-6)
    assert mouth[[0, 1, 2, 4, 5]] == pytest.approx(0, abs=0.003)
    moved = [np.ptp(arrays["points"][[0, 5], BRIDGE, 0]) for arrays in (usual, taken)]
    assert moved[1] == pytest.approx(0.25 * moved[0], rel=0.05)


@pytest.mark.parametrize("keypoints", ["landmarks", "network"])
def test_turns_run_over_a_blocks_border(files: Files, keypoints: Keypoints) -> None:
    given, times, sings = portrait(0.05), BLOCK // len(PERFORMED) + 1, slice(BLOCK - 1, BLOCK + 1)
    turns = turns_of(sings, 0.0, times * len(PERFORMED))
    own, kept = (prepare(files, given, times=times, keypoints=keypoints, turns=each) for each in (None, turns))
    if keypoints == "network":
        np.testing.assert_array_equal(np.flatnonzero(kept["keep"]), [BLOCK - 1, BLOCK])
        assert len(kept["keep"]) == times * len(PERFORMED)
        return
    np.testing.assert_array_equal(kept["points"][sings], own["points"][sings])
    listens = np.ones(len(own["points"]), bool)
    listens[sings] = False
    assert openings(kept, given)[0][listens] == pytest.approx(0.0, abs=0.012)


def test_frames_stand_alone(files: Files) -> None:
    given = portrait(0.0)
    prepared = prepare(files, given, shift=2.0)
    frames = list(driving(2.0).pick(range(len(PERFORMED))))
    whole = TpsmmEngine().open(given, prepared, taking(files))
    pictures = [whole.render(index, frame) for index, frame in enumerate(frames)]
    assert pictures[0].shape == (SIDE, SIDE, 3)
    assert not np.array_equal(pictures[0], pictures[5])
    chunk = TpsmmEngine().open(given, prepared, taking(files))
    assert np.array_equal(chunk.render(5, frames[5]), pictures[5])
    at_rest = chunk.eased(5, frames[5], 0.0)
    assert np.array_equal(at_rest, chunk.eased(3, frames[3], 0.0))
    assert not np.array_equal(at_rest, pictures[5])


def test_the_networks_own_detector_on_request(files: Files) -> None:
    given = portrait(0.0)
    prepared = prepare(files, given, keypoints="network")
    assert "points" not in prepared
    renderer = TpsmmEngine().open(given, prepared, taking(files, "network"))
    assert not np.array_equal(renderer.render(3, picture(3)), renderer.render(3, picture(4)))


def test_landmarks_for_a_network_that_does_not_know_them(tmp_path: Path) -> None:
    untaught = network(tmp_path, landmarks=False)
    assert "points" not in prepare(untaught, portrait(0.0))
    with pytest.raises(ManifestError, match="no face landmarks"):
        prepare(untaught, portrait(0.0), keypoints="landmarks")


@pytest.mark.parametrize(("mode", "stored"), [("standard", "keypoints"), ("relative", "points")])
def test_only_what_is_retargeted_is_drawn_into(files: Files, mode: Mode, stored: str) -> None:
    own = replace(taking(files), options=Options(precision="fp32", mode=mode))
    prepared = TpsmmEngine().prepare(portrait(0.0), driving(), own, lambda _: None)
    assert {"keypoints", "points"} & prepared.keys() == {stored}
    assert ("gaze" in prepared) == (mode == "relative")


def test_points_are_found_where_the_flow_has_put_them() -> None:
    """Not where they should be, which is further left; at an opened seam, each on its own side."""
    across, down = np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64))
    shift, half = 10 / 128, 0.04
    parted = np.sign(down) * np.maximum(np.abs(down) - half, 0)  # all between the lips comes from where they meet
    flow = np.stack([across - shift, parted], axis=2).astype(np.float32)
    own = np.array([[0.2, 0.0], [0.2, 0.0], [-0.3, 0.4]])
    expected = np.array([[0.24, -half], [0.24, half], [-0.26, 0.4 + half]])
    found = gone_to(flow, own, expected)
    assert found == pytest.approx(own + np.array([[shift, -half], [shift, half], [shift, half]]), abs=0.012)
