"""A portrait that moves live: nothing waits in a queue, it rests while nobody is there, and what fails says so."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from engines import ENGINES
from engines.base import Driving, Portrait, Taking
from engines.landmark_tps.engine import LandmarkTps
from engines.landmark_tps.options import Options
from engines.live import LiveEngine, LiveRenderer
from face.calibration import Detector
from foundation.errors import InputError, ManifestError, StageError
from foundation.facetrack import Face, head_frame
from foundation.geometry import Image
from foundation.schemes import MEDIAPIPE_478
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from media.ffmpeg.argv_stream import stream_video
from media.image.images import read_image, write_png
from media.samples import sample_path
from media.video.camera import camera_frames
from pipeline.cli import live
from pipeline.live import show as show_module
from pipeline.live.outputs import Output, Steady, Stream, Window
from pipeline.live.performer import REST_FRAMES, Performer, Seen
from pipeline.live.show import show
from pipeline.live.sitter import FACE, Sitter, seated
from pipeline.live.slot import Ended, Slot

GREY = np.full((48, 64, 3), 90, np.uint8)
FACE_AT = Face(np.random.default_rng(1).random((478, 3)) * 40, MEDIAPIPE_478, np.zeros(52), np.eye(4))


class Brighter(LiveRenderer):
    """The portrait brighter by as much as it moves."""

    def __init__(self, portrait: Portrait) -> None:
        self.portrait, self.forgotten = portrait, 0

    def render(self, face: Face, driving_frame: Image, share: float = 1.0) -> Image:
        return np.clip(self.portrait.image + 40.0 * share, 0, 255).astype(np.uint8)

    def forget(self) -> None:
        self.forgotten += 1


class BrightEngine(LandmarkTps, LiveEngine[Options]):
    """Follows at once."""

    def follow(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> LiveRenderer:
        assert len(driving.track) == REST_FRAMES
        assert len(list(driving.pick([0, 3]))) == 2
        return Brighter(portrait)


class Eyes(LandmarkBackend):
    """Sees a face wherever the picture is not black."""

    name, scheme, points = "eyes", MEDIAPIPE_478, 478

    def detect(self, image: Image, limit: int = 8) -> list[Face]:
        return [FACE_AT] * int(image[0, 0, 0] // 90)

    def follow(self, image: Image, seconds: float, limit: int = 4) -> list[Face]:
        return self.detect(image)[:limit]

    def close(self) -> None:
        """Nothing is open."""


class Kept(Output):
    """Keeps the pictures."""

    def __init__(self, most: int = 10**6) -> None:
        self.pictures: list[Image] = []
        self._most = most

    def show(self, picture: Image) -> bool:
        self.pictures.append(picture)
        return len(self.pictures) < self._most


@pytest.fixture(scope="module")
def sitter() -> Sitter:
    with load_backend() as backend:
        return seated(sample_path("astronaut"), backend.detect, ENGINES["landmark_tps"].crop, (320, 200))


class Watched(Performer):
    """Says when it has drawn, so that however busy the machine is, frames come no faster."""

    drawn = threading.Semaphore(0)

    def draw(self, seen: Seen) -> Image:
        picture = super().draw(seen)
        self.drawn.release()
        return picture


def performer(sitter: Sitter, told: list[str]) -> Performer:
    return Watched(sitter, BrightEngine(), Eyes(), told.append)


def test_a_slot_holds_the_newest_alone_and_counts_the_others() -> None:
    slot: Slot[int] = Slot()
    assert slot.take(0.01) is None
    assert [slot.put(number) for number in range(5)] == [True] * 5
    assert (slot.take(1), slot.dropped) == (4, 4)
    slot.put(9)
    slot.end(InputError("the camera is gone"))
    assert slot.take(1) == 9  # what was there before is not lost
    with pytest.raises(InputError, match="gone"):
        slot.take(1)
    assert not slot.put(10)


def test_who_waits_at_a_slot_that_ends_is_woken() -> None:
    slot: Slot[int] = Slot()
    threading.Timer(0.05, slot.end).start()
    with pytest.raises(Ended):
        slot.take(60)


def test_pictures_come_at_a_constant_rate_whenever_they_are_made() -> None:
    now, written = [0.0], []
    steady = Steady(lambda picture: written.append(int(picture[0, 0, 0])), Fraction(10), lambda: now[0])
    for number, at in enumerate([0.0, 0.11, 0.5, 0.51, 0.52, 0.53, 1.0]):
        now[0] = at
        steady(np.full((2, 2, 3), number, np.uint8))
    assert written == [0, 1, 1, 1, 1, 2, 3, 5, 5, 5, 6]
    assert len(written) == 11  # a second and the picture at its end


def test_a_portrait_is_shown_in_the_size_that_is_asked_for(sitter: Sitter) -> None:
    assert sitter.size == (320, 200)
    assert sitter.faces == 1
    same = sitter.shown(sitter.portrait.image)
    assert np.abs(same.astype(int) - sitter.picture).max() <= 1
    other = sitter.shown(255 - sitter.portrait.image)
    assert (other != sitter.picture).any()
    assert (other[:, :5] == sitter.picture[:, :5]).all()


def test_it_rests_until_the_driver_is_known_then_follows_and_rests_while_nobody_is_there(sitter: Sitter) -> None:
    told: list[str] = []
    one = performer(sitter, told)
    clock = itertools.count()

    def draw(face: Face | None) -> float:
        shown = one.draw(Seen(GREY, next(clock) / 25, face))
        return float(shown.astype(float).mean() - sitter.picture.mean())

    assert [draw(face) for face in [None] * 12 + [FACE_AT] * REST_FRAMES] == [0.0] * (REST_FRAMES + 12)
    assert one.following
    there = [draw(FACE_AT) for _ in range(15)]
    assert draw(None) < there[-1]  # a single look that errs is not told
    there.append(draw(FACE_AT))
    away = [draw(None) for _ in range(15)]
    assert there[-1] > 1
    assert away[-1] == 0.0
    for way in (there, away[::-1]):
        assert np.diff(way).min() >= -1e-9
        assert np.diff(way).max() < 0.5 * way[-1]  # it goes there, and does not jump
    assert told == ["no face in view: the portrait rests", "the face is in view", "following", told[0]]


def test_several_faces_in_view_are_told(sitter: Sitter) -> None:
    told: list[str] = []
    one = performer(sitter, told)
    for number in range(REST_FRAMES):
        one.draw(Seen(2 * GREY, number / 25, FACE_AT))
    assert told == ["2 faces in view: the first that was seen is followed"]


def filmed(count: int, picture: Image = GREY) -> Iterator[Image]:
    """Every fifth comes at once after the one before, the others when that has been drawn."""
    Watched.drawn = threading.Semaphore(0)
    for number in range(count):
        yield picture
        if number % 5:
            Watched.drawn.acquire(timeout=5)
            time.sleep(0.01)  # portraits ease into motion by the clock


def test_the_loop_shows_drops_and_measures(sitter: Sitter) -> None:
    kept = Kept()
    figures = show(filmed(60), Eyes(), performer(sitter, []), kept, None)
    assert (kept.pictures[0] == sitter.picture).all()
    assert (kept.pictures[-1] != sitter.picture).any()
    assert 0 < figures.pictures <= figures.frames <= 60 - REST_FRAMES
    assert len(figures.delays) == figures.pictures
    assert figures.to_json()["delay_ms_p95"] >= figures.to_json()["delay_ms"] > 0


@pytest.mark.parametrize(("seconds", "most"), [(3.0, 10**6), (None, 30)])
def test_it_ends_when_the_time_is_over_or_nobody_looks_any_more(
    sitter: Sitter, seconds: float | None, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that goes on with every picture."""
    endless = filmed(10**9)
    kept = Kept(most)
    monkeypatch.setattr(show_module, "time", SimpleNamespace(monotonic=lambda: len(kept.pictures) / 100))
    show(endless, Eyes(), performer(sitter, []), kept, seconds)
    assert len(kept.pictures) == min(most, 300)


def test_frames_without_a_face_are_no_performance(sitter: Sitter) -> None:
    with pytest.raises(InputError, match="seen in 0 frames"):
        show(filmed(5, 0 * GREY), Eyes(), performer(sitter, []), Kept(), None)


def test_a_camera_that_is_lost_ends_it_after_what_was_shown(sitter: Sitter) -> None:
    def lost() -> Iterator[Image]:
        yield from filmed(40)
        raise InputError("camera 0 gives no more pictures")

    kept, one = Kept(), performer(sitter, [])
    with pytest.raises(InputError, match="no more pictures"):
        show(lost(), Eyes(), one, kept, None)
    assert one.following
    assert len(kept.pictures) > REST_FRAMES / 2


class FakeCamera:
    """In the place of OpenCV's: three pictures, red in BGR."""

    def __init__(self, number: int) -> None:
        self.left, self.open = 3, number == 0
        FakeCamera.last = self

    last: FakeCamera

    def isOpened(self) -> bool:  # noqa: N802  (OpenCV's name)
        return self.open

    def set(self, *_setting: Any) -> bool:
        return True

    def read(self) -> tuple[bool, Any]:
        self.left -= 1
        return (True, np.full((4, 6, 3), (0, 0, 200), np.uint8)) if self.left >= 0 else (False, None)

    def release(self) -> None:
        self.open = False


def test_a_camera_gives_rgb_until_it_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    frames = camera_frames(0)
    assert [next(frames)[0, 0].tolist() for _ in range(3)] == [[200, 0, 0]] * 3
    with pytest.raises(InputError, match="camera 0 gives no more pictures"):
        next(frames)
    assert not FakeCamera.last.open
    with pytest.raises(InputError, match="there is no camera 3"):
        next(camera_frames(3))


@pytest.mark.parametrize("to", ["http://example.org/x", "out.avi", "srt://host:1", "Window"])
def test_pictures_go_where_they_can_alone(to: str) -> None:
    with pytest.raises(ManifestError, match="--to takes"):
        live._target(to, [])


def test_the_clip_is_not_written_over(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    with pytest.raises(ManifestError, match="it is an input"):
        live._target(str(clip), [clip])


def test_only_rtmp_is_a_place_to_send_to() -> None:
    sent = stream_video("rtmp://host/app/key", size=(64, 48), fps=Fraction(25), metadata={"comment": "synthetic"})
    assert sent[-1] == "rtmp://host/app/key" or "rtmp://host/app/key" in sent
    assert "comment=synthetic" in " ".join(sent)
    for address in ("http://host/x", "file:x", "-f", "tcp://host:1"):
        with pytest.raises(ManifestError):
            stream_video(address, size=(64, 48), fps=Fraction(25), metadata={})


def test_an_address_that_nobody_listens_at_is_told_without_its_key() -> None:
    stream = Stream("rtmp://127.0.0.1:9/live/secret-key", (64, 48), Fraction(25))
    with pytest.raises(StageError, match="nobody takes the pictures there") as refused:
        stream.show(GREY)
        stream.close()
    assert "secret" not in str(refused.value)
    stream.discard()


def test_a_window_without_a_display_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(StageError, match=r"no (display|tkinter)"):
        Window((64, 48), "Duet")


@pytest.mark.parametrize("height", [400, 120])
def test_a_face_is_made_as_small_as_is_quick_and_never_larger(tmp_path: Path, height: int) -> None:
    astronaut = read_image(sample_path("astronaut"))
    scale = height / 100.0
    write_png(tmp_path / "one.png", cv2.resize(astronaut[:280, 100:360], None, fx=scale, fy=scale).astype(np.uint8))
    with load_backend() as backend:
        made = seated(tmp_path / "one.png", backend.detect, ENGINES["landmark_tps"].crop, None)
        (face,) = backend.detect(made.picture)
    tall = head_frame(face.points, face.scheme).height
    assert tall < 1.05 * FACE
    assert (made.size[1] == round(280 * scale) // 2 * 2) == (height == 120)


def test_a_wall_is_no_portrait(tmp_path: Path) -> None:
    write_png(tmp_path / "wall.png", np.full((90, 120, 3), 128, np.uint8))
    with load_backend() as backend, pytest.raises(InputError, match=r"wall.png: no face was found"):
        seated(tmp_path / "wall.png", backend.detect, ENGINES["landmark_tps"].crop, None)
