"""A clip that is long enough to be followed in pieces, and a result that is looked at in pieces: killed, by Ray, by an
Open Job Description, each to the same bytes. Run by `make test-farm`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from itertools import chain, cycle, islice
from pathlib import Path

import pytest
import yaml

from media.samples import sample_path
from media.video.reader import VideoReader
from tests.farm import cluster
from tests.integration.conftest import command
from tests.integration.test_farm import PATIENCE, duet, environment
from tests.synthetic import write_clip

pytestmark = [pytest.mark.farm, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Long:
    """What is done in two pieces: a clip of so many `frames`, by the stages `pieces`, until `join`."""

    frames: int
    pieces: tuple[str, ...]
    join: str

    @property
    def last(self) -> tuple[str, str]:
        return "--only", self.join


LONG = (
    Long(1130, ("faces_piece", "normalize_piece"), "normalize_join"),
    Long(380, ("measure_piece",), "measure_join"),
)


@pytest.fixture(scope="module", params=LONG, ids=lambda long: long.join)
def long(request: pytest.FixtureRequest) -> Long:
    asked: Long = request.param
    return asked


@pytest.fixture(scope="module")
def job(long: Long, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest with such a clip."""
    folder = tmp_path_factory.mktemp("long")
    with VideoReader(sample_path("carphone")) as reader:
        there = [frame[:, :192] for _, frame in reader]
    write_clip(folder / "clip.mp4", islice(cycle(chain(there, reversed(there))), long.frames), options={"g": "100"})
    performers = {"astronaut": {"portrait": "sample:astronaut", "driving": {"video": "clip.mp4"}}}
    data = {"version": 1, "performers": performers, "output": {"path": "out.mp4", "size": [320, 180]}}
    path = folder / "duet.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def made(work: Path, long: Long) -> dict[str, bytes]:
    """What the clip became, file by file."""
    (folder,) = (path for path in (work / long.join).iterdir() if (path / "artifact.json").is_file())
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "artifact.json")
    return {f"{folder.name}/{path.relative_to(folder)}": path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def plain(job: Path, long: Long) -> dict[str, bytes]:
    done = duet("render", job, "--work", job.parent / "plain", *long.last)
    assert done.code == 0, done.err
    stages = {path.name: len(list(path.iterdir())) for path in (job.parent / "plain").iterdir()}
    assert [stages[name] for name in long.pieces] == [2] * len(long.pieces)
    return made(job.parent / "plain", long)


def begun(job: Path, long: Long, name: str) -> Path:
    """A work folder in which all is done but the pieces, and what is made of them."""
    work = job.parent / name
    shutil.copytree(job.parent / "plain", work, ignore=shutil.ignore_patterns(*long.pieces, long.join))
    return work


def test_killed_between_pieces_ray_goes_on_to_the_same_bytes(job: Path, long: Long, plain: dict[str, bytes]) -> None:
    pytest.importorskip("ray", reason="make install-farm", exc_type=ImportError)
    work = begun(job, long, "killed")
    with subprocess.Popen(
        command("render", job, "--work", work, *long.last, "--json", "--workers", "1"),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        for line in run.stdout or ():
            event = json.loads(line)
            if event["event"] == "TaskFinished" and event["stage"] == long.pieces[0]:
                os.killpg(run.pid, signal.SIGKILL)
    assert not (work / long.join).exists()
    with cluster() as (address, _):
        done = duet("render", job, "--work", work, *long.last, "--executor", "ray", "--address", address)
    assert done.code == 0, done.err
    assert made(work, long) == plain


def test_an_open_job_description_makes_the_same_bytes(job: Path, long: Long, plain: dict[str, bytes]) -> None:
    pytest.importorskip("openjd.model", reason="make install-farm", exc_type=ImportError)
    template = job.parent / "job.yaml"
    done = duet("export", "openjd", job, "-o", template, "--work", job.parent / "export")
    assert done.code == 0, done.err
    given = {"Manifest": job, "WorkFolder": begun(job, long, "openjd"), "OutputFolder": job.parent / "openjd_out"}
    (job.parent / "openjd_out").mkdir()
    parameters = [word for name, value in given.items() for word in ("-p", f"{name}={value}")]
    openjd = str(Path(sys.executable).parent / "openjd")
    how = ["--step", long.join, "--run-dependencies", "--extensions", "TASK_CHUNKING"]
    ran = subprocess.run(
        [openjd, "run", str(template), *how, *parameters],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert made(job.parent / "openjd", long) == plain
    steps = {step["name"]: step for step in yaml.safe_load(template.read_text())["steps"]}
    assert long.pieces[-1] in [each["dependsOn"] for each in steps[long.join]["dependencies"]]
    assert steps[long.pieces[0]]["parameterSpace"]["taskParameterDefinitions"][0]["range"] == "0-1"
