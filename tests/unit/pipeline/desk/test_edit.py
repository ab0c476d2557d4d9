"""A manifest is written in the desk: its text, and the media that it names."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier

import numpy as np
import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from PIL import Image

from foundation.digests import digest_of
from foundation.yaml_text import parse_yaml
from pipeline.desk import commands, security
from pipeline.desk.saving import save
from tests.delivered import HOSTILE, write_manifest
from tests.synthetic import write_clip
from tests.unit.pipeline.desk.conftest import HERE


@pytest.fixture
def manifest(folder: Path) -> Path:
    """A manifest in a folder of its own, with a picture and a clip of 2 s beside it."""
    path = write_manifest(folder, "songs/duet.yaml")
    picture = Image.new("RGB", (200, 100), "red")
    picture.save(path.parent / "mona.png")
    (path.parent / "clip.mp4").write_bytes(_clip())
    return path


@cache
def _clip() -> bytes:
    frames = [np.asarray(Image.new("RGB", (160, 90), (5 * n, 0, 0))) for n in range(50)]
    with TemporaryDirectory() as folder:
        return write_clip(Path(folder, "clip.mp4"), frames, fps=25).read_bytes()


AT = "songs/duet.yaml"


def test_a_text_is_read_changed_and_saved(browser: TestClient, manifest: Path) -> None:
    found = browser.get(f"/draft/{AT}").json()
    assert (found["text"], found["mistakes"]) == (manifest.read_text(), [])
    edit = {"path": ["output", "size"], "value": [640, 361]}
    after = browser.post(f"/draft/{AT}", json={"text": found["text"], "edits": [edit]}).json()
    assert after["mistakes"][0]["path"] == "output.size"
    assert manifest.read_text() == found["text"]  # nothing is kept before it is saved
    saved = browser.put(f"/draft/{AT}", json={"text": after["text"], "digest": found["digest"]})
    assert saved.status_code == 200
    assert parse_yaml(manifest.read_text())["output"]["size"] == [640, 361]  # type: ignore[index]
    again = browser.put(f"/draft/{AT}", json={"text": found["text"], "digest": found["digest"]})
    assert again.status_code == 409  # somebody else's work is not written over
    assert browser.put(f"/draft/{AT}", json={"text": "x: 1", "digest": saved.json()["digest"]}).status_code == 422


def test_a_project_is_begun(browser: TestClient, folder: Path) -> None:
    answer = browser.post("/new", data={"name": "Paper moon 2"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/edit/paper_moon_2.yaml")
    assert browser.get("/edit/paper_moon_2.yaml").status_code == 200
    assert parse_yaml((folder / "paper_moon_2.yaml").read_text())["title"] == "Paper moon 2"  # type: ignore[index]
    assert browser.post("/new", data={"name": "Paper moon 2"}).status_code == 422  # it is there
    for name in ("", "../x", ".hidden", "a/b", "x" * 61, "a\nb: c", HOSTILE):
        assert browser.post("/new", data={"name": name}).status_code == 422, name
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("name", ["1999", "No", "null", "1e3", "true"])
def test_a_project_may_be_called_what_yaml_takes_for_no_text(browser: TestClient, name: str) -> None:
    at = browser.post("/new", data={"name": name}).headers["location"].removeprefix("/edit/")
    found = browser.get(f"/draft/{at}").json()
    assert found["data"]["title"] == name
    assert "title" not in [mistake["path"] for mistake in found["mistakes"]]


def test_of_many_who_save_at_once_one_is_heard(manifest: Path) -> None:
    before, texts = digest_of(manifest), [f"version: 1\ntitle: {number}\n" for number in range(8)]
    together = Barrier(len(texts))

    def write(text: str) -> str | None:
        together.wait()
        with suppress(HTTPException):  # 409
            save(manifest, text, before)
            return text
        return None

    with ThreadPoolExecutor(len(texts)) as pool:
        kept = [text for text in pool.map(write, texts) if text]
    assert kept == [manifest.read_text()]


def test_the_page_is_small_and_says_nothing_as_markup(browser: TestClient, folder: Path) -> None:
    write_manifest(folder, "<b>&.yaml", title=HOSTILE)
    answer = browser.get("/edit/%3Cb%3E%26.yaml")
    assert len(answer.content) < 100_000
    assert "<b>&" not in answer.text
    assert len(browser.get("/schema").content) < 100_000


def test_files_are_listed_as_the_manifest_writes_them(browser: TestClient, manifest: Path, folder: Path) -> None:
    (folder / "song.wav").touch()
    (folder / ".duet-desk").mkdir(exist_ok=True)
    (folder / ".duet-desk" / "hidden.png").touch()
    found = {one["path"]: one["kind"] for one in browser.get(f"/files/{AT}").json()["files"]}
    assert found["mona.png"] == "picture"
    assert found["../song.wav"] == "sound"
    assert found["sample:astronaut"] == "picture"
    assert not [path for path in found if "hidden" in path]


def test_media_are_looked_at(browser: TestClient, manifest: Path) -> None:
    about = browser.get(f"/about/{AT}", params={"file": "clip.mp4"}).json()
    assert (about["kind"], about["width"], about["seconds"], about["fps"]) == ("video", 160, 2.0, [25, 1])
    assert browser.get(f"/about/{AT}", params={"file": "mona.png"}).json()["width"] == 200
    for file, at in (("mona.png", 0), ("clip.mp4", 1.5), ("sample:astronaut", 0)):
        answer = browser.get(f"/still/{AT}", params={"file": file, "at": at, "side": 80})
        assert max(Image.open(io.BytesIO(answer.content)).size) == 80
    assert browser.get(f"/still/{AT}", params={"file": "clip.mp4", "at": 9}).status_code == 422
    assert browser.get(f"/still/{AT}", params={"file": "mona.png", "side": 99999}).status_code == 422


@pytest.mark.parametrize("what", ["about", "faces", "still"])
@pytest.mark.parametrize(
    "file",
    [
        "../../secret.yaml",
        "/etc/passwd",
        "link.png",
        "none.png",
        "",
        "a\0b",
        "sample:none",
        "circle.png",
        "x" * 300 + ".png",
    ],
)
def test_no_file_outside_is_looked_at(browser: TestClient, manifest: Path, what: str, file: str) -> None:
    Image.new("RGB", (9, 9)).save(manifest.parents[2] / "outside.png")
    (manifest.parent / "link.png").symlink_to(manifest.parents[2] / "outside.png")
    (manifest.parent / "circle.png").symlink_to("circle.png")
    assert browser.get(f"/{what}/{AT}", params={"file": file}).status_code == 404
    named = {"text": manifest.read_text(), "edits": [{"path": ["performers", "a", "portrait"], "value": file}]}
    mistakes = browser.post(f"/draft/{AT}", json=named).json()["mistakes"]
    assert "performers.a.portrait" in [mistake["path"] for mistake in mistakes]


def test_a_file_is_brought_in_and_writes_over_none(browser: TestClient, manifest: Path) -> None:
    for expected in ("media/face.png", "media/face_2.png"):
        answer = browser.post(f"/upload/{AT}", params={"file": "C:\\pictures\\face.png"}, content=b"x" * 3_000_000)
        assert (answer.status_code, answer.json()) == (201, {"path": expected})
        assert (manifest.parent / expected).stat().st_size == 3_000_000
    assert len(list((manifest.parent / "media").iterdir())) == 2


@pytest.mark.parametrize("name", ["x.yaml", "x.html", "x", "", ".png", "../../x.sh", "x" * 200 + ".png"])
def test_only_media_are_brought_in(browser: TestClient, manifest: Path, name: str) -> None:
    assert browser.post(f"/upload/{AT}", params={"file": name}, content=b"x").status_code == 422
    assert not (manifest.parent / "media").exists()


def test_names_lead_nowhere(browser: TestClient, manifest: Path) -> None:
    for name in ("../../a.png", "/etc/a.png", "..\\a.png", f"{HOSTILE}.png"):
        path = browser.post(f"/upload/{AT}", params={"file": name}, content=b"x").json()["path"]
        assert (manifest.parent / path).parent == manifest.parent / "media"
        assert "<" not in path


DRAWS = """
while [ "$1" != -- ]; do [ "$1" = -o ] && target=$2; shift; done
case $(cat "$2") in
  *wrong*) echo '{"event": "Failed", "text": "no face is found", "mistakes": []}'; exit 3 ;;
  *dies*) kill -9 $$ ;;
esac
echo "not JSON"
cp "$(dirname "$2")/mona.png" "$target"
"""


def test_a_preview_is_drawn(browser: TestClient, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = manifest.with_suffix(".sh")
    program.write_text(DRAWS)
    monkeypatch.setattr(commands, "PROGRAM", ("/bin/sh", str(program)))
    assert browser.get(f"/preview/{AT}").status_code == 404
    assert browser.post(f"/preview/{AT}").status_code == 204
    assert browser.get(f"/preview/{AT}").content == (manifest.parent / "mona.png").read_bytes()
    for word, told in (("wrong", "no face is found"), ("dies", "SIGKILL")):
        manifest.write_text(manifest.read_text() + f"# {word}\n")
        answer = browser.post(f"/preview/{AT}")
        assert answer.status_code == 422
        assert told in answer.text
        manifest.write_text(manifest.read_text().replace(word, ""))


def test_what_is_brought_in_is_bounded(browser: TestClient, manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "MAX_UPLOAD", 1000)
    assert browser.post(f"/upload/{AT}", params={"file": "a.png"}, content=b"x" * 1001).status_code == 413
    told_nothing = browser.post(f"/upload/{AT}", params={"file": "a.png"}, content=iter([b"x" * 600] * 2))
    assert told_nothing.status_code == 413
    assert not list(manifest.parent.glob("media/*"))


@pytest.mark.parametrize("address", ["/draft", "/edit", "/files", "/about", "/still", "/upload", "/preview"])
@pytest.mark.parametrize("name", ["..%2fsecret.yaml", "none.yaml", "%2fetc/passwd"])
def test_no_other_manifest_is_written(browser: TestClient, folder: Path, address: str, name: str) -> None:
    method = "POST" if address == "/upload" else "GET"
    assert browser.request(method, f"{HERE}{address}/{name}?file=a.png").status_code == 404
