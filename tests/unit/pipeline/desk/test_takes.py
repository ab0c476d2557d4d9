"""Takes come in, are told of, and go; their place to the song; one mirror at a time, and what cannot be one."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from httpx2 import Response
from numpy.typing import NDArray
from PIL import Image as Pictures

from media.ffmpeg import argv
from media.ffmpeg.run import run_ffmpeg
from media.image.images import write_png
from media.sound.alike import heard_at
from pipeline.desk import mirror
from pipeline.desk.takes import Take, driving
from pipeline.live.worker import MOST_BYTES, MOST_SIDE, decoded
from tests.synthetic import write_clip
from tests.unit.pipeline.desk.conftest import Open

RATE = 16_000
Samples = NDArray[np.float64]
TEXT = """\
version: 1
performers:
  ann: {portrait: sample:astronaut}
  a/b: {portrait: wall.png}
  bob: {portrait: wall.png, driving: other.mp4}
audio: {source: song.wav, offset: 0.5, trim: {start: "0:01"}}
lyrics: {file: song.lrc, offset: 0.25}
output: {path: out.mp4}
"""


def write_sound(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((32767 * np.clip(samples, -1, 1)).astype(np.int16).tobytes())


def noise(seconds: float, seed: int) -> Samples:
    return 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE))


@pytest.fixture
def project(folder: Path) -> str:
    (folder / "songs").mkdir()
    (folder / "songs" / "one.yaml").write_text(TEXT)
    write_sound(folder / "songs" / "song.wav", noise(4, 1))
    (folder / "songs" / "song.lrc").write_text("[00:01.00]<00:01.00>One <00:01.50>two<00:02.00>\n")
    write_png(folder / "songs" / "wall.png", np.full((90, 120, 3), 128, np.uint8))
    return "songs/one.yaml"


@pytest.fixture
def recording(tmp_path: Path) -> bytes:
    """6 s of picture and of sound, in which the song begins after 1.2 s; as WebM."""
    frames = [np.full((48, 64, 3), 4 * n, np.uint8) for n in range(60)]
    write_clip(tmp_path / "picture.mp4", frames, fps=10)
    sound = noise(6, 2)
    sound[round(1.2 * RATE) :][: 4 * RATE] += noise(4, 1)
    write_sound(tmp_path / "sound.wav", sound)
    tracks = [argv.Track(tmp_path / "sound.wav", options={"c": "pcm_s16le"})]
    both = argv.mux(tmp_path / "take.mkv", container="mkv", video=tmp_path / "picture.mp4", tracks=tracks)
    run_ffmpeg(both)
    return (tmp_path / "take.mkv").read_bytes()


def keep(
    browser: TestClient, project: str, data: bytes, kind: str = "video/x-matroska;codecs=avc1", **query: str
) -> Response:
    """Send a recording."""
    asked = {"who": "ann", "song": "song.wav", "told": "1.25"} | query
    return browser.post(f"/takes/{project}", params=asked, content=data, headers={"content-type": kind})


def test_a_take_is_kept_beside_its_manifest_with_the_songs_place_in_it(
    browser: TestClient, folder: Path, project: str, recording: bytes
) -> None:
    answer = keep(browser, project, recording)
    assert answer.status_code == 201, answer.text
    take = answer.json()
    assert take["file"] == "media/takes/one-ann-001.mkv"
    assert take["heard"] == pytest.approx(1.2, abs=0.002)
    assert keep(browser, project, recording, told="3").json()["heard"] is None  # too far from what the clocks tell
    told = browser.get(f"/takes/{project}").json()
    assert told["song"] == "song.wav"
    assert told["seconds"] == pytest.approx(4)
    assert told["performers"] == ["ann", "a/b", "bob"]
    # the words, and the picture's beginning, on the song's own clock: it starts with its second 1, at 0.5 s
    assert told["words"][0]["words"] == [[pytest.approx(1.75), "One "], [pytest.approx(2.25), "two"]]
    first, second = told["takes"]
    ends = {"start": pytest.approx(1.7, abs=0.002), "end": pytest.approx(5.2, abs=0.002)}
    assert first["driving"] == {"video": first["file"], **ends}
    assert second["lead"] == 3
    assert not first["chosen"]
    kept = sorted(path.name for path in (folder / "songs" / "media" / "takes").iterdir())
    assert kept == ["one-ann-001.json", "one-ann-001.mkv", "one-ann-002.json", "one-ann-002.mkv"]


def test_a_take_is_removed_unless_it_is_the_chosen_one(
    browser: TestClient, folder: Path, project: str, recording: bytes
) -> None:
    file = keep(browser, project, recording).json()["file"]
    manifest = folder / project
    manifest.write_text(TEXT.replace("sample:astronaut}", f"sample:astronaut, driving: {{video: {file}, start: 1}}}}"))
    assert browser.get(f"/takes/{project}").json()["takes"][0]["chosen"]
    refused = browser.delete(f"/takes/{project}", params={"file": file})
    assert (refused.status_code, "choose another" in refused.text) == (409, True)
    manifest.write_text(TEXT)
    assert browser.delete(f"/takes/{project}", params={"file": file}).status_code == 204
    assert browser.delete(f"/takes/{project}", params={"file": file}).status_code == 404
    assert list((folder / "songs" / "media" / "takes").iterdir()) == []


REFUSED: dict[str, tuple[int, str, dict[str, Any]]] = {
    "another kind": (422, "is no recording", {"kind": "text/html"}),
    "no video": (422, "", {"data": b"no video at all"}),
    "nobody": (404, "no performer", {"who": "eve"}),
    "no name of a file": (422, "", {"who": "a/b"}),
    "a song elsewhere": (404, "is no file in this folder", {"song": "../../secret.yaml"}),
    "a lead without end": (422, "", {"told": "1e9"}),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_take_is_refused_and_leaves_nothing(
    browser: TestClient, folder: Path, project: str, recording: bytes, what: str
) -> None:
    status, told, change = REFUSED[what]
    data = change.get("data", recording)
    asked = {key: value for key, value in change.items() if key != "data"}
    answer = keep(browser, project, data, **asked)
    assert answer.status_code == status, answer.text
    assert told in answer.text
    place = folder / "songs" / "media" / "takes"
    assert not place.exists() or list(place.iterdir()) == []


def test_only_the_desks_own_pages_record(project: str, open_desk: Open, recording: bytes) -> None:
    foreign = open_desk(origin="http://example.org")
    assert keep(foreign, project, recording).status_code == 403
    for path in (f"/mirrors/{project}?who=ann", "/mirror/key"):
        assert foreign.post(path).status_code == 403


@pytest.mark.parametrize("file", ["../../secret.yaml", "media/takes/other.webm", "/etc/passwd"])
def test_what_lies_about_a_take_is_left_out(browser: TestClient, folder: Path, project: str, file: str) -> None:
    place = folder / "songs" / "media" / "takes"
    place.mkdir(parents=True)
    about = {"manifest": "one.yaml", "who": "ann", "file": file, "song": "song.wav", "told": 1, "seconds": 5}
    (place / "one-ann-001.json").write_text(json.dumps(about))
    (place / "broken.json").write_text("{")
    assert browser.get(f"/takes/{project}").json()["takes"] == []
    assert browser.delete(f"/takes/{project}", params={"file": file}).status_code == 404


def test_takes_are_not_kept_through_a_link_that_leads_elsewhere(
    browser: TestClient, folder: Path, project: str, recording: bytes, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "songs" / "media").symlink_to(tmp_path / "elsewhere")
    assert keep(browser, project, recording).status_code == 422
    assert list((tmp_path / "elsewhere").iterdir()) == []


INCOMPLETE = (
    "version: 1\nperformers: {}\n",
    "version: 1\nperformers: 3\naudio: [1]\nlyrics: {file: 7}\n",
    "version: 1\nperformers: {ann: 4}\n",
)


@pytest.mark.parametrize("text", INCOMPLETE)
def test_a_manifest_that_is_not_complete_yet_has_no_song(browser: TestClient, folder: Path, text: str) -> None:
    (folder / "new.yaml").write_text(text)
    told = browser.get("/takes/new.yaml").json()
    assert (told["song"], told["words"], told["performers"], told["takes"]) == (None, [], [], [])


def test_a_take_that_ends_with_the_song_needs_no_end() -> None:
    take = Take(manifest="a.yaml", who="ann", file="media/takes/a.webm", song="s.wav", told=3.0, seconds=10)
    assert driving(take, 0.0, 20.0) == {"video": take.file, "start": 3.0}
    assert driving(take, 5.0, 2.0) == {"video": take.file, "start": 0.0, "end": 5.0}


@pytest.mark.parametrize(("gain", "clear"), [(1.0, True), (0.3, True), (0.0, False)])
def test_a_song_is_heard_through_a_room_or_nothing_is_said(tmp_path: Path, gain: float, clear: bool) -> None:
    song, take = noise(5, 3), noise(9, 4)
    for echo, share in ((0, 1.0), (160, 0.5), (900, 0.4)):
        at = round(2.345 * RATE) + echo
        take[at : at + len(song)] += gain * share * song
    write_sound(tmp_path / "song.wav", song)
    write_sound(tmp_path / "take.wav", take)
    found = heard_at(tmp_path / "song.wav", tmp_path / "take.wav", 2.2, 0.5)
    assert (found == pytest.approx(2.345, abs=0.001)) if clear else (found is None)


def test_silence_tells_nothing(tmp_path: Path) -> None:
    write_sound(tmp_path / "song.wav", noise(2, 1))
    write_sound(tmp_path / "take.wav", np.zeros(4 * RATE))
    assert heard_at(tmp_path / "song.wav", tmp_path / "take.wav", 1, 0.5) is None


@pytest.mark.parametrize("told", [0.0, 1.0, 60.0])
def test_a_recording_that_ends_before_the_song_tells_nothing(tmp_path: Path, told: float) -> None:
    write_sound(tmp_path / "song.wav", noise(0.01, 1))
    write_sound(tmp_path / "take.wav", noise(0.02, 2))
    assert heard_at(tmp_path / "song.wav", tmp_path / "take.wav", told, 0.5) is None


def coded(width: int, height: int, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Pictures.new("RGB", (width, height), (10, 20, 200)).save(file, format=kind)
    return file.getvalue()


def test_a_mirror_takes_pictures_of_a_size_and_nothing_else() -> None:
    assert decoded(coded(64, 48, "WEBP")).shape == (48, 64, 3)  # type: ignore[union-attr]
    assert decoded(coded(64, 48))[0, 0, 2] > 150  # type: ignore[index]
    for data in (b"", b"\xff\xd8nothing", coded(MOST_SIDE + 1, 8), coded(64, 48)[:200], coded(64, 48, "GIF")):
        assert decoded(data) is None


@pytest.fixture
def singing(browser: TestClient) -> Iterator[TestClient]:
    """A desk that ends what it began."""
    with browser:
        yield browser


def test_one_mirror_at_a_time(singing: TestClient, project: str) -> None:
    key = singing.post(f"/mirrors/{project}", params={"who": "ann"}).json()["key"]
    assert singing.post(f"/mirrors/{project}", params={"who": "ann"}).status_code == 409
    assert singing.post("/mirror/another", content=coded(64, 48)).status_code == 404
    assert singing.post(f"/mirror/{key}", content=b"0" * (MOST_BYTES + 1)).status_code == 413
    answer = singing.post(f"/mirror/{key}", content=b"no picture")
    for _ in range(600):
        if answer.content:
            break
        time.sleep(0.1)
        answer = singing.post(f"/mirror/{key}", content=coded(64, 48))
    assert Pictures.open(io.BytesIO(answer.content)).size == (512, 512)
    assert answer.headers["Duet-Following"] == "0"
    assert singing.delete(f"/mirror/{key}").status_code == 204
    assert singing.post(f"/mirror/{key}", content=coded(64, 48)).status_code == 404


def test_a_portrait_that_cannot_move_says_why(singing: TestClient, project: str) -> None:
    assert singing.post(f"/mirrors/{project}", params={"who": "eve"}).status_code == 404
    key = singing.post(f"/mirrors/{project}", params={"who": "bob"}).json()["key"]
    for _ in range(600):
        answer = singing.post(f"/mirror/{key}", content=coded(64, 48))
        if answer.status_code == 410:
            break
        time.sleep(0.1)
    assert "no face was found" in answer.text


def test_a_mirror_that_hangs_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "ENDING", 0.2)
    one = mirror.Mirror(coded(64, 48))
    (child,) = multiprocessing.active_children()
    os.kill(child.pid or 0, signal.SIGSTOP)
    refused: list[int] = []

    def sing() -> None:
        try:
            while True:
                one.exchange(b"0" * MOST_BYTES)  # more than a pipe takes
        except HTTPException as gone:
            refused.append(gone.status_code)

    singing = Thread(target=sing, daemon=True)
    singing.start()
    time.sleep(0.3)
    ending = Thread(target=one.close, daemon=True)
    ending.start()
    for thread in (ending, singing):
        thread.join(30)
        assert not thread.is_alive()
    assert not child.is_alive()
    assert refused == [410]
