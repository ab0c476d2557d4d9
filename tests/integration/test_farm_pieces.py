"""A clip that is long enough to be followed in pieces: killed, by Ray, by an Open Job Description, each to the same
bytes. Run by `make test-farm`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
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
LAST = ("--only", "normalize_join")
"""Nothing after it is done in another way than for a short clip."""


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest with a clip of 1130 frames: two pieces."""
    folder = tmp_path_factory.mktemp("long")
    with VideoReader(sample_path("carphone")) as reader:
        there = [frame[:, :192] for _, frame in reader]
    write_clip(folder / "clip.mp4", islice(cycle(chain(there, reversed(there))), 1130), options={"g": "100"})
    performers = {"astronaut": {"portrait": "sample:astronaut", "driving": {"video": "clip.mp4"}}}
    data = {"version": 1, "performers": performers, "output": {"path": "out.mp4", "size": [320, 180]}}
    path = folder / "duet.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def made(work: Path) -> dict[str, bytes]:
    """What the clip became, file by file."""
    (folder,) = (path for path in (work / "normalize_join").iterdir() if (path / "artifact.json").is_file())
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "artifact.json")
    return {f"{folder.name}/{path.relative_to(folder)}": path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def plain(job: Path) -> dict[str, bytes]:
    done = duet("render", job, "--work", job.parent / "plain", *LAST)
    assert done.code == 0, done.err
    stages = {path.name: len(list(path.iterdir())) for path in (job.parent / "plain").iterdir()}
    assert (stages["faces_piece"], stages["normalize_piece"]) == (2, 2)
    return made(job.parent / "plain")


def test_killed_between_pieces_ray_goes_on_to_the_same_bytes(job: Path, plain: dict[str, bytes]) -> None:
    pytest.importorskip("ray", reason="make install-farm", exc_type=ImportError)
    work = job.parent / "killed"
    with subprocess.Popen(
        command("render", job, "--work", work, *LAST, "--json", "--workers", "1"),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        for line in run.stdout or ():
            event = json.loads(line)
            if event["event"] == "TaskFinished" and event["stage"] == "faces_piece":
                os.killpg(run.pid, signal.SIGKILL)
    assert not (work / "normalize_join").exists()
    with cluster() as (address, _):
        done = duet("render", job, "--work", work, *LAST, "--executor", "ray", "--address", address)
    assert done.code == 0, done.err
    assert made(work) == plain


def test_an_open_job_description_makes_the_same_bytes(job: Path, plain: dict[str, bytes]) -> None:
    pytest.importorskip("openjd.model", reason="make install-farm", exc_type=ImportError)
    template = job.parent / "job.yaml"
    done = duet("export", "openjd", job, "-o", template, "--work", job.parent / "export")
    assert done.code == 0, done.err
    given = {"Manifest": job, "WorkFolder": job.parent / "openjd", "OutputFolder": job.parent / "openjd_out"}
    for folder in ("openjd", "openjd_out"):
        (job.parent / folder).mkdir()
    parameters = [word for name, value in given.items() for word in ("-p", f"{name}={value}")]
    openjd = str(Path(sys.executable).parent / "openjd")
    how = ["--step", LAST[1], "--run-dependencies", "--extensions", "TASK_CHUNKING"]
    ran = subprocess.run(
        [openjd, "run", str(template), *how, *parameters],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert made(job.parent / "openjd") == plain
    steps = {step["name"]: step for step in yaml.safe_load(template.read_text())["steps"]}
    assert [each["dependsOn"] for each in steps["faces_join"]["dependencies"]] == ["faces_piece"]
    assert steps["faces_piece"]["parameterSpace"]["taskParameterDefinitions"][0]["range"] == "0-1"
