"""A run that is stopped ends cleanly, and the next one goes on from what is finished."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import Duet, command, driving

Manifest = Callable[..., Path]


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
def test_a_stopped_run_leaves_nothing_half_done_and_goes_on(
    duet: Duet, manifest: Manifest, tmp_path: Path, stop: signal.Signals
) -> None:
    if stop == signal.SIGHUP and signal.getsignal(stop) == signal.SIG_IGN:
        pytest.skip("these tests run under nohup: a render would ignore it, too")
    performers = {"one": {"portrait": "sample:astronaut", "driving": driving(start=0, end=None)}}
    path = manifest(performers=performers, defaults={"chunk_frames": 8})
    work = tmp_path / "work"
    environment = os.environ | {"DUET_WORK": str(work)}
    with subprocess.Popen(
        command("render", path, "--json"), cwd=tmp_path, env=environment, stdout=-1, stderr=-1, text=True
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            if '"TaskFinished"' in line and '"animate"' in line:
                break
        run.send_signal(stop)
        stopped = time.monotonic()
        out, err = run.communicate(timeout=30)
    assert run.returncode == 130, err
    assert '"event": "Stopped", "code": 130' in out
    assert "error: stopped" in err
    assert "Traceback" not in err
    assert time.monotonic() - stopped < 10
    assert not (tmp_path / "out.mp4").exists()
    assert not list(work.glob("*/.*"))
    kept = {folder.name for folder in work.glob("animate/*")}
    assert kept
    assert duet("render", path, "--no-sheet", fresh=True).code == 0
    resumed = (tmp_path / "out.mp4").read_bytes()
    assert kept < {folder.name for folder in work.glob("animate/*")}
    assert duet("render", path, "--no-sheet", "-o", tmp_path / "whole.mp4").code == 0
    assert (tmp_path / "whole.mp4").read_bytes() == resumed


def children(pid: int) -> list[int]:
    """The process's children, on Linux."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except (OSError, IndexError):
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the worker processes in /proc")
@pytest.mark.slow
@pytest.mark.parametrize("always", [False, True])
def test_a_worker_that_is_killed_is_replaced_so_often_and_no_more(
    duet: Duet, manifest: Manifest, tmp_path: Path, always: bool
) -> None:
    path = manifest(defaults={"chunk_frames": 4})
    environment = os.environ | {"DUET_WORK": str(tmp_path / "work")}
    with subprocess.Popen(
        command("render", path, "--json", "--no-sheet", "--no-report"),
        cwd=tmp_path,
        env=environment,
        stdout=-1,
        stderr=-1,
        text=True,
    ) as run:
        assert run.stdout is not None
        killed = False
        for line in run.stdout:
            if '"TaskStarted"' in line and '"animate"' in line and (always or not killed):
                killed = True
                for worker in children(run.pid):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
        err = run.stderr.read() if run.stderr else ""
        code = run.wait(60)
    assert killed
    assert "Traceback" not in err
    if always:
        assert code == 4, err
        assert "its process died" in err
        code = duet("render", path, "--no-sheet", fresh=True).code
    assert code == 0, err
