"""The list of projects, and the versions that are kept of each."""

from __future__ import annotations

import html
import io
import os
import re
from pathlib import Path
from urllib.parse import quote

from fastapi.testclient import TestClient
from markupsafe import escape
from PIL import Image

from pipeline.desk.folder import Folder
from pipeline.desk.projects import Project, Projects
from pipeline.desk.versions import Version
from tests.delivered import HOSTILE, deliver, write_manifest

MOST_BYTES = 100_000


def look(folder: Path) -> dict[str, Project]:
    return {one.name: one for one in Projects(Folder.at(folder, folder / "work")).all()}


def test_every_manifest_is_listed_with_its_state(browser: TestClient, folder: Path) -> None:
    write_manifest(folder, "new.yaml")
    write_manifest(folder, "sub/wrong.yml", titel="Duet", lyrics=3)
    deliver(write_manifest(folder, "good.yaml"))
    deliver(write_manifest(folder, "bad.yaml"), failed=True)
    write_manifest(folder, "work/left.yaml")
    (folder / "other.yaml").write_text("name: something else\n")
    found = look(folder)
    assert {name: one.state for name, one in found.items()} == {
        "new.yaml": "new",
        "sub/wrong.yml": "mistakes",
        "good.yaml": "rendered",
        "bad.yaml": "checks failed",
    }
    assert len(found["sub/wrong.yml"].mistakes) == 2
    text = browser.get("/").text
    assert "did you mean title?" in text
    assert "1.60 s" in text


def test_a_manifest_that_is_no_yaml_is_listed_too(folder: Path) -> None:
    (folder / "broken.yaml").write_text("version: 1\noutput: {path: [\n")
    (one,) = look(folder).values()
    assert one.state == "mistakes"
    assert "line" in one.mistakes[0]


def test_no_manifest_however_wrong_keeps_the_others_from_being_seen(browser: TestClient, folder: Path) -> None:
    """Files that can be none, in the place of a portrait and of a result, and names that no address can have."""
    write_manifest(folder, "good.yaml")
    write_manifest(folder, "placeless.yaml", output={"path": "~nobody of that name/x.mp4"})
    for name, portrait in {"sample": "sample:none", "home": "~nobody of that name/x.png", "nul": "a\0b.png"}.items():
        performers = {"one": {"portrait": portrait, "driving": {"video": "sample:carphone"}}}
        write_manifest(folder, f"{name}.yaml", performers=performers)
    text = (folder / "good.yaml").read_text()
    (folder / os.fsdecode(b"caf\xe9")).mkdir()
    for odd in (
        os.fsdecode(b"caf\xe9.yaml"),
        os.fsdecode(b"caf\xe9/x.yaml"),
        "two\nlines.yaml",
        "\u00a0 caf\u00e9.yaml",
    ):
        (folder / odd).write_text(text)
    page = browser.get("/")
    assert page.status_code == 200
    seen = set(look(folder))
    assert seen == {"good.yaml", "placeless.yaml", "sample.yaml", "home.yaml", "nul.yaml", "\u00a0 caf\u00e9.yaml"}
    for name in seen:
        assert browser.get(f"/poster/{quote(name)}").status_code == 200
        assert browser.get(f"/edit/{quote(name)}").status_code == 200
    assert look(folder)["placeless.yaml"].state == "mistakes"
    assert "names no folder" in page.text


def opened(folder: Path, name: str = "duet.yaml") -> list[Version]:
    """The versions of a project once it is opened."""
    projects = Projects(Folder.at(folder, folder / "work"))
    loaded = projects.of(folder / name).loaded
    projects.versions.keep(name, loaded)
    return projects.versions.of(name)


def test_what_was_rendered_once_stays_when_it_is_rendered_again(folder: Path) -> None:
    manifest = write_manifest(folder)
    first = deliver(manifest).read_bytes()
    assert look(folder)["duet.yaml"].count == 1
    assert look(folder)["duet.yaml"].versions == []  # who only looks at the list copies nothing
    assert len(opened(folder)) == len(opened(folder)) == 1
    deliver(manifest, take=3)
    assert look(folder)["duet.yaml"].count == 2
    found = opened(folder)
    assert [one.number for one in found] == [2, 1]
    assert found[1].video.read_bytes() == first
    assert found[0].video.read_bytes() != first
    deliver(manifest, failed=True)
    assert [one.verdict for one in opened(folder)] == ["fail", "ok", "ok"]


def test_a_manifest_with_several_outputs_has_a_version_of_each(folder: Path) -> None:
    write_manifest(folder, "duet.yaml")
    text = (folder / "duet.yaml").read_text().partition("output:")[0]
    sizes = "[{path: out/wide.mp4, size: [320, 180]}, {path: out/tall.mp4, size: [180, 320]}]"
    (folder / "duet.yaml").write_text(f"{text}outputs: {sizes}\n")
    deliver(folder / "wide.yaml")
    deliver(folder / "tall.yaml", take=1)
    assert [one.report["video"] for one in opened(folder)] == ["tall.mp4", "wide.mp4"]


def test_results_outside_the_folder_are_not_taken_in(folder: Path) -> None:
    deliver(write_manifest(folder.parent, "outside.yaml"))
    write_manifest(folder, output={"path": "../out/outside.mp4", "size": [320, 180]})
    assert look(folder)["duet.yaml"].count == 0


def test_a_damaged_version_is_left_out(folder: Path) -> None:
    deliver(write_manifest(folder))
    (version,) = opened(folder)
    (version.folder / "about.json").write_text("{")
    (folder / "out" / "duet.html").unlink()
    assert look(folder)["duet.yaml"].versions == []


def test_titles_and_file_names_are_no_markup(browser: TestClient, folder: Path) -> None:
    name = "<img src=x onerror=alert(1)> & ' #?100%.yaml"
    write_manifest(folder, name, title=HOSTILE)
    text = browser.get("/").text
    assert not re.search(r"<script>|<img src=x", text)
    assert escape(HOSTILE) in text
    source = re.search(r'src="(/poster/[^"]*)"', text)
    assert source is not None
    assert browser.get(html.unescape(source[1])).status_code == 200


def test_a_project_has_a_picture(browser: TestClient, folder: Path) -> None:
    write_manifest(folder, "new.yaml")
    deliver(write_manifest(folder))
    Image.new("RGB", (50, 40)).save(folder.parent / "outside.png")
    outside = {"one": {"portrait": "../outside.png", "driving": {"video": "sample:carphone"}}}
    write_manifest(folder, "outside.yaml", performers=outside)
    sizes = {}
    for name in ("new.yaml", "duet.yaml"):
        answer = browser.get(f"/poster/{name}")
        assert answer.headers["content-type"] == "image/jpeg"
        sizes[name] = Image.open(io.BytesIO(answer.content)).size
    assert sizes == {"new.yaml": (320, 320), "duet.yaml": (320, 180)}
    assert browser.get("/poster/outside.yaml").headers["content-type"] == "image/svg+xml"


def test_a_page_of_a_hundred_projects_is_small(browser: TestClient, folder: Path) -> None:
    for number in range(100):
        write_manifest(folder, f"song_{number:03d}.yaml", title=f"Song {number}")
    assert len(browser.get("/").content) < MOST_BYTES
