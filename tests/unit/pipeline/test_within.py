"""A manifest of a stranger reads and writes in one folder and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from foundation.codec import Json
from foundation.errors import ManifestError
from pipeline.cli import app
from pipeline.manifest.load import load_manifest
from tests.delivered import write_manifest

OUTSIDE: list[Json] = [
    {"performers": {"one": {"portrait": "../secret.png", "driving": {"video": "sample:carphone"}}}},
    {"performers": {"one": {"portrait": "link/secret.png", "driving": {"video": "sample:carphone"}}}},
    {"performers": {"one": {"portrait": "sample:astronaut", "driving": {"video": "{outside}/secret.png"}}}},
    {"output": {"path": "../out.mp4"}},
    {"output": {"path": "link/out.mp4"}},
    {"output": {"path": "out.mp4", "poster": {"path": "../poster.png"}}},
    {"lyrics": "../words.srt"},
    {"audio": "~/song.wav"},
    {
        "performers": {
            "one": {
                "portrait": "sample:astronaut",
                "driving": {"video": "sample:carphone"},
                "engine": "tpsmm",
                "tpsmm": {"checkpoint": "../vox.pth.tar"},
            }
        }
    },
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (50, 40)).save(tmp_path / "secret.png")
    found = tmp_path / "shown"
    found.mkdir()
    (found / "link").symlink_to(tmp_path)
    return found


@pytest.mark.parametrize("command", ["render", "plan", "preview"])
@pytest.mark.parametrize("changes", OUTSIDE, ids=str)
def test_what_leads_out_is_refused(folder: Path, changes: Json, command: str) -> None:
    path = write_manifest(folder, **changes)
    path.write_text(path.read_text().replace("{outside}", str(folder.parent)))
    if command == "plan" and "output" in changes:
        return  # it writes nothing
    done = CliRunner().invoke(app, [command, str(path), "--within", str(folder), "--work", str(folder / "work")])
    assert isinstance(done.exception, ManifestError)
    assert "lies outside of" in str(done.exception)
    assert not list(folder.parent.glob("*.mp4"))


ASKS: Json = {"certificate": "a.pem", "key": "b.pem", "timestamp_url": "http://127.0.0.1:9/stamp"}


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["render", "--within", "{folder}"], {}),
        (["plan", "--within", "{folder}"], {}),
        (["preview", "--within", "{folder}"], {}),
        (["render", "--offline"], {}),
        (["batch", "--offline"], {}),
        (["render"], {"DUET_OFFLINE": "1"}),
        (["validate"], {"DUET_OFFLINE": "1"}),
    ],
    ids=str,
)
def test_nothing_is_asked_of_the_network(folder: Path, arguments: list[str], environment: dict[str, str]) -> None:
    path = write_manifest(folder, output={"path": "one.mp4", "sign": ASKS})
    given = [each.replace("{folder}", str(folder)) for each in arguments]
    done = CliRunner().invoke(app, [*given, str(path), "--work", str(folder / "work")], env=environment)
    assert isinstance(done.exception, ManifestError)
    assert "output.sign.timestamp_url" in str(done.exception)
    assert "network" in str(done.exception)


def test_a_batch_stays_inside(folder: Path) -> None:
    batch = {"portraits": "../*.png", "driving": "sample:carphone"}
    path = write_manifest(folder, batch=batch, output={"path": "out/{name}.mp4", "size": [320, 180]})
    path.write_text(path.read_text().partition("performers:")[0] + "batch:" + path.read_text().partition("batch:")[2])
    done = CliRunner().invoke(app, ["batch", str(path), "--within", str(folder), "--work", str(folder / "work")])
    assert isinstance(done.exception, ManifestError)


def test_samples_and_files_inside_are_taken(folder: Path) -> None:
    loaded = load_manifest(write_manifest(folder), within=folder)
    assert loaded.path("a/../b.png") == folder / "b.png"
