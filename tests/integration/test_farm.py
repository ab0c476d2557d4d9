"""Crashes, two processes in one work folder, a full disk, a Ray cluster that loses a node, an Open Job Description:
each ends with the bits of a plain local render. Run by `make test-farm`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from foundation.artifacts import ArtifactStore
from foundation.housekeeping import inventory
from pipeline.plan.keep import PASSING
from tests.conftest import ROOT
from tests.farm import cluster
from tests.integration.conftest import Outcome, command, driving

pytestmark = [pytest.mark.farm, pytest.mark.timeout(900)]
PATIENCE = 400
KILLS = 6
"""At random moments, spread over a render."""


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of twelve frames in chunks of four, in a folder of its own."""
    folder = tmp_path_factory.mktemp("job")
    performers = {"astronaut": {"portrait": "sample:astronaut", "driving": driving(start=1.6, end=2.0)}}
    output = {"path": "out/duet.mp4", "size": [320, 180]}
    data = {"version": 1, "defaults": {"chunk_frames": 4}, "performers": performers, "output": output}
    path = folder / "duet.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def environment() -> dict[str, str]:
    # as in tests.farm_cluster: loopback only
    return os.environ | {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "DUET_OFFLINE": "1"}


def duet(*arguments: str | Path) -> Outcome:
    done = subprocess.run(
        command(*arguments), env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def plain(job: Path) -> tuple[bytes, float]:
    """What a render makes that nothing disturbs, and how many seconds it took."""
    began = time.monotonic()
    done = duet(
        "render", job, "--no-sheet", "--no-report", "--work", job.parent / "plain", "-o", job.parent / "plain.mp4"
    )
    assert done.code == 0, done.err
    return (job.parent / "plain.mp4").read_bytes(), time.monotonic() - began


def runs_of(work: Path) -> Counter[str]:
    """How often each task was finished, by its key, as the logs tell."""
    logs = work.glob("logs/*/*.jsonl")
    lines = [(log.stem, json.loads(line)["event"]) for log in logs for line in log.read_text().splitlines()]
    return Counter(key for key, event in lines if event == "finished")


def test_killed_at_random_moments_it_ends_with_the_same_bits(job: Path, plain: tuple[bytes, float]) -> None:
    whole, seconds = plain
    work, out = job.parent / "killed", job.parent / "killed.mp4"
    moments = random.SystemRandom()
    store = ArtifactStore(work)
    for number in range(KILLS):
        with subprocess.Popen(
            command("render", job, "--no-sheet", "--no-report", "--work", work, "-o", out),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as run:
            time.sleep((0.2 + 0.4 * (number + moments.random()) / KILLS) * seconds)
            os.killpg(run.pid, signal.SIGKILL)
        assert not out.exists() or out.read_bytes() == whole
        assert [one for one in inventory(store) if store.damage(one.stage, one.key)] == []
    staying = [one for one in inventory(store) if one.stage not in PASSING]
    kept = {one.key: (store.folder(one.stage, one.key) / "artifact.json").stat().st_ino for one in staying}
    done = duet("render", job, "--no-sheet", "--no-report", "--work", work, "-o", out)
    assert done.code == 0, done.err
    assert out.read_bytes() == whole
    now = {one.key: (store.folder(one.stage, one.key) / "artifact.json").stat().st_ino for one in inventory(store)}
    assert {key: now[key] for key in kept} == kept  # what was finished was not made again
    assert set(runs_of(work).values()) == {1}
    assert not list(work.glob("*/.*-*"))
    assert not list((work / ".leases").iterdir())


def test_what_lost_power_left_is_found_and_made_again(job: Path, plain: tuple[bytes, float]) -> None:
    work, out = job.parent / "power", job.parent / "power.mp4"
    assert duet("render", job, "--no-sheet", "--no-report", "--work", work, "-o", out, "--only", "animate").code == 0
    for file in work.glob("animate/*/frames.tiles"):
        file.write_bytes(bytes(file.stat().st_size))  # the right length, and nothing in it
        break
    done = duet("render", job, "--no-sheet", "--no-report", "--work", work, "-o", out)
    assert done.code == 0, done.err
    assert "again: " in done.err
    assert out.read_bytes() == plain[0]


def test_two_processes_share_the_work_and_do_none_of_it_twice(job: Path, plain: tuple[bytes, float]) -> None:
    work = job.parent / "shared"
    outs = [job.parent / f"shared{n}.mp4" for n in range(2)]
    runs = [
        subprocess.Popen(
            command("render", job, "--no-sheet", "--no-report", "--work", work, "-o", out, "--workers", "1"),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for out in outs
    ]
    for run, out in zip(runs, outs, strict=True):
        _, err = run.communicate(timeout=PATIENCE)
        assert run.returncode == 0, err
        assert out.read_bytes() == plain[0]
    assert set(runs_of(work).values()) == {1}
    both = {json.loads(line)["pid"] for log in work.glob("logs/*/*.jsonl") for line in log.read_text().splitlines()}
    assert len(both) >= 2


FULL = """
set -e
mount -t tmpfs -o size=1m none "$1"
"$2" "$3" render "$4" --no-sheet --no-report --work "$1" -o "$5" && exit 90
code=$?
test "$code" = 4 || exit 91
test ! -e "$5" || exit 92
mount -o remount,size=400m "$1"
exec "$2" "$3" render "$4" --no-sheet --no-report --work "$1" -o "$5"
"""


def test_a_full_disk_is_told_and_the_next_run_goes_on(job: Path, plain: tuple[bytes, float]) -> None:
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    work, out = job.parent / "full", job.parent / "full.mp4"
    work.mkdir()
    arguments = [str(work), sys.executable, str(ROOT / "run_pipeline.py"), str(job), str(out)]
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", FULL, "sh", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert out.read_bytes() == plain[0]


def test_a_ray_cluster_that_loses_a_node_makes_the_same_bits(job: Path, plain: tuple[bytes, float]) -> None:
    pytest.importorskip("ray", reason="make install-farm", exc_type=ImportError)
    work, out = job.parent / "ray", job.parent / "ray.mp4"
    events: list[dict[str, Any]] = []
    with (
        cluster() as (address, kill),
        subprocess.Popen(
            command(
                *("render", job, "--no-sheet", "--no-report", "--work", work, "-o", out),
                *("--executor", "ray", "--address", address, "--json"),
            ),
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as run,
    ):
        assert run.stdout is not None
        killed = False
        try:
            for line in run.stdout:
                events.append(json.loads(line))
                if not killed and events[-1]["event"] == "TaskStarted" and events[-1]["stage"] == "animate":
                    kill()
                    killed = True
            err = run.stderr.read() if run.stderr else ""
            assert run.wait(PATIENCE) == 0, err
        finally:
            run.kill()  # else leaving the block waits for it, and the cluster for that
    assert killed
    assert out.read_bytes() == plain[0]
    assert [event["event"] for event in events].count("TaskRepeated") <= 2


def test_an_open_job_description_makes_the_same_bits(job: Path, plain: tuple[bytes, float]) -> None:
    pytest.importorskip("openjd.model", reason="make install-farm", exc_type=ImportError)
    template = job.parent / "job.yaml"
    done = duet("export", "openjd", job, "-o", template, "--work", job.parent / "export")
    assert done.code == 0, done.err
    openjd = [str(Path(sys.executable).parent / "openjd")]
    given = {"Manifest": job, "WorkFolder": job.parent / "openjd", "OutputFolder": job.parent / "openjd_out"}
    for folder in ("openjd", "openjd_out"):
        (job.parent / folder).mkdir()
    parameters = [word for name, value in given.items() for word in ("-p", f"{name}={value}")]
    extensions = ["--extensions", "TASK_CHUNKING"]
    ran = subprocess.run(
        [*openjd, "run", str(template), "--step", "deliver", "--run-dependencies", *extensions, *parameters],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "openjd_progress: 100.0" in ran.stdout
    assert (job.parent / "openjd_out" / "duet.mp4").read_bytes() == plain[0]
    steps = yaml.safe_load(template.read_text())["steps"]
    animate = next(step for step in steps if step["name"] == "animate")
    frames = animate["parameterSpace"]["taskParameterDefinitions"][0]
    assert (frames["type"], frames["chunks"]["defaultTaskCount"]) == ("CHUNK[INT]", 4)
