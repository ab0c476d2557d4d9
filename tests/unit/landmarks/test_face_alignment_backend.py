"""face-alignment's weights: refused with the cure where they are missing, and read from torch's cache."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data

from foundation.errors import InputError
from foundation.schemes import IBUG_68
from landmarks import load_backend
from landmarks.face_alignment_backend import WEIGHTS, FaceAlignmentBackend


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("DUET_OFFLINE", "1")
    return tmp_path / "hub" / "checkpoints"


def test_missing_and_offline_names_file_and_address(cache: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_backend("face_alignment")
    assert caught.value.file == str(cache / "s3fd-619a316812.pth")
    assert "https://" in str(caught.value)
    assert "landmarks: litert" in str(caught.value)


def test_the_second_network_is_asked_for_too(cache: Path) -> None:
    cache.mkdir(parents=True)
    WEIGHTS[0].path.touch()
    with pytest.raises(InputError, match="2DFAN4-11f355bf06"):
        load_backend("face_alignment")


def test_faces_from_stand_in_weights(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random networks of the published shape: the boxes are given, the points are the network's."""
    from face_alignment import utils
    from face_alignment.detection.sfd.net_s3fd import s3fd
    from face_alignment.detection.sfd.sfd_detector import SFDDetector
    from face_alignment.models import FAN

    cache.mkdir(parents=True)
    torch.manual_seed(0)
    for network, weights in zip((s3fd(), FAN(4)), WEIGHTS, strict=True):
        torch.save(network.state_dict(), weights.path)
    asked: list[tuple[int, ...]] = []

    def boxes(self: SFDDetector, image: np.ndarray) -> list[np.ndarray]:
        asked.append(image.shape)
        return [np.array([180.0, 70, 270, 180, 0.9])]

    monkeypatch.setattr(SFDDetector, "detect_from_image", boxes)
    for name in [name for name, value in vars(utils).items() if hasattr(value, "py_func")]:
        monkeypatch.setattr(utils, name, getattr(utils, name).py_func)  # compiling takes longer than all the rest
    with FaceAlignmentBackend() as backend:
        (face,) = backend.detect(data.astronaut())
        assert backend.follow(np.zeros((64, 100, 3), np.uint8), 0.0) == []  # the box lies outside
    assert asked == [(512, 512, 3), (128, 128, 3)]
    assert face.scheme == IBUG_68
    assert face.points.shape == (68, 3)
    assert not face.points[:, 2].any()
    assert face.points.dtype == np.float64
    np.testing.assert_array_equal(face.pose, np.eye(4))
    backend.close()
