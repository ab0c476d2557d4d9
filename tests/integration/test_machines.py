"""What programs read of a run: an event for every error, exit codes, readers that leave, what farms must carry."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from foundation.events import Event
from media.samples import sample_path
from media.video.probe import probe
from tests.conftest import ROOT
from tests.integration.conftest import Duet, command

Manifest = Callable[..., Path]
Words = tuple[str, ...]
Output = dict[str, Any]


def test_json_has_an_event_for_an_error_with_every_mistake(duet: Duet, manifest: Manifest) -> None:
    done = duet("render", manifest(titel="x", output={"path": "a.avi"}), "--json")
    assert done.code == 2
    told = json.loads(done.out.splitlines()[-1])
    assert (told["event"], told["code"], told["kind"]) == ("Failed", 2, "ManifestError")
    assert [line.split(":")[0] for line in told["mistakes"]] == ["output.path", "titel"]
    gone = json.loads(duet("inspect", "gone.mp4", "--json").out)
    assert (gone["event"], gone["code"], gone["file"]) == ("Failed", 3, "gone.mp4")


def test_the_page_for_farms_lists_every_event_with_its_fields() -> None:
    page = (ROOT / "docs" / "farm.md").read_text(encoding="utf-8")
    for event in get_args(Event):
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{event.__name__}` |"))
        for field in fields(event):
            assert f"`{field.name}`" in row


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk to write to is Linux's")
def test_a_reader_that_leaves_and_a_full_disk_end_with_the_code_of_what_cannot_be_written() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command("schema"), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == (
        "error: what is told cannot be written: No space left on device (make room, or tell it elsewhere)\n"
    )
    with subprocess.Popen(command("schema"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == ""
    assert run.returncode == 4


def test_a_plan_into_a_folder_leaves_no_task_of_an_earlier_one(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    for chunk in (4, 64):
        done = duet("plan", manifest(defaults={"chunk_frames": chunk}), "--tasks", "tasks", "--json")
        assert done.code == 0, done.err
        assert len(list((tmp_path / "tasks").glob("*.json"))) == len(json.loads(done.out)["tasks"])


def test_what_is_not_ours_stays_in_a_folder_of_tasks(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    folder = tmp_path / "tasks"
    folder.mkdir()
    for name in ("99999-mine.json", "notes.json"):
        (folder / name).write_text('{"mine": true}')
    assert duet("plan", manifest(), "--tasks", "tasks").code == 0
    assert {"99999-mine.json", "notes.json"} <= {path.name for path in folder.iterdir()}


def test_a_task_whose_inputs_are_not_there_yet_says_try_again(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    assert duet("plan", manifest(), "--tasks", "tasks", fresh=True).code == 0
    last = max((tmp_path / "tasks").glob("*.json"))
    done = duet("task", last, "--work", tmp_path / "elsewhere")
    assert done.code == 75
    assert "which has not run" in done.error


def test_a_job_for_farms_declares_what_it_reads_wherever_the_manifest_lies(duet: Duet, tmp_path: Path) -> None:
    shutil.copy(sample_path("astronaut"), tmp_path / "face.png")
    shutil.copy(sample_path("carphone"), tmp_path / "car.mp4")
    (tmp_path / "a.lrc").write_text("[00:00]la")
    performers = "performers: {a: {portrait: face.png, driving: car.mp4}}"
    (tmp_path / "m.yaml").write_text(f"version: 1\n{performers}\nlyrics: a.lrc\noutput: {{path: x.mp4}}\n")
    for place, default in ((tmp_path / "job.yaml", "m.yaml"), (tmp_path / "bundle" / "template.yaml", None)):
        done = duet("export", "openjd", tmp_path / "m.yaml", "-o", place)
        assert done.code == 0, done.err
        template = yaml.safe_load(place.read_text())
        assert template["parameterDefinitions"][0].get("default") == default
        assets = yaml.safe_load((place.parent / "asset_references.yaml").read_text())["assetReferences"]
        wanted = {str(tmp_path / name) for name in ("m.yaml", "face.png", "car.mp4", "a.lrc")}
        assert wanted <= set(assets["inputs"]["filenames"])
        assert str(tmp_path) in assets["outputs"]["directories"]
        given = yaml.safe_load((place.parent / "parameter_values.yaml").read_text())["parameterValues"]
        assert given == [{"name": "Manifest", "value": str(tmp_path / "m.yaml")}]


@pytest.mark.slow
def test_the_outputs_of_one_manifest_are_all_written_and_never_over_one_another(
    duet: Duet, manifest: Manifest, tmp_path: Path
) -> None:
    path = manifest(outputs=[{"path": "wide.mp4", "size": [320, 180]}, {"path": "tall.mp4", "size": [180, 320]}])
    data = yaml.safe_load(path.read_text())
    del data["output"]
    path.write_text(yaml.safe_dump(data))
    done = duet("render", path, "--no-sheet", "--no-report")
    assert done.code == 0, done.err
    sizes = [probe(tmp_path / name).video for name in ("wide.mp4", "tall.mp4")]
    assert [(video.width, video.height) for video in sizes if video] == [(320, 180), (180, 320)]
    path.write_text(path.read_text().replace("tall.mp4", "wide.mp4"))
    assert "the video of outputs.0 and the video of outputs.1 would both be written there" in duet("render", path).err


@pytest.mark.parametrize(
    ("outputs", "options", "told"),
    [
        (({}, {"poster": {"path": "late.png", "at": 3}}), (), "output.poster.at is 3 s"),
        (
            ({"path": "s_%03d.png"}, {"poster": {"path": "s_007.png"}}),
            (),
            "the sequence of outputs.0 and the poster of outputs.1",
        ),
        (({}, {"fps": 10}), ("--frames", "8-9"), "--frames begins with 8, and the last that is made is 4"),
    ],
)
def test_what_is_wrong_with_the_last_output_is_found_before_the_first_is_made(
    duet: Duet, manifest: Manifest, outputs: tuple[Output, ...], options: Words, told: str
) -> None:
    usual = ({"path": f"{number}.mp4", "size": [320, 180]} for number in range(2))
    path = manifest(outputs=[one | other for one, other in zip(usual, outputs, strict=True)])
    data = yaml.safe_load(path.read_text())
    del data["output"]
    path.write_text(yaml.safe_dump(data))
    for command_line in [("render", *options), *([] if options else [("validate",), ("plan",)])]:
        done = duet(command_line[0], path, *command_line[1:], fresh=True)
        assert done.code == 2
        assert told in done.error
    assert {label.parts[-3] for label in (path.parent / "work").glob("*/*/artifact.json")} == {"probe"}


def test_a_template_is_valid_whatever_its_job_is_called(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    model = pytest.importorskip("openjd.model", reason="make install-farm", exc_type=ImportError)
    done = duet("export", "openjd", manifest(title="a\tb {{Param.Nothing}} {{{c}}} \x85" + "d" * 150), "-o", "job.yaml")
    assert done.code == 0, done.err
    template = yaml.safe_load((tmp_path / "job.yaml").read_text(encoding="utf-8"))
    model.decode_job_template(template=template, supported_extensions=["TASK_CHUNKING"])
    assert template["name"].startswith("a b { {Param.Nothing} } { { {c} } }")


def test_whatever_is_done_with_a_batch_tells_which_items_cannot_be_made(
    duet: Duet, manifest: Manifest, tmp_path: Path
) -> None:
    path = manifest()
    clips = {"portraits": "sample:astronaut", "driving": ["sample:carphone", "gone.mp4"]}
    data = {"version": 1, "batch": clips | {"name": "{driving}"}, "output": {"path": "out/{name}.mp4"}}
    path.write_text(yaml.safe_dump(data))
    told = f"cannot be made: gone: {tmp_path / 'gone.mp4'}: there is no such file"
    for words in (("batch", "--dry-run"), ("batch", "--only", "probe"), ("plan", "--cost"), ("export", "openjd")):
        command_line = (*words, path) if words[0] == "export" else (words[0], path, *words[1:])
        done = duet(*command_line)
        assert done.code == 0, done.err
        assert told in done.out + done.err
    path.write_text(path.read_text().replace("sample:carphone", "none.mp4"))
    done = duet("export", "openjd", path)
    assert done.code == 3
    assert "none of its items can be made" in done.error
