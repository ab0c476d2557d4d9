"""What every engine does, on the same portrait and clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines import ENGINES, load_engine
from engines.base import Arrays, Driving, Engine, Own, Portrait, SpanFrame, Taking
from engines.neural.published import Catalog
from engines.plugin import named
from face.motion import Motion, TurnRanges
from face.turns import Turns
from foundation.facetrack import FaceTrack
from foundation.geometry import Image
from foundation.npy import Blocks
from foundation.subject import Subject
from foundation.times import FrameRange
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from tests.animated import astronaut, carphone, driven_by, files_of
from tests.dancer import dancer, squares
from tests.tiny_networks import STAND_INS

FRAMES = 12
SLOW = {"liveportrait"}
"""Their stand-ins take more than a second a frame."""


@dataclass(frozen=True)
class Case:
    """A portrait, a clip and an engine that has seen both."""

    engine: Engine[Any]
    files: dict[str, Path]
    portrait: Portrait
    driving: Driving
    frames: list[Image]
    prepared: Arrays
    subject: Subject

    def render(self, indices: list[int], prepared: Arrays | None = None) -> list[Image]:
        renderer = self.engine.open(self.portrait, prepared or self.prepared, Own(self.engine.options(), self.files))
        return [renderer.render(index, self.frames[index]) for index in indices]

    def prepare(self, driving: Driving | None = None, turns: Turns | None = None, **motion: Any) -> dict[str, Any]:
        """As it comes back from disk; the engine does not look at what it makes."""
        taking = Taking(self.engine.options(), self.files, Motion(**motion), turns or Turns())
        return stored(self.engine.prepare(self.portrait, driving or self.driving, taking, lambda image: None))


@pytest.fixture(scope="module")
def backend() -> Iterator[LandmarkBackend]:
    with load_backend() as opened:
        yield opened


@pytest.fixture(scope="module")
def clip(backend: LandmarkBackend) -> tuple[FaceTrack, list[Image]]:
    return carphone(backend, FRAMES)


def stored(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """As they come back from disk."""
    return {name: array.whole() if isinstance(array, Blocks) else array for name, array in arrays.items()}


SUBJECTS = [(name, subject) for name in ENGINES for subject in ENGINES[name].describe().subjects]


@pytest.fixture(
    scope="module",
    params=[pytest.param(one, marks=pytest.mark.slow) if one[0] in SLOW else one for one in SUBJECTS],
    ids=lambda one: one[0] if one[1] == "face" else f"{one[0]}-{one[1]}",
)
def case(request: pytest.FixtureRequest, backend: LandmarkBackend, clip: tuple[FaceTrack, list[Image]]) -> Case:
    name, subject = request.param
    engine, files = load_engine(name), files_of(name, subject)
    if subject == "whole":
        still, *frames = (dancer(number, (128, 128)) for number in (20, *range(FRAMES)))
        portrait, track = Portrait(still, squares([still]).face(0), (True,) * 4), squares(frames)
    else:
        portrait, (track, frames) = astronaut(backend, engine), clip
    driving = driven_by(track, frames)
    taking = Taking(engine.options(), files)
    prepared = engine.prepare(portrait, driving, taking, lambda image: next(iter(backend.detect(image, 1)), None))
    return Case(engine, files, portrait, driving, frames, stored(prepared), subject)


def test_prepared_arrays_can_be_stored(case: Case) -> None:
    assert case.prepared
    assert all(np.asarray(array).dtype != object for array in case.prepared.values())


def test_frames_are_as_large_as_the_crop_and_move(case: Case) -> None:
    frames = case.render([0, 6])
    for frame in frames:
        assert frame.dtype == np.uint8
        assert frame.shape == case.portrait.image.shape
    moved = np.abs(frames[0].astype(int) - frames[1]).max()
    assert moved > (10 if case.subject == "whole" else 20)  # the drawn dancer's limbs are thin


def test_chunks_equal_the_whole_bit_for_bit(case: Case) -> None:
    renderer = case.engine.open(case.portrait, case.prepared, Own(case.engine.options(), case.files))
    whole = list(renderer.render_span(SpanFrame(index, frame) for index, frame in enumerate(case.frames)))
    for chunk in ([7], [3, 4, 5], [11, 0]):
        for index, frame in zip(chunk, case.render(chunk), strict=True):
            np.testing.assert_array_equal(frame, whole[index])


def test_threads_change_nothing(case: Case) -> None:
    before = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = case.render([5])
        cv2.setNumThreads(4)
        np.testing.assert_array_equal(alone, case.render([5]))
    finally:
        cv2.setNumThreads(before)


def test_inner_edges_are_the_portraits(case: Case) -> None:
    if ENGINES[case.engine.name].crop.size is not None:
        pytest.skip("this engine's crop is resampled; compositing blends its edges")
    assert any(case.portrait.inner_edges)
    image = case.portrait.image
    sides: tuple[Any, ...] = ((slice(None), 0), (0, slice(None)), (slice(None), -1), (-1, slice(None)))
    for frame in case.render([0, 4, 8]):
        for side, inner in zip(sides, case.portrait.inner_edges, strict=True):
            if inner:
                np.testing.assert_array_equal(frame[side], image[side])


def test_leaves_its_inputs_alone(case: Case) -> None:
    portrait, driving = case.portrait.image.copy(), case.frames[2].copy()
    case.render([2])
    np.testing.assert_array_equal(case.portrait.image, portrait)
    np.testing.assert_array_equal(case.frames[2], driving)


@pytest.mark.parametrize("count", [1, 2])
def test_very_short_clips(case: Case, count: int) -> None:
    track = case.driving.track
    short = FaceTrack(
        track.points[:count],
        track.found[:count],
        track.blendshapes[:count],
        track.pose[:count],
        track.scheme,
        track.size,
    )
    (frame,) = case.render([count - 1], case.prepare(driven_by(short, case.frames)))
    assert frame.shape == case.portrait.image.shape


@pytest.mark.parametrize(
    "setting", [{"mode": "absolute"}, {"reference": "first"}, {"reference": 3}, {"smoothing": 0.0}]
)
def test_every_motion_setting_is_taken(case: Case, setting: dict[str, Any]) -> None:
    assert case.render([5], case.prepare(**setting))[0].shape == case.portrait.image.shape


WHOLE = slice(0, FRAMES)
TURNS = Turns.of(TurnRanges(sings=(FrameRange(4, 8),), ease=2, listening=0.3), WHOLE)


def test_who_listens_moves_less_and_who_sings_is_not_touched(case: Case) -> None:
    usual, turns = case.prepare(smoothing=0.0), case.prepare(turns=TURNS, smoothing=0.0)
    whole, taken = case.render(list(range(FRAMES)), usual), case.render(list(range(FRAMES)), turns)
    for index in range(4, 8):
        np.testing.assert_array_equal(taken[index], whole[index])
    moved, listened = (float(np.abs(frames[0].astype(int) - frames[11]).mean()) for frames in (whole, taken))
    assert listened < 0.8 * moved
    for chunk in ([3], [8, 9]):
        for index, frame in zip(chunk, case.render(chunk, turns), strict=True):
            np.testing.assert_array_equal(frame, taken[index])


def test_a_listeners_mouth_is_shut(case: Case, backend: LandmarkBackend) -> None:
    if case.engine.name in STAND_INS or case.subject == "whole":
        pytest.skip("stand-in weights show no face")

    def opening(frame: Image) -> float:
        face = backend.detect(frame, 1)[0].points
        return float(np.linalg.norm(face[13] - face[14]) / np.linalg.norm(face[10] - face[152]))

    prepared = case.prepare(turns=Turns.of(TurnRanges(sings=(), ease=2, listening=0.3), WHOLE))
    widest = max(range(FRAMES), key=lambda index: opening(case.frames[index]))
    sings, listens = opening(case.render([widest])[0]), opening(case.render([widest], prepared)[0])
    # a network moves the teeth that a portrait shows, and cannot cover them: there they are as at rest
    shut = 0.02 if ENGINES[case.engine.name].crop.size is None else opening(case.portrait.image)
    assert listens < shut < sings - 0.05


@pytest.mark.parametrize("name", ENGINES)
def test_the_names_of_checkpoints_are_those_of_the_catalog(name: str) -> None:
    about = ENGINES[name].describe()
    catalog = cast("Catalog | None", named(about.catalog) if about.catalog else None)
    known = catalog.known() if catalog else []
    assert {each.name for each in known} == set(about.checkpoints)
