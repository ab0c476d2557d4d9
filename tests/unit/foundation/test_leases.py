"""Leases: one owner at a time, the dead give way, the living do not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from foundation import leases as module
from foundation.errors import ManifestError
from foundation.leases import Held, Leases
from tests.conftest import ROOT

KEY = "a" * 64


@pytest.fixture
def leases(tmp_path: Path) -> Leases:
    return Leases(tmp_path)


def forge(leases: Leases, **changes: object) -> Path:
    """Somebody else's lease."""
    with leases.hold(KEY):
        told = json.loads((leases.folder / KEY).read_text())
    path = leases.folder / KEY
    path.write_text(json.dumps(told | {"token": "other"} | changes))
    return path


def test_a_lease_has_one_owner_and_is_gone_afterwards(leases: Leases) -> None:
    with leases.hold(KEY) as lease:
        assert leases.holder(KEY) == lease
        with pytest.raises(Held), Leases(leases.folder.parent).hold(KEY):
            pass
        assert leases.living() == [lease]
    assert leases.holder(KEY) is None
    assert list(leases.folder.iterdir()) == []


def test_a_dead_process_of_this_machine_gives_way_at_once(leases: Leases) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    forge(leases, pid=gone.pid)
    with leases.hold(KEY) as mine:
        assert leases.holder(KEY) == mine


def test_a_number_that_another_process_has_now_is_no_owner(leases: Leases) -> None:
    forge(leases, pid=os.getpid(), started="1")
    assert leases.holder(KEY) is None


def test_an_owner_elsewhere_lives_as_long_as_it_is_heard_of(leases: Leases) -> None:
    path = forge(leases, machine="another machine")
    with pytest.raises(Held), leases.hold(KEY):
        pass
    silent = time.time() - module.STALE_SECONDS - 5
    os.utime(path, (silent, silent))
    leases.sweep()
    assert not path.exists()
    with leases.hold(KEY):
        pass


def test_a_stopped_process_of_this_machine_gives_way_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(module.VARIABLE, "1")
    leases = Leases(tmp_path)
    program = f"""
import sys, time
from foundation.leases import Leases
from pathlib import Path
with Leases(Path({str(tmp_path)!r})).hold("{KEY}"):
    print("held", flush=True)
    sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=-1, stdout=-1, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        for _ in range(3):
            time.sleep(0.6)
            assert leases.holder(KEY) is not None
        owner.send_signal(signal.SIGSTOP)
        while leases.holder(KEY):
            time.sleep(0.1)
        leases.beat = 60
        with leases.hold(KEY) as mine:
            os.utime(leases.folder / KEY, (1, 1))
            owner.send_signal(signal.SIGCONT)
            time.sleep(0.4)
            assert (leases.folder / KEY).stat().st_mtime < 1000  # the woken owner keeps no other's lease alive
            owner.communicate()
            assert leases._read(KEY) == mine


@pytest.mark.parametrize("written", ["soon", "-5", "0", "1e9", "nan", "0.5"])
def test_a_patience_that_makes_no_sense_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv(module.VARIABLE, written)
    with pytest.raises(ManifestError, match="DUET_LEASE_SECONDS is"):
        Leases(tmp_path)


def test_the_owner_is_heard_of_again_and_again(leases: Leases) -> None:
    leases.beat = 0.02
    path = leases.folder / KEY
    with leases.hold(KEY):
        os.utime(path, (1, 1))
        while path.stat().st_mtime < 1000:
            time.sleep(0.01)
        path.unlink()  # the work folder is cleared under our feet
        while not path.exists():
            time.sleep(0.01)
    assert not path.exists()


def test_an_owner_that_was_taken_for_dead_leaves_the_new_lease_alone(leases: Leases) -> None:
    with leases.hold(KEY):
        path = forge_over(leases)
    assert path.exists()


def forge_over(leases: Leases) -> Path:
    path = leases.folder / KEY
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"token": "other"}))
    return path
