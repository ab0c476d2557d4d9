"""A network's portrait that smiles with its teeth: its mouth shuts, and its lips stay its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engines.base import Driving, Own, Portrait, Taking
from engines.layers.shutting import shut
from engines.tpsmm.engine import TpsmmEngine
from engines.tpsmm.options import Options
from engines.tpsmm.own_lips import lips_back
from face.calibration import mouth_opening
from face.topology import INNER_UPPER
from foundation.npy import Blocks
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from networks.stream import Flow
from tests.animated import astronaut, files_of
from tests.made_up import DAYLIGHT, made_up_face, painted_face, track_of

OPEN, SHUT = 0.03, 0.012
"""Openings of mouths, in face heights, that show teeth, and that do not."""


@pytest.fixture(scope="module")
def backend() -> Iterator[LandmarkBackend]:
    with load_backend() as opened:
        yield opened


@pytest.fixture(scope="module")
def smiling(backend: LandmarkBackend) -> Portrait:
    return astronaut(backend, TpsmmEngine())


def test_an_open_mouth_is_shut(backend: LandmarkBackend, smiling: Portrait) -> None:
    made = shut(smiling)
    (seen,) = backend.detect(made.image, 1)
    assert mouth_opening(smiling.face.points) > OPEN
    assert mouth_opening(made.face.points) < SHUT
    assert mouth_opening(seen.points) < SHUT
    assert np.linalg.norm(seen.points - made.face.points, axis=1)[[13, 14, 61, 291, 152]].max() < 6
    lids = [159, 145, 386, 374]
    assert made.face.points[lids] == pytest.approx(smiling.face.points[lids], abs=0.1)
    assert (made.image[:40] == smiling.image[:40]).all()
    assert shut(made) is made


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
def test_the_compact_network_shuts_it_as_the_performer_does(backend: LandmarkBackend, smiling: Portrait) -> None:
    sings = [made_up_face(gap=gap) for gap in (0.0, 0.05, 0.1, 0.0)]
    frames = [painted_face(points, DAYLIGHT, inside="teeth") for points in sings]
    engine, own = TpsmmEngine(), Own(Options(), files_of("tpsmm"))
    driving = Driving(track_of(sings), 25.0, lambda numbers: (frames[number] for number in numbers))
    arrays = engine.prepare(smiling, driving, Taking(own.options, own.files), lambda _: None)
    prepared = {name: array.whole() if isinstance(array, Blocks) else array for name, array in arrays.items()}
    renderer = engine.open(smiling, prepared, own)
    closed, opened = (backend.detect(renderer.render(index, frames[index]), 1)[0] for index in (3, 2))
    assert mouth_opening(closed.points) < SHUT
    assert mouth_opening(opened.points) > OPEN


def still(side: int = 32) -> Flow:
    """A flow that moves nothing."""
    y, x = np.meshgrid(*[np.linspace(-1, 1, side, dtype=np.float32)] * 2, indexing="ij")
    return np.dstack([x, y])


def test_lips_that_a_network_smudges_are_the_portraits() -> None:
    points = made_up_face(gap=0.08)
    source = painted_face(points, DAYLIGHT)
    painted = np.full_like(source, 90)
    lips_back(painted, source, still(), points[:, :2], points[:, :2])
    row, column = points[0, 1], points[0, 0]  # the middle of the upper lip
    lip = painted[int(row), int(column)].astype(int)
    assert np.abs(lip - source[int(row), int(column)]).max() <= 8
    assert (painted[: int(row) // 2] == 90).all()


def test_lips_part_along_all_of_a_mouth_though_the_flow_parts_them_nowhere() -> None:
    own, points = made_up_face(gap=0.0), made_up_face(gap=0.08)
    source = painted_face(own, DAYLIGHT)
    painted = source.copy()
    lips_back(painted, source, still(), points[:, :2], own[:, :2])
    for upper in INNER_UPPER[2:-2]:
        (x, y), (own_x, own_y) = np.rint(points[upper, :2]).astype(int), np.rint(own[upper, :2]).astype(int)
        found, lip = painted[y - 3 : y - 1, x - 1 : x + 2], source[own_y - 3 : own_y - 1, own_x - 1 : own_x + 2]
        assert np.abs(found.mean(axis=(0, 1)) - lip.mean(axis=(0, 1))).max() <= 16
