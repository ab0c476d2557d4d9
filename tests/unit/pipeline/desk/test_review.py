"""A version, watched and judged: exact frames, ranges of the file, notes, exports, marks."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from foundation.codec import Json
from media.video.reader import VideoReader
from pipeline.desk.marks import Mark, marks
from tests.delivered import HOSTILE, deliver, number_in, write_manifest

MOST_BYTES = 100_000
NOTE = {"frame": 12, "text": "the eyes"}


@pytest.fixture
def video(folder: Path, browser: TestClient) -> Path:
    """A result of 300 frames, more than a codec's group of pictures, opened in the desk."""
    made = deliver(write_manifest(folder), frames=300)
    assert browser.get("/review/duet.yaml").status_code == 200
    return made


def test_a_frame_is_the_files_own(browser: TestClient, video: Path) -> None:
    with VideoReader(video) as reader:
        frames = [frame for _, frame in reader]
    for number in (0, 1, 7, 8, 249, 250, 251, 299):
        answer = browser.get(f"/frame/1/{number}/duet.yaml")
        assert answer.headers["content-type"] == "image/png"
        shown = np.asarray(Image.open(io.BytesIO(answer.content)))
        assert np.array_equal(shown, frames[number]), number
        assert number_in(shown) == number % 256


@pytest.mark.parametrize("number", ["-1", "300", "1e9", "99999999999999999999"])
def test_there_are_no_other_frames(browser: TestClient, video: Path, number: str) -> None:
    assert browser.get(f"/frame/1/{number}/duet.yaml").status_code in (404, 422)


def test_a_player_gets_the_part_that_it_asks_for(browser: TestClient, video: Path) -> None:
    whole = video.read_bytes()
    answer = browser.get("/video/1/duet.yaml", headers={"range": "bytes=100-199"})
    assert (answer.status_code, answer.content) == (206, whole[100:200])
    assert answer.headers["content-type"] == "video/mp4"
    assert browser.get("/video/1/duet.yaml").content == whole
    assert browser.get("/video/1/duet.yaml", headers={"range": f"bytes={len(whole)}-"}).status_code == 416


def test_the_page_tells_what_the_checks_found(browser: TestClient, folder: Path) -> None:
    deliver(write_manifest(folder), failed=True, title=HOSTILE)
    answer = browser.get("/review/duet.yaml")
    assert len(answer.content) < MOST_BYTES
    assert "mouth_r" in answer.text
    assert not re.search(r"<script>|<img src=x", answer.text)


def test_what_is_not_rendered_cannot_be_reviewed(browser: TestClient, folder: Path) -> None:
    write_manifest(folder)
    answer = browser.get("/review/duet.yaml", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "render it" in answer.text
    deliver(folder / "duet.yaml")
    for address in (
        "/review/duet.yaml?version=2",
        "/video/2/duet.yaml",
        "/notes/2/duet.yaml",
        "/export/2/csv/duet.yaml",
    ):
        assert browser.get(address).status_code == 404


def test_lost_faces_are_marked() -> None:
    values: list[float | None] = [0.1] * 40
    lost = [*values[:10], None, None, *values[12:]]
    odd = [*values[:30], 0.3, *values[31:39], None]
    times = [n / 25 for n in range(40)]
    series = {"same": [0.0] * 5 + [1.0] * 5, "black": [1.0] + [0.0] * 9}
    rows = [{"check": "repeated", "status": "fail"}, {"check": "black", "status": "ok"}]
    data: Json = {"frames": 40, "fps": "25", "series": series, "rows": rows}
    data["performers"] = {
        name: {"times": times, "result": {"mouth": result}, "driver": {"mouth": values}}
        for name, result in (("one", lost), ("two", odd))
    }
    assert marks(data) == [
        Mark(0, 4, "the picture is black", "odd"),
        Mark(10, 12, "one: no face was found", "bad"),
        Mark(20, 40, "the picture stands still", "bad"),
        Mark(30, 31, "two: the mouth is not where the driver's is", "odd"),
        Mark(39, 40, "two: no face was found", "bad"),
    ]


def test_a_performer_that_nobody_looked_at_has_no_marks() -> None:
    bare: Json = {"times": [], "driver": {}, "result": {}}
    assert marks({"frames": 40, "fps": "25", "series": {}, "rows": [], "performers": {"one": bare}}) == []


def test_a_note_stays_and_is_changed(browser: TestClient, video: Path, open_desk: Json) -> None:
    first = browser.post("/notes/1/duet.yaml", json=NOTE | {"region": [0.1, 0.2, 0.3, 0.4], "author": "Ann"})
    assert first.status_code == 201
    browser.post("/notes/1/duet.yaml", json={"frame": 3, "last": 9, "text": HOSTILE})
    later = open_desk()  # as after a restart
    kept = later.get("/notes/1/duet.yaml").json()
    assert [(note["frame"], note["last"], note["text"]) for note in kept] == [(3, 9, HOSTILE), (12, None, "the eyes")]
    key = first.json()["id"]
    assert later.patch(f"/notes/1/{key}/duet.yaml", json={"state": "done"}).json()["state"] == "done"
    assert later.get("/notes/1/duet.yaml").json()[1]["region"] == [0.1, 0.2, 0.3, 0.4]
    assert later.delete(f"/notes/1/{key}/duet.yaml").status_code == 204
    assert later.delete(f"/notes/1/{key}/duet.yaml").status_code == 404
    assert len(later.get("/notes/1/duet.yaml").json()) == 1


WRONG = [
    {"frame": 300},
    {"frame": -1},
    {"frame": 12, "last": 11},
    {"frame": 12, "last": 300},
    {"text": ""},
    {"text": "x" * 4001},
    {"region": [0, 0, 2, 1]},
    {"region": [0, 0]},
    {"state": "done"},
    {"id": "../../x"},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_a_wrong_note_is_refused(browser: TestClient, video: Path, change: Json) -> None:
    assert browser.post("/notes/1/duet.yaml", json=NOTE | change).status_code == 422
    assert browser.get("/notes/1/duet.yaml").json() == []


def test_damaged_notes_are_told_and_left_alone(browser: TestClient, video: Path, folder: Path) -> None:
    (file,) = (path.parent / "notes.json" for path in folder.rglob("about.json"))
    file.write_text("[{")
    assert browser.post("/notes/1/duet.yaml", json=NOTE).status_code == 422
    assert file.read_text() == "[{"


def test_what_people_say_of_a_version_stays(browser: TestClient, video: Path) -> None:
    answer = browser.post("/status/1/duet.yaml", data={"status": "changes wanted"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/review/duet.yaml?version=1")
    assert "<option selected>changes wanted" in browser.get("/review/duet.yaml").text
    assert browser.post("/status/1/duet.yaml", data={"status": "splendid"}).status_code == 422
    assert "changes wanted" in browser.get("/").text


@pytest.fixture
def exported(browser: TestClient, video: Path) -> TestClient:
    browser.post("/notes/1/duet.yaml", json={"frame": 250, "last": 299, "text": '=HYPERLINK("x")\nsecond line'})
    return browser


def test_notes_and_marks_go_out_as_json(exported: TestClient) -> None:
    told = json.loads(exported.get("/export/1/json/duet.yaml").content)
    assert (told["fps"], told["frames"], told["status"]) == ("25", 300, "pending")
    assert [note["frame"] for note in told["notes"]] == [250]
    assert told["marks"][0] == {"start": 10, "stop": 12, "text": "one: no face was found", "kind": "bad"}


def test_notes_and_marks_go_out_as_a_table_that_computes_nothing(exported: TestClient) -> None:
    answer = exported.get("/export/1/csv/duet.yaml")
    assert "attachment" in answer.headers["content-disposition"]
    mark, note = csv.DictReader(io.StringIO(answer.text))
    assert (mark["frame"], mark["last_frame"], mark["timecode"], mark["kind"]) == ("10", "11", "00:00:00:10", "bad")
    assert (note["frame"], note["timecode"], note["state"]) == ("250", "00:00:10:00", "open")
    assert note["text"] == '\'=HYPERLINK("x")\nsecond line'


def test_notes_and_marks_go_out_as_locators(exported: TestClient) -> None:
    lines = exported.get("/export/1/edl/duet.yaml").text.split("\r\n")
    assert lines[:2] == ["TITLE: Duet", "FCM: NON-DROP FRAME"]
    assert "001  AX       V     C        00:00:00:10 00:00:00:12 00:00:00:10 00:00:00:12" in lines
    assert '* LOC: 00:00:10:00 CYAN    =HYPERLINK("x") second line' in lines
    assert exported.get("/export/1/exe/duet.yaml").status_code == 404


def test_notes_marks_and_scenes_go_out_as_a_timeline(folder: Path, browser: TestClient) -> None:
    otio = pytest.importorskip("opentimelineio", reason="opentimelineio has no wheel for this Python")
    scenes: list[Json] = [
        {"start": 0, "stop": 100, "text": "full: one"},
        {"start": 100, "stop": 120, "text": ""},
        {"start": 120, "stop": 300, "text": "side_by_side: one, two"},
    ]
    deliver(write_manifest(folder, "a song.yaml"), frames=300, title=HOSTILE, scenes=scenes)
    browser.get("/review/a song.yaml")
    browser.post("/notes/1/a song.yaml", json={"frame": 250, "last": 299, "text": HOSTILE, "region": [0, 0, 0.5, 1]})
    answer = browser.get("/export/1/otio/a song.yaml")
    timeline = otio.adapters.read_from_string(answer.text, "otio_json")
    assert timeline.name == f"{HOSTILE}, version 1"
    assert timeline.metadata["duet"]["status"] == "pending"
    assert timeline.duration() == otio.opentime.RationalTime(300, 25)
    (track,) = timeline.video_tracks()
    assert [type(each).__name__ for each in track] == ["Clip", "Gap", "Clip"]
    ranges = [each.range_in_parent() for each in track]
    assert [(each.start_time.value, each.duration.value) for each in ranges] == [(0, 100), (100, 20), (120, 180)]
    assert track[2].source_range.start_time.value == 120  # the same frames of the video
    assert track[2].media_reference.target_url == "a%20song.mp4"
    mark, note = timeline.tracks.markers
    assert (mark.marked_range.start_time.value, mark.marked_range.duration.value, mark.color) == (10, 2, "RED")
    assert (note.marked_range.start_time.value, note.marked_range.duration.value, note.color) == (250, 50, "CYAN")
    assert note.comment == HOSTILE
    assert list(note.metadata["duet"]["region"]) == [0, 0, 0.5, 1]


def test_a_version_without_scenes_is_one_clip(exported: TestClient) -> None:
    timeline = json.loads(exported.get("/export/1/otio/duet.yaml").text)
    (clip,) = timeline["tracks"]["children"][0]["children"]
    assert clip["source_range"]["duration"]["value"] == 300
