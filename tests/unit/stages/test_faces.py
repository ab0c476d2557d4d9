"""The faces stage on clips that are made here, and on real people who cross."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from foundation.errors import InputError
from foundation.face_choice import FaceChoice, Order
from foundation.facetrack import FaceTrack, head_frame
from foundation.shots import load_shots
from landmarks import following
from media.image.images import write_png
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from pipeline.plan.looking import backend_use
from stages.artifacts import Media
from stages.contracts.faces import Facts, Following, Inputs, Settings
from stages.contracts.shared import TimeSpan
from stages.driving import faces

Image = NDArray[np.uint8]
SIDE = 200
LARGEST = FaceChoice()
BACKEND = backend_use()
FOLLOWING = Following(
    start=Fraction(0),
    stop=None,
    max_gap_frames=6,
    expected_frames=0,
    tolerant=False,
    on_scene_cut="split",
    on_face_lost="error",
)


def head() -> Image:
    """The astronaut's head and shoulders, SIDE square; the face's middle lies near (98, 100)."""
    return cv2.resize(data.astronaut()[20:230, 122:332], (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def empty(width: int = 320) -> Image:
    return np.full((220, width, 3), (90, 110, 100), np.uint8)


def with_head(x: int, picture: Image | None = None, width: int = 320) -> Image:
    frame = empty(width)
    frame[10 : 10 + SIDE, x : x + SIDE] = head() if picture is None else picture
    return frame


def clip(path: Path, frames: Iterable[Image]) -> Path:
    frames = list(frames)
    with FrameWriter(path, size=(frames[0].shape[1], frames[0].shape[0]), fps=Fraction(25)) as writer:
        for frame in frames:
            writer.write(frame)
    return path


def run(
    media: Path, out: Path, *, select: FaceChoice = LARGEST, **following: Any
) -> tuple[Facts, FaceTrack, list[tuple[int, int]]]:
    return look(media, out, Settings(select=select, backend=BACKEND, following=replace(FOLLOWING, **following)))


def still(media: Path, out: Path, *, select: FaceChoice = LARGEST, at: Fraction | None = None) -> Any:
    return look(media, out, Settings(select=select, backend=BACKEND, at=at))


def look(media: Path, out: Path, settings: Settings) -> tuple[Facts, FaceTrack, list[tuple[int, int]]]:
    out.mkdir()
    told: list[tuple[int, int]] = []
    facts = faces.run(settings, Inputs(media=Media.at(media)), out, lambda done, total: told.append((done, total)))
    return facts, FaceTrack.load(out / "track"), told


def middle(track: FaceTrack, index: int) -> tuple[float, float]:
    return head_frame(track.points[index], track.scheme).centre


def test_every_frame_of_a_clip_with_short_gaps(tmp_path: Path) -> None:
    places = [None, None, *range(10, 50, 2), None, None, None, *range(56, 90, 2), None]
    media = clip(tmp_path / "a clip.mkv", [empty() if x is None else with_head(x) for x in places])
    facts, track, told = run(media, tmp_path / "out", expected_frames=len(places), on_scene_cut="ignore")
    assert facts == Facts(frames=len(places), found=len(places) - 6, longest_gap=3, size=(320, 220), shots=1, away=())
    assert track.found.tolist() == [x is not None for x in places]
    for index, x in enumerate(places):
        if x is not None:
            assert middle(track, index) == pytest.approx((x + 98, 110), abs=6)
    bridge = [middle(track, index)[0] for index in range(21, 26)]
    np.testing.assert_allclose(np.diff(bridge), 2.0, atol=0.7)
    times = json.loads((tmp_path / "out" / "times.json").read_text())
    assert [Fraction(text) for text in times] == [Fraction(index, 25) for index in range(len(places))]
    assert told[-1] == (len(places), len(places))


def test_only_the_chosen_range_is_read(tmp_path: Path) -> None:
    media = clip(tmp_path / "clip.mkv", [with_head(20 + index) if 5 <= index < 15 else empty() for index in range(40)])
    facts, track, _ = run(media, tmp_path / "out", start=Fraction(1, 5), stop=Fraction(3, 5))
    assert facts.frames == facts.found == len(track) == 10
    assert json.loads((tmp_path / "out" / "times.json").read_text())[0] == "1/5"


def test_a_long_gap_is_refused_with_its_time(tmp_path: Path) -> None:
    media = clip(
        tmp_path / "clip.mkv", [with_head(20) if index < 10 or index >= 25 else empty() for index in range(30)]
    )
    with pytest.raises(InputError, match=r"clip\.mkv: no face from 0\.40 s to 1\.00 s \(choose start and end"):
        run(media, tmp_path / "out", on_scene_cut="ignore")
    facts, _, _ = run(media, tmp_path / "patient", max_gap_frames=15, on_scene_cut="ignore")
    assert facts.longest_gap == 15


def test_a_face_that_leaves_for_good_is_refused_even_if_another_stays(tmp_path: Path) -> None:
    other = cv2.flip(head(), 1)
    frames = [with_head(20, width=640) for _ in range(30)]
    for index, frame in enumerate(frames):
        if index >= 10:
            frame[:, :320] = empty()
        frame[10 : 10 + SIDE, 400 : 400 + SIDE] = other
    with pytest.raises(InputError, match=r"no face from 0\.40 s to 0\.68 s"):
        run(
            clip(tmp_path / "clip.mkv", frames),
            tmp_path / "out",
            select=FaceChoice(order="leftmost"),
            on_scene_cut="ignore",
        )


def test_a_clip_without_a_face_is_refused(tmp_path: Path) -> None:
    media = clip(tmp_path / "clip.mkv", [empty() for _ in range(10)])
    with pytest.raises(InputError, match=r"clip\.mkv: no face was found in the chosen range \(use a clip"):
        run(media, tmp_path / "out")


def crossing(one: Iterator[Image], two: Iterator[Image], count: int) -> Iterator[Image]:
    """Two moving pictures of SIDE pixels; the first goes right, in front of the second, which goes left."""
    for index, front, back in zip(range(count), one, two, strict=False):
        x = round(400 * index / (count - 1))
        frame = with_head(420 - x, back, width=640)
        frame[10 : 10 + SIDE, 20 + x : 20 + x + SIDE] = front
        yield frame


@pytest.mark.parametrize(("select", "begin", "step"), [("leftmost", 20, 400), ("rightmost", 420, -400)])
def test_two_who_cross_keep_their_own_track(tmp_path: Path, select: Order, begin: int, step: int) -> None:
    picture = head()
    other = cv2.flip((picture * 0.7).astype(np.uint8), 1)
    media = clip(tmp_path / "clip.mkv", crossing(iter([picture] * 50), iter([other] * 50), 50))
    _, track, _ = run(media, tmp_path / "out", select=FaceChoice(order=select), max_gap_frames=40)
    for index in np.flatnonzero(track.found):
        assert middle(track, int(index))[0] == pytest.approx(begin + step * index / 49 + 100, abs=15), index


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize(("select", "begin", "step"), [("leftmost", 20, 400), ("rightmost", 420, -400)])
def test_two_real_people_who_cross_keep_their_own_track(
    tmp_path: Path, shared_media: Path, select: Order, begin: int, step: int
) -> None:
    def shown(name: str) -> Iterator[Image]:
        with VideoReader(shared_media / "driving" / name) as reader:
            for _, frame in reader:
                yield cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA)

    media = clip(tmp_path / "clip.mkv", crossing(shown("jackie.mp4"), shown("d19.mp4"), 80))
    _, track, _ = run(media, tmp_path / "out", select=FaceChoice(order=select), max_gap_frames=40)
    assert track.found[0]
    assert track.found[-1]
    assert track.found.sum() >= 50
    for index in np.flatnonzero(track.found):
        assert middle(track, int(index))[0] == pytest.approx(begin + step * index / 79 + 100, abs=25), index


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A large face on the left, a smaller one on the right."""
    picture = with_head(20, width=640)
    picture[40:170, 450:580] = cv2.resize(head(), (130, 130), interpolation=cv2.INTER_AREA)
    path = tmp_path_factory.mktemp("pictures") / "group.png"
    write_png(path, picture)
    return path


@pytest.mark.parametrize(
    ("select", "x"),
    [
        ({}, 118),
        ({"order": "rightmost"}, 514),
        ({"index": 1}, 514),
        ({"at": (510, 100)}, 514),
        ({"order": "leftmost"}, 118),
    ],
)
def test_the_chosen_face_of_a_picture(tmp_path: Path, group: Path, select: Any, x: float) -> None:
    facts, track, _ = still(group, tmp_path / "out", select=FaceChoice(**select))
    assert facts.frames == len(track) == 1
    assert middle(track, 0)[0] == pytest.approx(x, abs=8)
    assert json.loads((tmp_path / "out" / "times.json").read_text()) == ["0"]


def test_a_face_that_is_not_there_lists_those_that_are(tmp_path: Path, group: Path) -> None:
    with pytest.raises(InputError, match=r"group\.png: there is no face 2: 2 faces found, 0 at \[1\d\d, 1\d\d\], 1 at"):
        still(group, tmp_path / "out", select=FaceChoice(index=2))


@pytest.mark.slow
def test_everyone_in_a_crowd_can_be_meant(tmp_path: Path) -> None:
    """Forty faces, each row smaller than the one before; the last ones some 40 pixels high, the leftmost among them."""
    picture = np.full((1500, 2000, 3), (120, 130, 110), np.uint8)
    for line, side in enumerate((240, 180, 130, 100, 80)):
        for place in range(8):
            x, y = 240 * place + 10 * (5 - line), 20 + 280 * line
            picture[y : y + side, x : x + side] = cv2.resize(head(), (side, side), interpolation=cv2.INTER_AREA)
    write_png(tmp_path / "crowd.png", picture)
    _, track, _ = still(tmp_path / "crowd.png", tmp_path / "left", select=FaceChoice(order="leftmost"))
    assert middle(track, 0) == pytest.approx((10 + 40, 20 + 280 * 4 + 40), abs=12)
    with pytest.raises(InputError, match=r"there is no face 40: 40 faces found, 0 at .*, 11 at .*, and 28 more"):
        still(tmp_path / "crowd.png", tmp_path / "none", select=FaceChoice(index=40))


def test_one_frame_of_a_video_as_the_picture(tmp_path: Path) -> None:
    media = clip(tmp_path / "clip.mkv", [with_head(10) if index == 7 else empty() for index in range(12)])
    _, track, _ = still(media, tmp_path / "out", at=Fraction(7, 25))
    assert middle(track, 0)[0] == pytest.approx(108, abs=6)
    with pytest.raises(InputError, match=r"no face was found at 0\.12 s"):
        still(media, tmp_path / "other", at=Fraction(3, 25))


@pytest.mark.shared
def test_a_monkey_is_refused_by_name(tmp_path: Path, shared_media: Path) -> None:
    with pytest.raises(InputError, match=r"no_human_monkey\.jpg: no face was found"):
        still(shared_media / "portraits" / "no_human_monkey.jpg", tmp_path / "out")


def shots_of(folder: Path) -> list[tuple[int, int, bool]]:
    return [(shot.start, shot.stop, shot.seen) for shot in load_shots(folder / "shots.json")]


def test_a_face_that_is_away_for_long_ends_the_shot(tmp_path: Path) -> None:
    frames = [with_head(20) if index < 10 or index >= 25 else empty() for index in range(40)]
    media = clip(tmp_path / "clip.mkv", frames)
    facts, track, _ = run(media, tmp_path / "out", on_face_lost="hold", on_scene_cut="ignore")
    assert shots_of(tmp_path / "out") == [(0, 10, True), (10, 25, False), (25, 40, True)]
    assert facts.away == (TimeSpan(since=Fraction(2, 5), until=Fraction(1)),)
    assert facts.shots == 2
    assert middle(track, 17) == middle(track, 9)


@pytest.fixture(scope="module")
def cut_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A face at the left; after 12 frames another picture, with a face at the right; then one without any."""
    garden = cv2.resize(data.coffee(), (640, 220))
    one, other = with_head(20, width=640), garden.copy()
    other[10 : 10 + SIDE, 420 : 420 + SIDE] = head()
    none = cv2.resize(data.chelsea(), (640, 220))
    return clip(tmp_path_factory.mktemp("cut") / "clip.mkv", [one] * 12 + [other] * 12 + [none] * 12)


def test_each_shot_chooses_its_face_anew(tmp_path: Path, cut_clip: Path) -> None:
    facts, track, _ = run(cut_clip, tmp_path / "out", on_face_lost="hold")
    assert shots_of(tmp_path / "out") == [(0, 12, True), (12, 24, True), (24, 36, False)]
    assert middle(track, 11)[0] == pytest.approx(118, abs=8)
    assert middle(track, 12)[0] == pytest.approx(518, abs=8)
    assert facts.away == (TimeSpan(since=Fraction(24, 25), until=Fraction(7, 5)),)


def test_hold_stays_with_the_first_shot(tmp_path: Path, cut_clip: Path) -> None:
    run(cut_clip, tmp_path / "out", on_scene_cut="hold", on_face_lost="hold")
    assert shots_of(tmp_path / "out") == [(0, 12, True), (12, 36, False)]


def test_a_cut_is_refused_with_its_time_where_that_is_asked_for(tmp_path: Path, cut_clip: Path) -> None:
    with pytest.raises(InputError, match=r"clip\.mkv: there is a scene cut at 0\.48 s \(choose start and end"):
        run(cut_clip, tmp_path / "out", on_scene_cut="error")


def test_a_point_that_shows_no_face_after_a_cut_is_a_rest(tmp_path: Path, cut_clip: Path) -> None:
    run(cut_clip, tmp_path / "out", select=FaceChoice(at=(118, 110)), on_face_lost="hold")
    assert shots_of(tmp_path / "out") == [(0, 12, True), (12, 36, False)]


def test_threads_do_not_change_a_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = clip(tmp_path / "clip.mkv", [with_head(20 + 3 * index) for index in range(9)])
    run(media, tmp_path / "several")
    monkeypatch.setattr(following, "ThreadPoolExecutor", lambda threads, name: ThreadPoolExecutor(1))
    run(media, tmp_path / "one")
    for name in ("points", "blendshapes", "pose", "found"):
        several, one = (np.load(tmp_path / folder / "track" / f"{name}.npy") for folder in ("several", "one"))
        np.testing.assert_array_equal(several, one)
