"""The network that comes with Duet: it fits its config, sees faces, and drives a portrait on a fresh machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import tpsmm
from engines.neural.files import CONFIGS
from engines.tpsmm.about import COMPACT, SHIPPED
from foundation.crop import upright
from foundation.facetrack import head_frame
from landmarks import load_backend
from media.image.images import read_image
from media.image.resample import warp_affine
from media.samples import sample_path
from tests.integration.conftest import Duet
from tpsmm.training.points import flat_keypoints

CHECKPOINT = SHIPPED / f"{COMPACT}.safetensors"
SIDE = 256
LARGEST = 20 << 20


def test_it_is_small_and_finds_the_points_of_a_face() -> None:
    picture = read_image(sample_path("astronaut"))
    with load_backend() as backend:
        face = backend.detect(picture, 1)[0]
    head = head_frame(face.points, face.scheme)
    affine = upright(head, head.height, SIDE)
    crop = warp_affine(picture, affine, (SIDE, SIDE))
    wanted = face.points[list(flat_keypoints()), :2] @ affine[:, :2].T + affine[:, 2]
    model = tpsmm.load_model(CONFIGS / f"{COMPACT}.yaml", CHECKPOINT)
    shown = torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 255
    found = (model.keypoints(shown)[0].numpy() + 1) * (SIDE - 1) / 2
    assert np.linalg.norm(found - wanted, axis=1).mean() < 0.03 * SIDE
    assert CHECKPOINT.stat().st_size <= LARGEST


@pytest.mark.slow
def test_a_manifest_that_asks_for_it_renders_and_its_checks_hold(
    duet: Duet, manifest: Callable[..., Path], tmp_path: Path
) -> None:
    clip = {"video": "sample:carphone", "end": 4}
    one = {"portrait": "sample:astronaut", "driving": clip, "engine": "tpsmm", "tpsmm": {"config": COMPACT}}
    done = duet("render", manifest(performers={"one": one}), "--json")
    assert done.code == 0, done.err
    assert (tmp_path / "out.mp4").is_file()
    checks = {row["check"]: row for row in json.loads(done.out.splitlines()[-1])["checks"]}
    assert checks["mouth_r"]["status"] == "ok", checks["mouth_r"]
    assert checks["lost"]["status"] == "ok", checks["lost"]
