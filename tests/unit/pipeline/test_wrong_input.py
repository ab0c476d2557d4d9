"""What is wrong on a command line is told in one line that names it and the cure, with the code of what it is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from media.image.images import write_png
from pipeline.cli import main
from tests.conftest import ROOT
from tests.synthetic import write_clip
from tests.unit.pipeline.test_written import GREY, written

Told = tuple[int, list[str]]
"""An exit code, and the lines on stderr."""
Tell = Callable[..., Told]
BYTES = os.fsdecode(b"caf\xe9.bin")
"""A name that is not UTF-8."""


@pytest.fixture
def tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Told]]:
    """Runs a command as the program does, in a folder with every kind of file that is none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    for name in ("text", "text.txt"):
        (tmp_path / name).write_text("la la la\n")
    (tmp_path / BYTES).write_bytes(bytes(range(256)))
    (tmp_path / "circle").symlink_to("circle")
    os.mkfifo(tmp_path / "pipe")
    stops = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["duet", *arguments])
        with monkeypatch.context() as kept, pytest.raises(SystemExit) as left:
            kept.setattr(sys, "stdout", sys.stdout)  # the program takes its place
            main()
        assert isinstance(left.value.code, int)
        return left.value.code, [line for line in capsys.readouterr().err.splitlines() if line.strip()]

    yield run
    for each, handler in stops.items():
        signal.signal(each, handler)


COMMANDS = {
    "render": "render {}",
    "batch": "batch {}",
    "validate": "validate {}",
    "preview": "preview {}",
    "plan": "plan {}",
    "report": "report {}",
    "export": "export openjd {}",
    "compare": "compare {} {}",
    "task": "task {}",
    "inspect": "inspect {}",
    "train": "train {}",
    "evaluate": "evaluate {}",
    "a song": "sing {} --words text.txt sample:astronaut -o o.mp4",
    "words": "sing sample:song --words {} sample:astronaut -o o.mp4",
    "a portrait to sing": "sing sample:song --words text.txt {} -o o.mp4",
    "a song to align": "align {} text.txt -o o.lrc",
    "words to align": "align text {} -o o.lrc",
    "a portrait": "animate {} sample:carphone -o o.mp4",
    "a clip": "animate sample:astronaut {} -o o.mp4",
    "a portrait live": "live {} --video sample:carphone --to o.mp4",
    "a folder of the desk": "desk {} --port 0",
}
FILES = {
    "missing": "no such file",
    "circle": "circle",
    "n" * 300: "its name is too long",
    "pipe": "file",
    "/dev/zero": "file",
    BYTES: "",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_none(tell: Tell, command: str) -> None:
    for name, reason in FILES.items():
        code, lines = tell(*(word.replace("{}", name) for word in COMMANDS[command].split()))
        assert code in {2, 3, 4}, lines
        assert len(lines) == 1, lines
        assert lines[0].startswith("error: ")
        assert name[:200] in lines[0] or name == BYTES
        assert reason in lines[0] or "is no folder" in lines[0] or "is no file of words" in lines[0]
        assert lines[0].endswith(")"), lines  # the cure


OPTIONS = {
    "render m.yaml --workers -1": "--workers",
    "render m.yaml --workers 1e9": "--workers",
    "render m.yaml --only nothing": "--only",
    "render m.yaml --frames 9-1": "--frames",
    "render m.yaml --frames nan": "--frames",
    "render m.yaml --part -1": "--part",
    "render m.yaml --executor nowhere": "nowhere",
    "render m.yaml --progress loud": "--progress",
    "render m.yaml --keep some": "--keep",
    "render m.yaml -o o.xyz": "output.path",
    "render m.yaml --work pipe": "pipe",
    "plan m.yaml --work circle": "circle",
    "plan m.yaml --tasks text": "text",
    "evaluate folder --step 0": "--step",
    "evaluate folder --seconds nan": "--seconds",
    "evaluate folder --seconds -3": "--seconds",
    "inspect clip.mp4 --landmarks eyes": "eyes",
    "inspect clip.mp4 --fps nan": "--fps",
    "inspect clip.mp4 --fps 1e400": "--fps",
    "inspect clip.mp4 --sheet sheet.txt": "sheet.txt",
    "animate p.png clip.mp4 -o o.mp4 --size 0 0": "size",
    "animate p.png clip.mp4 -o o.mp4 --size 99999999 2": "size",
    "animate p.png clip.mp4 -o o.mp4 --engine best": "best",
    "live p.png --camera -1": "--camera",
    "live p.png --video clip.mp4 --to o.mp4 --seconds nan": "--seconds",
    "live p.png --video clip.mp4 --to o.mp4 --size 3 3": "--size",
    "train duet-128 --minutes nan": "--minutes",
    "train duet-128 --processes 0": "--processes",
    "train duet-128 --threads -1": "--threads",
    "train duet-128 --device abacus": "--device",
    "work clean --older-than soon": "--older-than",
    "work clean --older-than nand": "--older-than",
    "work clean --max-size -1G": "--max-size",
    "work clean": "--older-than",
    "work clean --older-than 1d --work text": "text: is no folder",
    "work show --work pipe": "pipe: is no folder",
    "work check --work circle": "circle",
    "desk folder --port 99999": "--port",
    "desk folder --host 0.0.0.0 --token short": "token",
    "models verify text --config nothing": "text",
    "--limit hats=3 schema": "hats",
    "--limit batch-items=nan schema": "batch-items",
    "align text text -o o.lrc --language xx": "xx",
    "align text text -o o.doc": "o.doc",
}


MISUSED = {
    "render": "argument 'MANIFEST'",
    "render a.yaml b.yaml": "b.yaml",
    "render --wrkers 2 m.yaml": "--workers",
    "rendr m.yaml": "'render'",
    "work clear": "clear",
    "animate p.png clip.mp4 -o o.mp4 --fps": "--fps",
    "render m.yaml --keep some": "'sources'",
    "render m.yaml --workers many": "auto",
    "--limit": "--limit",
    "models fetch nonsense": "vox",
    "models verify text --engine nonsense": "tpsmm",
}


@pytest.mark.parametrize("written_", MISUSED)
def test_what_no_command_takes(tell: Tell, written_: str) -> None:
    code, lines = tell(*written_.split())
    assert code == 2
    assert len(lines) == 1, lines
    assert lines[0].startswith("error: ")
    assert MISUSED[written_] in lines[0]
    assert lines[0].endswith(")")  # the cure


def test_what_no_command_takes_is_one_event_for_programs() -> None:
    line = [sys.executable, str(ROOT / "run_pipeline.py"), "render", "--json"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
    event = json.loads(done.stdout)
    assert (done.returncode, event["event"], event["code"]) == (2, "Failed", 2)
    assert done.stderr == f"error: {event['text']}\n"


@pytest.mark.parametrize("written_", OPTIONS)
def test_an_option_that_cannot_be(tell: Tell, tmp_path: Path, written_: str) -> None:
    write_png(tmp_path / "p.png", GREY)
    write_clip(tmp_path / "clip.mp4", [GREY] * 6, fps=25)
    written()
    code, lines = tell(*written_.split())
    assert code in {2, 3, 4}, lines
    assert OPTIONS[written_] in " ".join(lines), lines
    assert "Traceback" not in " ".join(lines)


def test_what_is_wrong_with_a_plan_names_its_manifest(tell: Tell, tmp_path: Path) -> None:
    write_png(tmp_path / "p.png", GREY)
    write_clip(tmp_path / "clip.mp4", [GREY] * 6, fps=25)
    name = written(scenes=[{"start": start, "layout": "full", "performers": ["ann"]} for start in (0, 99)])
    code, lines = tell("plan", name)
    assert code == 2
    assert f"{tmp_path / name}: scenes.1" in lines[-1]


def test_a_name_that_is_not_in_utf_8_is_told_before_the_work(tell: Tell, tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")
    name = written(performer={"portrait": "sample:astronaut", "driving": {"video": "sample:carphone"}})
    shutil.copy(name, f"{odd}.yaml")
    for words in (
        f"render {odd}.yaml",
        f"render {name} -o {odd}.mp4",
        f"render {name} --output-folder {odd}",
        f"render {name} --work {odd}",
        f"plan {name} --work {odd}",
    ):
        code, lines = tell(*words.split())
        assert code == 2
        assert len(lines) == 1
        assert "is not in UTF-8 (rename it, or choose another)" in lines[0]
    assert not (tmp_path / "work" / "edit").exists()


@pytest.mark.parametrize("command", ["render gone", "batch gone", "plan gone", "train gone", "compare gone gone"])
def test_a_manifest_or_config_that_is_not_there_ends_with_the_code_of_inputs(tell: Tell, command: str) -> None:
    code, lines = tell(*command.split())
    assert code == 3
    assert "gone: there is no such file (check the path" in lines[0]
