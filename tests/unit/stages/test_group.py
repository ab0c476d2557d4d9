"""Several faces of one picture: whose pixels are whose, and nothing else changes."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from engines import ENGINES
from foundation.errors import ManifestError
from foundation.facetrack import Face, still
from foundation.geometry import Box
from foundation.times import FrameRange
from media.image.images import read_gray, read_image, write_png
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES, Frames, Media
from stages.compositing import group, merge
from stages.contracts import crop as cutting
from stages.contracts import group as grouping
from stages.contracts import merge as merging
from stages.contracts.shared import EngineUse
from stages.crop_files import read_head, read_info
from stages.crops import Crop, Group
from stages.findings import Track
from stages.portrait import crop
from tests.fakes.engines import STILL
from tests.unit.stages.test_paste_back import face_at, silent

Image = NDArray[np.uint8]


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "still", STILL)


def crops(folder: Path, faces: list[Face], engine: str) -> list[Path]:
    """The crop artifacts of several faces of the astronaut."""
    write_png(folder / "portrait.png", np.ascontiguousarray(data.astronaut()))
    tracks = []
    for number, face in enumerate(faces):
        tracks.append(folder / f"faces{number}")
        tracks[-1].mkdir()
        still(face, (512, 512)).save(tracks[-1] / "track")
    places = []
    for number in range(len(faces)):
        places.append(folder / f"crop{number}")
        places[-1].mkdir()
        others = tuple(Track.at(track) for n, track in enumerate(tracks) if n != number)
        media, own = Media.at(folder / "portrait.png"), Track.at(tracks[number])
        settings = cutting.Settings(engine=EngineUse(name=engine, version=1))
        crop.run(settings, cutting.Inputs(media=media, faces=own, others=others), places[-1], silent)
    return places


def grouped(folder: Path, places: list[Path]) -> Path:
    out = folder / "group"
    out.mkdir()
    group.run(grouping.Settings(), grouping.Inputs(crops=tuple(Crop.at(place) for place in places)), out, silent)
    return out


def chunk(folder: Path, place: Path, levels: list[int]) -> Path:
    """A composited chunk of one performer: its part of the picture, so many levels brighter."""
    folder.mkdir(parents=True)
    box, under = read_info(place).box, read_image(place / "under.png")
    with FrameWriter(folder / FRAMES, size=(box.width, box.height), fps=Fraction(25)) as writer:
        for level in levels:
            writer.write(np.clip(under.astype(int) + level, 0, 255).astype(np.uint8))
    return folder


def merged(  # noqa: PLR0917  (what a merge is made of)
    folder: Path,
    places: list[Path],
    together: Path,
    parts: list[list[Path]],
    span: tuple[int, int],
    members: list[tuple[int, int]],
) -> list[Image]:
    """The frames of `span`; `members`: how many frames each has, and the first of its chunk."""
    folder.mkdir()
    inputs = merging.Inputs(
        group=Group.at(together),
        crops=tuple(Crop.at(place) for place in places),
        chunks=tuple(tuple(Frames.at(part) for part in own) for own in parts),
    )
    about = tuple(merging.Member(frames=frames, chunks=(first,)) for frames, first in members)
    settings = merging.Settings(range=FrameRange(*span), fps=Fraction(25), members=about)
    merge.run(settings, inputs, folder, silent)
    return list(read_frames(Frames.at(folder).video))


@pytest.mark.parametrize(
    "faces",
    [
        [face_at(150, 200, 100), face_at(330, 210, 80)],
        [face_at(250, 130, 90), face_at(260, 330, 120)],
        [face_at(90, 200, 70), face_at(230, 190, 80), face_at(380, 220, 90)],
    ],
)
def test_native_crops_of_one_picture_do_not_overlap(tmp_path: Path, faces: list[Face]) -> None:
    places = crops(tmp_path, faces, "landmark_tps")
    covered = np.zeros((512, 512), int)
    for place, face in zip(places, faces, strict=True):
        info = read_info(place)
        covered[info.box.slices] += 1
        x, y = face.points[10:11, :2].mean(axis=0)
        assert info.box.x0 < x < info.box.x1
        assert info.box.y0 < y < info.box.y1
    assert covered.max() == 1
    left, right = read_info(places[0]), read_info(places[1])
    if left.box.x1 == right.box.x0:
        assert left.inner_edges[2]
        assert right.inner_edges[0]
    together = grouped(tmp_path, places)
    assert all((read_gray(together / f"share{n}.png") == 255).all() for n in range(len(places)))


def test_overlapping_crops_share_each_pixel_among_them(tmp_path: Path) -> None:
    faces = [face_at(180, 200, 80, 0.2), face_at(290, 215, 90, -0.3)]
    places = crops(tmp_path, faces, "still")
    together = grouped(tmp_path, places)
    box = read_info(together).box
    total, covered = np.zeros((512, 512)), np.zeros((512, 512), int)
    for number, place in enumerate(places):
        info = read_info(place)
        share = read_gray(together / f"share{number}.png")
        inner = Box(info.box.x0 + 1, info.box.y0 + 1, info.box.x1 - 1, info.box.y1 - 1)  # the edge itself never changes
        total[inner.slices] += share[1:-1, 1:-1]
        covered[inner.slices] += 1
        row, column = 200 - info.box.y0, (180, 290)[number] - info.box.x0
        assert share[row, column] == 255  # one's own face is one's own
        rim = round(0.08 * info.box.width)  # where what is pasted fades out anyway
        assert abs(np.diff(share[rim:-rim, rim:-rim].astype(int), axis=1)).max() < 60  # no edge
    assert covered.max() == 2
    assert np.abs(total[covered > 0] - 255).max() <= 1
    assert (covered[box.slices] > 0).any()
    head = read_head(together)
    assert head.spread == pytest.approx((110, 15), abs=8)


def test_everyone_moves_and_nothing_else_changes(tmp_path: Path) -> None:
    places = crops(tmp_path, [face_at(180, 200, 80), face_at(290, 215, 90)], "still")
    together = grouped(tmp_path, places)
    parts = [[chunk(tmp_path / "a", places[0], [0, 10, 20])], [chunk(tmp_path / "b", places[1], [0, -10])]]
    members = [(3, 0), (2, 0)]
    frames = merged(tmp_path / "all", places, together, parts, (0, 3), members)
    under = read_image(together / "under.png").astype(int)
    np.testing.assert_array_equal(frames[0], under)
    box = read_info(together).box
    covered = np.zeros((512, 512), bool)
    for place in places:
        covered[read_info(place).box.slices] = True
    outside = ~covered[box.slices]
    at = [(200 - box.y0, 180 - box.x0), (215 - box.y0, 290 - box.x0)]
    for frame, (first, second) in zip(frames, [(0, 0), (10, -10), (20, -10)], strict=True):  # the shorter one stays
        np.testing.assert_array_equal(frame[outside], under[outside])
        seen = np.clip(under[at[0]] + first, 0, 255), np.clip(under[at[1]] + second, 0, 255)
        np.testing.assert_array_equal(frame[at[0]], seen[0])
        np.testing.assert_array_equal(frame[at[1]], seen[1])


def test_adding_up_in_bands_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # three faces: two whose crops overlap, and one apart
    places = crops(tmp_path, [face_at(180, 200, 80), face_at(240, 215, 90), face_at(460, 420, 40)], "still")
    together = grouped(tmp_path, places)
    parts = [
        [chunk(tmp_path / f"p{n}", place, [level])]
        for n, (place, level) in enumerate(zip(places, (9, -14, 30), strict=True))
    ]
    frames = []
    for rows in (1000, 7):
        monkeypatch.setattr(merge, "ROWS", rows)
        members = [(1, 0)] * 3
        frames += merged(tmp_path / f"by{rows}", places, together, parts, (0, 1), members)
    np.testing.assert_array_equal(frames[0], frames[1])
    box = read_info(together).box
    under = read_image(together / "under.png").astype(int)
    at = (420 - box.y0, 460 - box.x0)
    np.testing.assert_array_equal(frames[0][at], np.clip(under[at] + 30, 0, 255))


def test_cutting_it_up_changes_nothing(tmp_path: Path) -> None:
    places = crops(tmp_path, [face_at(180, 200, 80), face_at(290, 215, 90)], "still")
    together = grouped(tmp_path, places)
    levels = [[3, 6, 9, 12, 15], [-4, -8, -12]]
    whole = [[chunk(tmp_path / f"w{n}", place, own)] for n, (place, own) in enumerate(zip(places, levels, strict=True))]
    members = [(5, 0), (3, 0)]
    at_once = merged(tmp_path / "whole", places, together, whole, (0, 5), members)
    pieces = [chunk(tmp_path / f"p{a}", places[0], levels[0][a:b]) for a, b in pairwise([0, 2, 4, 5])]
    other = [chunk(tmp_path / f"q{a}", places[1], levels[1][a:b]) for a, b in pairwise([0, 2, 3])]
    cut = []
    for number, (start, stop) in enumerate(pairwise([0, 2, 4, 5])):
        mine, theirs = [pieces[number]], [other[min(number, 1)]]
        members = [(5, start), (3, min(start, 2))]
        cut += merged(tmp_path / f"cut{start}", places, together, [mine, theirs], (start, stop), members)
    for one, other_frame in zip(at_once, cut, strict=True):
        np.testing.assert_array_equal(one, other_frame)


def test_two_performers_may_not_mean_one_face(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="two performers take the same face"):
        crops(tmp_path, [face_at(180, 200, 80), face_at(184, 202, 81)], "landmark_tps")
