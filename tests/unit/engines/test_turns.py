"""Turns: full from the first frame of one to its last, eased before and after, whatever borders they run over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engines.base import Driving, Taking
from engines.landmark_tps.engine import LandmarkTps
from engines.landmark_tps.options import Options
from engines.landmark_tps.plate import LAYOUT
from engines.plates import Plate
from face import steadying
from face.motion import TurnRanges
from face.topology import CHIN, FOREHEAD, INNER_LOWER, INNER_UPPER
from face.turns import Turns
from foundation.facetrack import FaceTrack
from foundation.npy import BLOCK, Blocks
from foundation.times import FrameRange
from tests.made_up import MOTION, made_up_face, portrait_of, track_of

ABOUT_A_BLOCK = st.one_of(st.integers(1, 12), st.integers(BLOCK - 1, BLOCK + 2))
"""Frames of a clip."""
ABOUT_BLOCKS = st.one_of(ABOUT_A_BLOCK, st.integers(2 * BLOCK - 1, 2 * BLOCK + 1))
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A clip's length and the turns in it."""

    frames: int
    sings: tuple[tuple[int, int], ...]
    ease: int
    listening: float = 0.0

    def turns(self, part: slice | None = None) -> Turns:
        sings = tuple(FrameRange(*turn) for turn in self.sings)
        ranges = TurnRanges(sings=sings, ease=self.ease, listening=self.listening)
        return Turns.of(ranges, part or slice(0, self.frames))

    @property
    def shares(self) -> Rows:
        return self.shares_of(slice(0, self.frames))

    def shares_of(self, part: slice) -> Rows:
        shares = self.turns(part).shares
        assert shares is not None
        return shares


@st.composite
def cases(draw: st.DrawFn, lengths: st.SearchStrategy[int]) -> Case:
    """Turns that begin and end anywhere near a block's border or the clip's, or after it; some are empty."""
    frames = draw(lengths)
    edge = st.one_of(st.integers(0, frames + 3), st.sampled_from([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, frames]))
    pairs = draw(st.lists(st.tuples(edge, edge), max_size=3))
    sings = tuple((min(pair), max(pair)) for pair in pairs)
    return Case(frames, sings, draw(st.integers(0, 8)), draw(st.sampled_from([0.0, 0.35])))


def test_a_turn_is_whole_and_eased_around() -> None:
    shares = Case(14, ((5, 8),), 3, 0.2).shares
    assert (shares[5:8] == 1).all()
    assert (np.diff(shares[:6]) >= 0).all()
    assert (np.diff(shares[7:]) <= 0).all()
    assert (shares[:2] == 0).all()
    assert (shares[11:] == 0).all()
    assert 0 < shares[2] < shares[3] < shares[4] < 1


def test_where_nothing_is_said_all_is_sung() -> None:
    everyone = Turns.of(None, slice(0, 14))
    assert everyone.shares is None
    np.testing.assert_array_equal(everyone.sung(slice(3, 9)), np.ones(6))
    np.testing.assert_array_equal(everyone.kept(slice(3, 9), np.array([0.2, 0.5])), np.ones((6, 1)) * [1, 1])


def test_a_listener_keeps_a_share() -> None:
    half = Turns(np.array([0.0, 0.5, 1.0]), 0.4)
    np.testing.assert_allclose(half.kept(slice(0, 3)), [0.4, 0.7, 1.0])
    np.testing.assert_allclose(half.kept(slice(0, 1), np.array([0.0, 1.0])), [[0.0, 0.4]])


def test_an_empty_turn_is_none() -> None:
    assert not Case(9, ((4, 4),), 3).shares.any()


@given(cases(ABOUT_BLOCKS), st.integers(1, 600))
def test_a_shots_turns_are_its_part_of_the_clips(case: Case, cut: int) -> None:
    cut = min(cut, case.frames)
    for start, stop in ((0, cut), (cut, case.frames)):
        np.testing.assert_array_equal(case.shares_of(slice(start, stop)), case.shares[start:stop])


@cache
def performer(frames: int) -> FaceTrack:
    """Opens the mouth, turns aside and looks about, without a break."""
    time = np.arange(frames)
    faces = [made_up_face(gap=0.06 + 0.06 * np.sin(0.4 * t), gaze=0.1 * np.sin(0.2 * t)) for t in time]
    moved = [face + np.array([6 * np.sin(0.13 * t), 0, 0]) for t, face in zip(time, faces, strict=True)]
    track = track_of(moved)
    return FaceTrack(track.points, np.zeros(frames, bool), track.blendshapes, track.pose, track.scheme, track.size)


def stored(arrays: dict[str, Any]) -> dict[str, Rows]:
    return {name: array.whole() if isinstance(array, Blocks) else array for name, array in arrays.items()}


def still(frames: int, turns: Turns) -> dict[str, Rows]:
    """What is prepared of a still."""
    driving = Driving(performer(frames), 25.0, lambda numbers: iter(()))
    taking = Taking(Options(), {}, replace(MOTION, smoothing=0.5), turns)
    return stored(LandmarkTps().prepare(portrait_of(made_up_face()), driving, taking, lambda image: None))


def plate(frames: int, longer: int, turns: Turns) -> Rows:
    """(N, 492, 3) where the mesh of a plate goes that is `longer` frames longer than the clip."""
    driving, count = Driving(performer(frames), 25.0, lambda numbers: iter(())), frames + longer
    under = Plate(performer(count), np.zeros((count, 2)), (320, 320), lambda: iter(()))
    portrait = portrait_of(made_up_face())
    taking = Taking(Options(), {}, replace(MOTION, head=0.0), turns)
    rows = stored(LandmarkTps().prepare_plate(under, portrait, driving, taking, lambda image: None))["plate"]
    return rows[:, : int(np.prod(LAYOUT["targets"]))].reshape(count, *LAYOUT["targets"])


whole_still, whole_plate = cache(partial(still, turns=Turns())), cache(partial(plate, turns=Turns()))


def gaps(targets: Rows) -> Rows:
    """(n,) the mouth's opening, in face heights."""
    heights = np.linalg.norm(targets[:, FOREHEAD] - targets[:, CHIN], axis=1)
    return np.asarray(np.linalg.norm(targets[:, INNER_LOWER[5]] - targets[:, INNER_UPPER[5]], axis=1) / heights)


@given(cases(ABOUT_BLOCKS))
@settings(max_examples=12)
def test_a_still_sings_and_listens_over_every_border(case: Case) -> None:
    taken, whole, shares = still(case.frames, case.turns()), whole_still(case.frames), case.shares
    for name in ("targets", "rigid", "gaze"):
        assert len(taken[name]) == case.frames
        np.testing.assert_array_equal(taken[name][shares == 1], whole[name][shares == 1])
    quiet = shares == 0
    assert (gaps(taken["targets"][quiet]) < 0.01).all()
    if case.listening == 0:
        assert np.abs(taken["rigid"][quiet]).max(initial=0) < 1e-9
        assert not taken["gaze"][quiet].any()


@given(cases(ABOUT_A_BLOCK), st.sampled_from([0, 2]))
@settings(max_examples=5)
def test_a_plate_sings_and_listens_over_every_border(case: Case, longer: int) -> None:
    taken, whole = plate(case.frames, longer, case.turns()), whole_plate(case.frames, longer)
    shares = np.concatenate([case.shares, np.repeat(case.shares[-1:], longer)])  # the clip's last frame stays
    np.testing.assert_array_equal(taken[shares == 1], whole[shares == 1])
    assert (gaps(taken[shares == 0]) < 0.012).all()


@pytest.mark.parametrize("block", [1, 7, 64])
def test_how_rows_are_made_in_blocks_changes_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(70, ((0, 5), (20, 41)), 4, 0.35)
    whole = still(70, case.turns())
    monkeypatch.setattr(steadying, "BLOCK", block)
    for name, rows in still(70, case.turns()).items():
        np.testing.assert_array_equal(rows, whole[name])
