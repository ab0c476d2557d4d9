"""No command writes over what it reads, nor one thing over another: it ends with 2 before it writes anything."""

from __future__ import annotations

import json
import os
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from foundation.errors import ManifestError, StageError
from media.image.images import write_png
from pipeline.cli import app
from pipeline.cli.written import Written, refuse_losses
from pipeline.report.data import VERSION
from tests.synthetic import write_clip

Refused = Callable[..., str]
GREY = np.full((64, 64, 3), 120, np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portrait, a clip of six frames, the same as numbered pictures from 2 on, and a sound."""
    monkeypatch.chdir(tmp_path)
    write_png(tmp_path / "p.png", GREY)
    write_clip(tmp_path / "clip.mp4", [GREY] * 6, fps=25)
    for number in range(2, 8):
        write_png(tmp_path / f"take_{number:04d}.png", GREY)
    with wave.open(str(tmp_path / "song.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\1\2" * 8000)
    return tmp_path


@pytest.fixture
def refused(folder: Path) -> Refused:
    """Runs a command that must be refused; what it says. Nothing has been written or changed outside of `work`."""

    def run(*arguments: str) -> str:
        before = _state(folder)
        with pytest.raises(ManifestError) as caught:
            app([*arguments, "--work", "work"] if arguments[0] != "inspect" else [*arguments], standalone_mode=False)
        assert _state(folder) == before
        assert caught.value.exit_code == 2
        return str(caught.value)

    return run


def _state(folder: Path) -> dict[str, bytes | None]:
    files = [path for path in folder.rglob("*") if not path.is_relative_to(folder / "work")]
    return {str(path): path.read_bytes() if path.is_file() else None for path in files}


def written(name: str = "m.yaml", output: dict[str, Any] | None = None, **changes: Any) -> str:
    """A manifest of one performer."""
    performer = {"portrait": "p.png", "driving": {"video": "clip.mp4"}} | changes.pop("performer", {})
    output = {"path": "o.mp4", "size": [160, 90]} | (output or {})
    about: dict[str, Any] = {"version": 1, "performers": {"ann": performer}, "output": output} | changes
    Path(name).write_text(yaml.safe_dump(about))
    return name


SEQUENCE = {"path": "shot_%04d.png"}
TAKES = {"driving": {"video": "take_%04d.png", "fps": 25}}
MATTE = {"portrait": "o.ann.matte.mkv", "composite": {"passes": ["matte"]}}
LOSSES: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    # performer, output, the file that would be lost, and to what
    "a picture of a sequence": ({"portrait": "take_0003.png"}, {"path": "take_%04d.png"}, "take_0003.png", "sequence"),
    "pictures that would go on": (TAKES, {"path": "take_%04d.png", "start_number": 8}, "take_%04d.png", "sequence"),
    "pictures by another pattern": (TAKES, {"path": "take_000%d.png"}, "take_0002.png", "sequence"),
    "the sound of a sequence": ({"portrait": "shot.wav"}, SEQUENCE, "shot.wav", "sound"),
    "a stem of a sequence": ({"portrait": "shot.ann.wav"}, SEQUENCE, "shot.ann.wav", "sound"),
    "a pass": (MATTE, {}, "o.ann.matte.mkv", "pass ann.matte.mkv"),
    "the report": ({"portrait": "o.html"}, {}, "o.html", "report"),
    "the sheet": ({"portrait": "o.png"}, {}, "o.png", "contact sheet"),
    "the poster": ({}, {"poster": {"path": "p.png"}}, "p.png", "poster"),
    "a result that failed": ({"driving": {"video": "o.failed.mp4"}}, {}, "o.failed.mp4", "video"),
    "its sheet": ({"portrait": "o.failed.png"}, {}, "o.failed.png", "contact sheet"),
    "a poster by a sheet": ({}, {"poster": {"path": "o.png"}}, "o.png", "contact sheet and the poster"),
    "a poster by a sequence's sheet": ({}, SEQUENCE | {"poster": {"path": "shot.png"}}, "shot.png", "poster"),
    "a poster by a picture": ({}, SEQUENCE | {"poster": {"path": "shot_0006.png"}}, "shot_0006.png", "poster"),
    "a poster by a preview": (
        {},
        {"poster": {"path": "x.webp"}, "preview": {"path": "./X.webp"}},
        "X.webp",
        "poster and the preview",
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("command", ["render", "render --dry-run", "validate", "plan", "export openjd -o job.yaml"])
def test_a_render_that_would_lose_a_file(folder: Path, refused: Refused, command: str, loss: str) -> None:
    performer, output, lost, why = LOSSES[loss]
    video = performer.get("driving", {}).get("video")
    for name, original in ((performer.get("portrait"), "p.png"), (video, "clip.mp4")):
        if name and not (folder / name).exists() and "%" not in name:
            os.link(folder / original, folder / name)
    told = refused(*command.split(), written(performer=performer, output=output, audio={"stems": True}))
    assert f"{folder / lost}: " in told
    assert f"the {why} would " in told
    assert "choose another output." in told


def test_an_input_is_known_through_links(folder: Path, refused: Refused) -> None:
    (folder / "other").mkdir()
    (folder / "here").symlink_to(folder / "other")
    os.link(folder / "clip.mp4", folder / "other" / "hard.mp4")
    (folder / "soft.mp4").symlink_to(folder / "other" / "hard.mp4")
    for path in ("here/hard.mp4", "soft.mp4"):
        assert "it is an input" in refused("render", written(output={"path": path}))


def test_what_cannot_be_lost_is_let_through(folder: Path) -> None:
    os.link(folder / "p.png", folder / "kept.png")
    rows = [Written(folder / name, "a frame", "") for name in ("a.png", "b.png", "b.png")]
    (folder / "a.png").write_bytes(b"frame")
    os.link(folder / "a.png", folder / "b.png")  # equal frames of an earlier render, joined to save room
    refuse_losses(rows, [folder / "p.png", folder / "A.png"])


def batched(path: str, *clips: str) -> str:
    """A manifest of a batch of the portrait and copies of the clip."""
    Path("clips").mkdir()
    for name in clips:
        os.link("clip.mp4", f"clips/{name}")
    batch = {"portraits": ["p.png"], "driving": [f"clips/{name}" for name in clips], "name": "{driving}"}
    about = {"version": 1, "batch": batch, "output": {"path": path, "size": [160, 90]}}
    Path("b.yaml").write_text(yaml.safe_dump(about))
    return "b.yaml"


@pytest.mark.parametrize("command", ["batch", "batch --dry-run", "validate", "plan"])
def test_a_batch_that_would_lose_a_clip_begins_nothing(refused: Refused, command: str) -> None:
    told = refused(*command.split(), batched("clips/{name}.mp4", "a.mp4", "b.mp4"))
    for name in "ab":
        assert f"{name}.mp4: it is an input, and the video of {name} would be written over it" in told


def test_a_batch_one_of_whose_videos_may_take_the_others_name(refused: Refused) -> None:
    told = refused("batch", batched("out/{name}.mp4", "a.mp4", "a.failed.mp4"))
    assert "a.failed.mp4: the video of a and the video of a.failed would both be written there" in told


@pytest.mark.parametrize("command", ["render", "validate", "plan"])
def test_two_videos_with_one_report(folder: Path, refused: Refused, command: str) -> None:
    report = page_of("o.mkv")
    (folder / "o.html").write_text(report)
    (folder / "o.mkv").write_bytes(b"video")
    assert "it is the report of o.mkv" in refused(command, written())


IN_THE_WAY: dict[str, tuple[str, Callable[[Path], object], str]] = {
    # output.path, what stands there, and what is said
    "a folder": ("o.mp4", lambda home: (home / "o.mp4").mkdir(), "o.mp4: it is a folder"),
    "a folder where the report goes": ("o.mp4", lambda home: (home / "o.html").mkdir(), "o.html: it is a folder"),
    "a folder where a picture goes": ("s_%d.png", lambda home: (home / "s_4.png").mkdir(), "s_4.png: it is a folder"),
    "a pipe": ("o.mp4", lambda home: os.mkfifo(home / "o.mp4"), "o.mp4: it is a device or a pipe"),
    "a file for a folder": ("p.png/o.mp4", lambda home: None, "o.mp4: a part of its path is a file"),
    "a long name": ("n" * 300 + ".mp4", lambda home: None, "its name is too long"),
    "a name too long with .failed": ("n" * 249 + ".mp4", lambda home: None, "its name is too long"),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_in_the_way_is_told_before_the_work(folder: Path, case: str) -> None:
    path, put, told = IN_THE_WAY[case]
    put(folder)
    name = written(output={"path": path})
    for command in ("render", "render --dry-run", "validate", "plan", "export openjd"):
        with pytest.raises(StageError, match=told):
            app([*command.split(), name, "--work", "work"], standalone_mode=False)
    assert {each.name for each in folder.glob("o.*")} <= {"o.mp4", "o.html"}


def test_an_item_whose_place_is_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "out" / "b.mp4").mkdir(parents=True)
    app(["plan", batched("out/{name}.mp4", "a.mp4", "b.mp4"), "--work", "work"], standalone_mode=False)
    told = [line for line in capsys.readouterr().out.splitlines() if "cannot be made" in line]
    assert len(told) == 1
    assert "b.mp4: it is a folder" in told[0]


def page_of(video: str) -> str:
    """A report, as far as another render looks at it."""
    return f'<script type="application/json" id="duet">{json.dumps({"duet_report": VERSION, "video": video})}</script>'


COMMANDS = {
    "preview over the portrait": ("preview m.yaml -o p.png", "p.png", "the preview"),
    "preview over the result": ("preview m.yaml -o o.png", "o.png", "the contact sheet and the preview"),
    "plan's tasks": ("plan m.yaml --tasks tasks", "00000-probe.json", "a task file"),
    "a farm's template": ("export openjd m.yaml -o m.yaml", "m.yaml", "the template"),
    "a face sheet over the picture": ("inspect p.png --sheet p.png", "p.png", "the contact sheet"),
    "a face sheet over numbered pictures": (
        "inspect take_%04d.png --fps 25 --sheet take_0005.png",
        "take_0005.png",
        "the contact sheet",
    ),
    "a comparison": ("compare m.yaml m.yaml -o clip.mp4", "clip.mp4", "the video"),
    "a comparison's table": ("compare m.yaml m.yaml -o song.mp4", "song.csv", "the table"),
    "an evaluation": ("evaluate clips -o tasks", "evaluation.csv", "the evaluation"),
    "animate": ("animate p.png clip.mp4 -o clip.mp4", "clip.mp4", "the video"),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_a_command_that_would_lose_a_file(folder: Path, refused: Refused, case: str) -> None:
    written(lyrics="song.lrc")
    (folder / "song.lrc").write_text("[00:00.00]La\n")
    for name, original in (("clips/clip.mp4", "clip.mp4"), ("tasks/evaluation.csv", "clip.mp4"),
                           ("tasks/00000-probe.json", "song.lrc"), ("song.csv", "song.lrc")):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        os.link(folder / original, folder / name)
    arguments, lost, what = COMMANDS[case]
    told = refused(*arguments.split())
    assert lost in told
    assert what in told


def test_the_published_form(folder: Path, refused: Refused) -> None:
    (folder / "net.yaml").write_text("model_params: {}\n")
    (folder / "net.pth.tar").write_bytes(b"weights")
    os.link(folder / "clip.mp4", folder / "x.failed.mp4")
    flags = ["--config", "net.yaml", "--checkpoint", "net.pth.tar", "--source_image", "p.png", "--cpu"]
    for result, driving in (("clip.mp4", "clip.mp4"), ("x.mp4", "x.failed.mp4")):
        told = refused("animate", *flags, "--driving_video", driving, "--result_video", result)
        assert "it is an input, and the video would be written over it" in told


def test_a_network_that_would_take_the_place_of_the_one_it_starts_from(folder: Path, refused: Refused) -> None:
    (folder / "run").mkdir()
    (folder / "run" / "model.safetensors").write_bytes(b"weights")
    data = {"root_dir": ".", "frame_shape": [32, 32, 3], "clips": ["clip.mp4"]}
    (folder / "tiny.yaml").write_text(yaml.safe_dump({"dataset_params": data}))
    told = refused("train", "tiny.yaml", "--out", "run", "--from", "run/model.safetensors")
    assert "model.safetensors: it is an input, and what is trained would be written over it" in told
