"""What a command does without: libraries that take long to import keep people waiting who only ask a question."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

HEAVY = {"numpy", "cv2", "av", "PIL", "torch", "scipy", "skimage", "mediapipe", "numba", "ray", "tqdm"}
PROGRAM = """
import sys
from pipeline.cli import main
try:
    main()
finally:
    print("modules", *sys.modules, file=sys.stderr)
"""


def imported(*arguments: str | Path) -> set[str]:
    """The packages that a command has imported when it ends."""
    command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()[-1].split()
    return {name.partition(".")[0] for name in told[1:]}


def test_a_render_and_its_workers_import_scipy_where_they_need_it() -> None:
    stages = ("probe", "faces", "crop", "matte", "normalize", "prepare", "animate", "edit", "mux", "measure", "check")
    program = f"""
import sys, pipeline.cli.render, pipeline.executors.worker
import numpy as np
from engines import load_engine
from engines.layers.mesh import curve_matrix
from face.occlusion import LOOKED_AT, occluded
from foundation.smoothing import evened
from stages import STAGES
for name in {stages}:
    STAGES[name].load()
load_engine("landmark_tps")
curve_matrix(9, 25)
evened(np.arange(9.0), 2.0)
occluded(np.tile(np.arange(len(LOOKED_AT), dtype=np.uint8)[:, None], (9, 1, 3)))
print(*[name for name in sys.modules if name.partition(".")[0] in ("scipy", "torch", "skimage")])
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert not done.stdout.split()


def test_help_imports_no_command() -> None:
    assert not imported("--help") & (HEAVY | {"pydantic", "yaml", "engines", "stages", "media"})


HELP = """
import contextlib, io, json, sys
from pipeline.cli import COMMANDS, app
for command in COMMANDS:
    with contextlib.redirect_stdout(io.StringIO()) as told:
        app([command, "--help"], standalone_mode=False)
    print(json.dumps([command, len(told.getvalue()), *{name.partition(".")[0] for name in sys.modules}]))
"""


def test_help_of_no_command_imports_pictures() -> None:
    command = [sys.executable, "-c", HELP]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    for name, told, *modules in map(json.loads, done.stdout.splitlines()):
        assert told > 100, name
        assert not HEAVY & set(modules), name


MISTAKES = [
    ["align", "song.wav", "words.txt", "-o", "x.lrc", "--separate", "maybe"],
    ["compare", "a.yaml"],
    ["inspect", "clip.mp4", "--sheet", "x.jpg"],
    ["live", "mona.jpg", "--size", "3", "4"],
    ["preview", "nothing.yaml"],
    ["report", "nothing.yaml"],
    ["evaluate", "nothing"],
    ["task", "nothing.json"],
]


def test_a_mistake_is_told_without_pictures() -> None:
    program = f"""
import json, sys
from pipeline.cli import app
for command in {MISTAKES}:
    try:
        app(command, standalone_mode=False)
    except Exception as error:
        print(json.dumps([command[0], type(error).__name__, *{{name.partition(".")[0] for name in sys.modules}}]))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, *_ in found] == [name for name, *_ in MISTAKES]
    for name, kind, *modules in found:
        assert kind in ("BadParameter", "ManifestError", "InputError"), name
        assert not HEAVY & set(modules), name


@pytest.mark.parametrize("command", ["plan", "validate"])
def test_planning_imports_no_pictures_once_the_media_are_known(command: str, tmp_path: Path) -> None:
    performers = {"astronaut": {"portrait": "sample:astronaut", "driving": {"video": "sample:carphone"}}}
    manifest = tmp_path / "duet.yaml"
    data = {"version": 1, "performers": performers, "output": {"path": "duet.mp4", "size": [320, 180]}}
    manifest.write_text(yaml.safe_dump(data))
    first = imported(command, manifest, "--work", tmp_path / "work")
    assert "av" in first  # it has read the clip
    assert not imported(command, manifest, "--work", tmp_path / "work") & HEAVY


TASKS = """
import sys
from pathlib import Path
from pipeline.cli import app
for task in sorted(Path(sys.argv[1]).iterdir()):
    stage = task.stem.partition("-")[2]
    if stage in sys.argv[3:]:
        app(["task", str(task), "--work", sys.argv[2], "--online"], standalone_mode=False)
        print(stage, "torch" in sys.modules, file=sys.stderr)
"""


def test_cutting_for_a_network_does_not_import_it(tmp_path: Path) -> None:
    clip = {"video": "sample:carphone", "end": 0.3}
    one = {"portrait": "sample:astronaut", "driving": clip, "engine": "tpsmm", "tpsmm": {"config": "duet-128"}}
    two = one | {"portrait": "sample:carphone"}
    data = {"version": 1, "performers": {"one": one, "two": two}, "output": {"path": "out.mp4", "size": [320, 180]}}
    manifest, tasks, work = tmp_path / "duet.yaml", tmp_path / "tasks", tmp_path / "work"
    manifest.write_text(yaml.safe_dump(data))
    imported("plan", manifest, "--tasks", tasks, "--work", work)
    stages = ("probe", "faces", "crop", "plate_frames", "plate_path", "normalize")
    command = [sys.executable, "-c", TASKS, str(tasks), str(work), *stages]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert set(done.stderr.splitlines()) == {f"{stage} False" for stage in stages}


IMPORTING = """
import os, signal, sys
import run_pipeline
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == "pipeline":
            os.kill(os.getpid(), signal.{})
sys.meta_path.insert(0, Stop())
sys.argv = ["duet", "render", "--json"]
run_pipeline.main()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_stop_while_it_is_imported_is_told_as_any_other(name: str) -> None:
    command = [sys.executable, "-c", IMPORTING.format(name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    event = json.loads(done.stdout)
    assert (done.returncode, event["event"], event["code"]) == (130, "Stopped", 130)
    assert done.stderr == f"error: {event['text']}\n"
