"""`duet live`, as it is called: a clip in a camera's place into a file, over the network, and what cannot be."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from face.calibration import mouth_opening
from foundation.facetrack import Face
from foundation.geometry import Image
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from media.credentials.provenance import SYNTHETIC
from media.ffmpeg.binary import ffmpeg
from media.image.images import write_png
from media.samples import sample_path
from media.video.probe import probe
from media.video.reader import VideoReader
from pipeline.live.performer import REST_FRAMES, Seen
from pipeline.live.stage import on_stage
from tests.integration.conftest import Duet, Outcome, command
from tests.synthetic import write_clip


def last(done: Outcome) -> dict[str, object]:
    told: dict[str, object] = json.loads(done.out.splitlines()[-1])
    return told


@pytest.mark.slow
def test_a_clip_moves_a_portrait_into_a_file(duet: Duet, tmp_path: Path) -> None:
    clip = ("--video", "sample:carphone", "--to", "out.mp4", "--size", 320, 240, "--json")
    done = duet("live", "sample:astronaut", *map(str, clip))
    assert done.code == 0, done.err
    told = last(done)
    assert told["event"] == "Done"
    assert float(str(told["delay_ms"])) > 0
    info = probe(tmp_path / "out.mp4")
    assert info.video is not None
    assert (info.video.width, info.video.height, info.video.variable) == (320, 240, False)
    assert float(info.duration) > float(str(told["seconds"]))  # at the clip's own pace, from its first frame on
    assert SYNTHETIC.encode() in (tmp_path / "out.mp4").read_bytes()
    with VideoReader(tmp_path / "out.mp4") as reader:
        shown = [frame for _, frame in islice(reader, None, None, 5)]
    assert np.ptp([frame.astype(float).mean() for frame in shown]) > 0
    assert {path.name for path in tmp_path.iterdir()} == {"out.mp4"}


def face_in(backend: LandmarkBackend, image: Image) -> Face | None:
    return next(iter(backend.detect(image, 1)), None)


@pytest.mark.slow
def test_mouths_open_as_the_drivers_do_and_a_driver_who_leaves_is_not_missed_at_once() -> None:
    told: list[str] = []
    with (
        VideoReader(sample_path("carphone")) as reader,
        on_stage(sample_path("astronaut"), "landmark_tps", None, told.append) as (looks, performer),
        load_backend() as judge,
    ):
        theirs, ours, pictures = [], [], []
        for number, (seconds, frame) in enumerate(islice(reader, 110)):
            driver = next(iter(looks.follow(frame, float(seconds), 1)), None)
            picture = performer.draw(Seen(frame, float(seconds), driver))
            if number < REST_FRAMES:
                assert (picture == performer.sitter.picture).all()
            elif number > REST_FRAMES + 15 and number % 3 == 0:
                found = face_in(judge, picture)
                assert found is not None
                assert driver is not None
                theirs.append(mouth_opening(driver.points))
                ours.append(mouth_opening(found.points))
                pictures.append(picture)
        away = [performer.draw(Seen(frame, float(seconds) + (number + 1) / 30, None)) for number in range(20)]
    assert np.corrcoef(theirs, ours)[0, 1] > 0.8
    assert 0.5 < np.std(ours) / np.std(theirs) < 1.6
    box = [np.abs(picture.astype(int) - performer.sitter.picture).max(axis=2) > 0 for picture in pictures]
    assert not np.any(box, axis=0)[-60:].any()  # her hands and helmet are the portrait's own
    assert (away[-1] == performer.sitter.picture).all()
    steps = [np.abs(a.astype(int) - b).mean() for a, b in zip([pictures[-1], *away], away, strict=False)]
    assert max(steps) < 1.5  # it comes to rest, and does not jump there


@pytest.mark.slow
def test_pictures_go_to_an_rtmp_address(duet: Duet, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"rtmp://127.0.0.1:{port}/live/key"
    listening = [ffmpeg(), "-loglevel", "error", "-listen", "1", "-i", address, "-c", "copy", str(tmp_path / "got.mkv")]
    with subprocess.Popen(listening, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        done = duet("live", "sample:astronaut", "--video", "sample:carphone", "--to", address, "--size", "160", "160")
        server.wait(30)
    assert done.code == 0, done.err
    assert "pictures a second" in done.out
    info = probe(tmp_path / "got.mkv")
    assert info.video is not None
    assert info.video.codec == "h264"
    assert info.video.frames > 100


@pytest.mark.slow
def test_ctrl_c_ends_it_and_keeps_the_video(tmp_path: Path) -> None:
    arguments = ["sample:astronaut", "--video", str(sample_path("carphone")), "--to", "out.mp4", "--size", "160", "160"]
    with subprocess.Popen(command("live", *arguments), cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "following\n"
        process.send_signal(signal.SIGINT)
        told = process.stdout.read()
        assert process.wait(60) == 0
    assert "pictures a second" in told
    info = probe(tmp_path / "out.mp4")
    assert info.video is not None
    assert {path.name for path in tmp_path.iterdir()} == {"out.mp4"}


REFUSED = {
    "no camera": (("sample:astronaut", "--camera", "97", "--to", "o.mp4"), 3, "there is no camera 97"),
    "no display": (("sample:astronaut",), 4, "no "),
    "no virtual camera": (("sample:astronaut", "--to", "camera"), 4, "virtual camera|pyvirtualcam"),
    "no face": (("wall.png", "--to", "o.mp4"), 3, "wall.png: no face was found"),
    "no driver": (("sample:astronaut", "--video", "wall.mp4", "--to", "o.mp4"), 3, "seen in 0 frames"),
    "no clip": (("sample:astronaut", "--video", "gone.mp4", "--to", "o.mp4"), 3, "gone.mp4"),
    "both": (("sample:astronaut", "--video", "wall.mp4", "--camera", "0"), 2, "cannot go together"),
    "odd": (("sample:astronaut", "--size", "31", "40"), 2, "even numbers"),
    "another engine": (("sample:astronaut", "--engine", "fomm", "--to", "o.mp4"), 2, "does not follow live"),
    "nobody there": (("sample:astronaut", "--video", "sample:carphone", "--to", "rtmp://127.0.0.1:9/k"), 4, "nobody"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_told_in_one_line_and_leaves_nothing(duet: Duet, tmp_path: Path, what: str) -> None:
    arguments, code, told = REFUSED[what]
    wall = np.full((120, 160, 3), 128, np.uint8)
    write_png(tmp_path / "wall.png", wall)
    write_clip(tmp_path / "wall.mp4", [wall] * 5, fps=25)
    before = {path.name for path in tmp_path.iterdir()}
    done = duet("live", *arguments)
    assert done.code == code, done.err
    assert any(part in done.error for part in told.split("|")), done.error
    assert {path.name for path in tmp_path.iterdir()} == before
