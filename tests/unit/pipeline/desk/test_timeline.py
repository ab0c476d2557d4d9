"""The timeline's sound and lines: drawn, heard, moved, written back; nothing of other folders."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from media.samples import sample_path
from media.sound.peaks import A_SECOND, MOST, peaks
from media.sound.wav import write_wav
from tests.delivered import HOSTILE, write_manifest

AT = "songs/duet.yaml"
PEOPLE = ["ann", "grace"]
LRC = "\ufeff[ar:Nobody]\r\n[00:01.00]ann: Paper moon\r\n[00:03.50]over the sea\r\n# the end\r\n"


@pytest.fixture
def home(folder: Path) -> Path:
    """The folder of a manifest, with a sound of 3 s, loud in its second one, and lyrics."""
    found = write_manifest(folder, AT).parent
    sound = np.zeros((3 * 8000, 2), np.float32)
    sound[8000:16000, 1] = -0.5
    write_wav(found / "song.wav", sound, 8000)
    (found / "words.lrc").write_bytes(LRC.encode())
    return found


def test_a_sound_is_drawn_and_heard(browser: TestClient, home: Path) -> None:
    drawn = browser.get(f"/peaks/{AT}", params={"file": "song.wav"}).json()
    assert drawn["step"] == 1 / A_SECOND
    values = np.asarray(drawn["values"])
    assert len(values) == 3 * A_SECOND
    assert set(values[:A_SECOND]) == {0}
    assert set(values[A_SECOND : 2 * A_SECOND]) == {128}
    heard = browser.get(f"/heard/{AT}", params={"file": "song.wav"}, headers={"range": "bytes=0-99"})
    assert (heard.status_code, heard.content) == (206, (home / "song.wav").read_bytes()[:100])
    assert drawn["seconds"] == 3
    assert browser.get(f"/peaks/{AT}", params={"file": "song.wav", "track": 2}).json()["values"] == []
    assert browser.get(f"/peaks/{AT}", params={"file": "words.lrc"}).status_code == 422
    assert browser.get(f"/heard/{AT}", params={"file": "words.lrc"}).status_code == 404


def test_a_long_sound_is_drawn_more_coarsely(tmp_path: Path) -> None:
    seconds = 1 + MOST // A_SECOND
    sound = np.zeros((seconds * 100, 1), np.float32)
    sound[-1] = 1
    write_wav(tmp_path / "long.wav", sound, 100)
    found = peaks(tmp_path / "long.wav")
    assert found.step == Fraction(2, A_SECOND)
    assert len(found.values) == seconds * A_SECOND / 2
    assert (found.values[-1], found.values[:-1].max()) == (255, 0)


def test_a_songs_own_rate_fills_every_place(home: Path) -> None:
    found = peaks(sample_path("song"))
    assert (found.values > 0).mean() > 0.9
    assert abs(len(found.values) * found.step - 16) < 0.2


def test_a_line_is_moved_and_saved(browser: TestClient, home: Path) -> None:
    asked = {"file": "words.lrc", "performers": PEOPLE}
    found = browser.post(f"/lyrics/{AT}", json=asked).json()
    assert [line["text"] for line in found["lines"]] == ["Paper moon", "over the sea"]
    assert found["lines"][0]["singers"] == ["ann"]
    change = {"number": 1, "start": 4.25, "end": 6, "singers": ["grace"]}
    after = browser.post(f"/lyrics/{AT}", json=asked | {"text": found["text"], "change": change}).json()
    assert (after["lines"][1]["start"], after["lines"][1]["end"], after["lines"][1]["singers"]) == (
        4250,
        6000,
        ["grace"],
    )
    assert (home / "words.lrc").read_bytes() == LRC.encode()  # nothing is kept before it is saved
    written = {"file": "words.lrc", "text": after["text"], "digest": found["digest"]}
    assert browser.put(f"/lyrics/{AT}", json=written).status_code == 200
    moved = LRC.replace("[00:03.50]over the sea", "[00:04.25]grace: over the sea\r\n[00:06.00]")
    assert (home / "words.lrc").read_bytes() == moved.encode()
    assert browser.put(f"/lyrics/{AT}", json=written).status_code == 409  # somebody else's work is not written over


def test_what_is_wrong_with_lyrics_is_told(browser: TestClient, home: Path) -> None:
    asked = {"file": "words.lrc", "performers": PEOPLE}
    nearly = browser.post(f"/lyrics/{AT}", json=asked | {"text": "[00:01.00]grase: hello"}).json()
    assert "did you mean grace" in nearly["mistake"]
    refused = browser.post(f"/lyrics/{AT}", json=asked | {"text": "no time"})
    assert (refused.status_code, "words.lrc" in refused.text) == (422, True)
    for change in ({"number": 9, "start": 1, "end": 2}, {"number": 0, "start": 2, "end": 1}):
        assert browser.post(f"/lyrics/{AT}", json=asked | {"change": change}).status_code == 422
    (home / "words.lrc").write_bytes(b"\xff\xfe")
    assert browser.post(f"/lyrics/{AT}", json=asked).status_code == 422


def test_words_without_times_become_lyrics(browser: TestClient, home: Path) -> None:
    begun = browser.post(f"/words/{AT}", json={"text": f"ann: Paper moon\n\n{HOSTILE}\n", "seconds": 130.0})
    path = begun.json()["path"]
    assert path == "media/duet.lrc"
    assert (home / path).read_text().splitlines() == ["[00:00.00]ann: Paper moon", f"[01:05.00]{HOSTILE}"]
    assert browser.post(f"/words/{AT}", json={"text": "again", "seconds": 1}).json()["path"] == "media/duet_2.lrc"
    assert browser.post(f"/words/{AT}", json={"text": " \n ", "seconds": 1}).status_code == 422


@pytest.mark.parametrize(
    "file", ["../../secret.yaml", "/etc/passwd", "link.lrc", "none.lrc", "song.wav", "", "a\0.lrc"]
)
def test_no_other_file_is_read_or_written(browser: TestClient, home: Path, file: str) -> None:
    (home / "link.lrc").symlink_to(home.parents[1] / "secret.yaml")
    assert browser.post(f"/lyrics/{AT}", json={"file": file, "performers": []}).status_code == 404
    assert browser.put(f"/lyrics/{AT}", json={"file": file, "text": "x", "digest": ""}).status_code == 404
    if file != "song.wav":
        assert browser.get(f"/heard/{AT}", params={"file": file}).status_code == 404
        assert browser.get(f"/peaks/{AT}", params={"file": file}).status_code == 404
