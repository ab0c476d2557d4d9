"""A long clip is followed in pieces: who is who, where shots end, and where the face is are as if it was one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from foundation.facetrack import Face, FaceTrack
from foundation.schemes import IBUG_68
from foundation.shots import load_shots
from foundation.times import pieces
from landmarks.base import LandmarkBackend
from landmarks.sights import Sight, faded
from media.samples import sample_path
from media.video.reader import VideoReader
from stages.artifacts import Media
from stages.contracts import faces_join, faces_piece
from stages.contracts.faces import Facts, Inputs, Settings
from stages.driving import faces
from stages.driving import faces_join as joining
from stages.driving import faces_piece as looking
from stages.seen import Seen
from tests.unit.stages.test_faces import BACKEND, FOLLOWING, clip

Image = NDArray[np.uint8]
FPS = Fraction(25)
WITHIN, MOSTLY = 0.02, 0.002
"""Of the face's height: how far the furthest point lies from where it lies in a clip that is followed as one, and half
of all points in half of all frames. From frame to frame, the network's points jitter as much."""
RED, BLUE, SHY = (220, 40, 40), (40, 40, 220), (200, 60, 40)
SIDE = 20
LIKENESS = np.stack(np.meshgrid(np.arange(17.0), np.arange(4.0)), -1).reshape(68, 2) / (16, 3)


class Coloured(LandmarkBackend):
    """A face is a square of one colour. SHY ones are seen only by who has seen another face in the frame before."""

    name, scheme, points, together = "coloured", IBUG_68, 68, 2

    def __init__(self) -> None:
        self._follows = False

    def detect(self, image: Image, limit: int = 8) -> list[Face]:
        return self.follow(image, 0.0, limit)

    def follow(self, image: Image, seconds: float, limit: int = 4) -> list[Face]:
        found = [face for face in (_square(image, colour) for colour in (RED, BLUE)) if face]
        shy = _square(image, SHY)
        found += [shy] if shy and self._follows else []
        self._follows = bool(found)
        return found

    def forget(self) -> None:
        self._follows = False

    def close(self) -> None:
        pass


def _square(image: Image, colour: tuple[int, int, int]) -> Face | None:
    rows, columns = np.nonzero((image == colour).all(axis=2))
    if not len(rows):
        return None
    corner = np.array([columns.min(), rows.min()])
    flat = corner + LIKENESS * (columns.max() - corner[0], rows.max() - corner[1])
    return Face(np.concatenate([flat, np.zeros((68, 1))], axis=1), IBUG_68, np.zeros(0), np.eye(4))


@pytest.fixture
def coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    for stage in (faces, looking):
        monkeypatch.setattr(stage, "backend_for", lambda backend, square: Coloured())


def shown(*squares: tuple[int, tuple[int, int, int]], ground: int = 120) -> Image:
    """Squares at these columns; the first in front."""
    frame = np.full((60, 200, 3), ground, np.uint8)
    for x, colour in reversed(squares):
        frame[20 : 20 + SIDE, x : x + SIDE] = colour
    return frame


def whole(media: Path, out: Path, select: FaceChoice, **how: Any) -> Facts:
    out.mkdir()
    settings = Settings(select=select, backend=BACKEND, following=replace(FOLLOWING, **how))
    return faces.run(settings, Inputs(media=Media.at(media)), out, lambda done, total: None)


def in_pieces(
    media: Path, out: Path, select: FaceChoice, cut: tuple[int, int], *, fps: Fraction = FPS, **how: Any
) -> Facts:
    """As stages.driving.faces, by the stages that a long clip takes. `cut`: its frames, and those of a piece."""
    frames, size = cut
    following, parts, seen = replace(FOLLOWING, expected_frames=frames, **how), pieces(frames, size), []
    for part in parts:
        folder = out.with_name(f"{out.name}{part.start}")
        folder.mkdir()
        look = faces_piece.Settings(backend=BACKEND, following=following, piece=part, rate=fps, last=part is parts[-1])
        looking.run(look, faces_piece.Inputs(media=Media.at(media)), folder, lambda done, total: None)
        seen.append(Seen.at(folder))
    out.mkdir()
    settings = faces_join.Settings(select=select, following=following)
    inputs = faces_join.Inputs(media=Media.at(media), pieces=tuple(seen))
    return joining.run(settings, inputs, out, lambda done, total: None)


def assert_same(one: Path, other: Path) -> None:
    """Every file, to the bit."""
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*.*"))
    assert names == sorted(str(path.relative_to(other)) for path in other.rglob("*.*"))
    assert [name for name in names if (one / name).read_bytes() != (other / name).read_bytes()] == []


def crossing() -> Iterable[Image]:
    """300 frames: red goes right, in front of blue, which goes left; they meet where one piece passes into the next."""
    return (shown((20 + number // 2, RED), (90 - number // 4, BLUE)) for number in range(300))


def away() -> Iterable[Image]:
    """Red is gone around one joint, for a moment at the other."""
    return (shown(*([] if 90 <= n < 112 or 198 <= n < 202 else [(20 + n // 3, RED)])) for n in range(300))


def cutting() -> Iterable[Image]:
    """Cuts in the middle of where one piece passes into the next, and in its last frame."""
    grounds = [120] * 92 + [20] * 107 + [230] * 101
    return (shown((20 + n // 3, RED), (150, BLUE), ground=ground) for n, ground in enumerate(grounds))


def shy() -> Iterable[Image]:
    """Whom only somebody knows who follows it from before the joint."""
    return (shown((20 + n // 3, RED if n % 100 < 10 else SHY)) for n in range(300))


@pytest.mark.slow
@pytest.mark.usefixtures("coloured")
@pytest.mark.parametrize("select", ["leftmost", "rightmost"])
@pytest.mark.parametrize(("frames", "gap", "shots"), [(crossing, 30, 1), (away, 12, 2), (cutting, 12, 3), (shy, 12, 1)])
def test_pieces_are_the_whole(tmp_path: Path, frames: Any, gap: int, shots: int, select: Any) -> None:
    media = clip(tmp_path / "clip.mkv", frames())
    choice = FaceChoice(order=select)
    how: dict[str, Any] = {"on_face_lost": "hold", "max_gap_frames": gap}
    told = whole(media, tmp_path / "whole", choice, **how)
    assert told == in_pieces(media, tmp_path / "pieces", choice, (300, 100), **how)
    assert_same(tmp_path / "whole", tmp_path / "pieces")
    assert told.shots == shots
    assert told.found > 260


@pytest.mark.usefixtures("coloured")
def test_a_part_of_a_clip_at_another_rate_and_what_it_refuses(tmp_path: Path) -> None:
    """The clip keeps another rate than was planned with: its last piece is empty; a cut is told with its time."""
    media = clip(tmp_path / "clip.mkv", islice(cutting(), 150))
    part = {"start": Fraction(1), "stop": Fraction(5), "max_gap_frames": 12}
    told = whole(media, tmp_path / "whole", FaceChoice(), **part)
    assert told == in_pieces(media, tmp_path / "pieces", FaceChoice(), (200, 50), fps=Fraction(40), **part)
    assert_same(tmp_path / "whole", tmp_path / "pieces")
    with pytest.raises(InputError, match=r"clip\.mkv: there is a scene cut at 3\.68 s"):
        in_pieces(media, tmp_path / "error", FaceChoice(), (150, 50), on_scene_cut="error")


def test_what_two_have_seen_passes_from_one_to_the_other() -> None:
    def sight(*places: float) -> Sight:
        made = [_square(shown((int(place), RED)), RED) for place in places]
        return Sight(Fraction(0), cut=False, size=(200, 60), faces=[face for face in made if face], looks=[])

    mixed = list(faded([sight(10, 100)] * 7, [sight(14)] * 7))
    assert [len(each.faces) for each in mixed] == [2] * 3 + [1] * 4
    places = np.array([each.faces[0].box[0] for each in mixed])
    assert 10 < places[0] < 10.2
    assert 13.8 < places[-1] < 14
    assert (np.diff(places) > 0).all()


@pytest.mark.slow
def test_a_face_is_where_it_is_in_the_whole(tmp_path: Path) -> None:
    """A real face, to and fro, for 300 frames."""
    with VideoReader(sample_path("carphone")) as reader:
        there = [frame for _, frame in reader]
    frames = list(islice(cycle(chain(there, reversed(there))), 300))
    media = clip(tmp_path / "clip.mkv", frames)
    told = whole(media, tmp_path / "whole", FaceChoice())
    assert told == in_pieces(media, tmp_path / "pieces", FaceChoice(), (300, 100))
    one, other = (FaceTrack.load(tmp_path / name / "track") for name in ("whole", "pieces"))
    height = np.ptp(one.points[:, :, 1], axis=1)
    apart = np.linalg.norm(one.points[:][..., :2] - other.points[:][..., :2], axis=2) / height[:, None]
    assert not apart[: 100 - looking.FADE].any()
    assert apart.max() < WITHIN
    assert np.median(apart[100:]) < MOSTLY
    steps = np.linalg.norm(np.diff(other.points[:][..., :2], axis=0), axis=2).max(axis=1) / height[1:]
    usual = np.linalg.norm(np.diff(one.points[:][..., :2], axis=0), axis=2).max(axis=1) / height[1:]
    assert (steps[84:100] < usual[84:100] + WITHIN).all()  # no jump where one passes into the other
    assert load_shots(tmp_path / "pieces" / "shots.json") == load_shots(tmp_path / "whole" / "shots.json")
