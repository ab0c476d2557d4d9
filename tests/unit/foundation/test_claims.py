"""What a run at work needs is not removed by another; the dead claim nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.artifacts import ArtifactStore
from foundation.claims import Claims
from tests.conftest import ROOT

KEYS = ["a" * 64, "b" * 64, "c" * 64]

PROGRAM = """
import sys
from pathlib import Path
from foundation.claims import Claims
with Claims(Path(sys.argv[1])).hold(sys.argv[2:]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_run(root: Path, *keys: str) -> Iterator[subprocess.Popen[str]]:
    """A process that claims these."""
    command = [sys.executable, "-c", PROGRAM, str(root), *keys]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "held\n"
        yield run
        run.kill()


def test_what_another_run_claims_is_left_and_what_this_one_claims_is_not(tmp_path: Path) -> None:
    claims = Claims(tmp_path)
    assert claims.unclaimed(KEYS) == KEYS
    with claims.hold(KEYS), another_run(tmp_path, KEYS[0], KEYS[1]) as other:
        assert claims.unclaimed(KEYS) == [KEYS[2]]
        other.communicate()
        assert claims.unclaimed(KEYS) == KEYS
    assert list((tmp_path / ".runs").iterdir()) == []


def test_the_dead_claim_nothing_and_are_swept(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    with another_run(tmp_path, *KEYS) as other:
        store.sweep()
        assert store.claims.unclaimed(KEYS) == []
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert store.claims.unclaimed(KEYS) == KEYS
    assert len(list((tmp_path / ".runs").iterdir())) == 2
    store.sweep()
    assert list((tmp_path / ".runs").iterdir()) == []


def test_nothing_is_free_while_a_run_does_not_say_what_it_needs(tmp_path: Path) -> None:
    with another_run(tmp_path, KEYS[0]):
        listed = next((tmp_path / ".runs").glob("keys-*"))
        listed.rename(tmp_path / "elsewhere")
        assert Claims(tmp_path).unclaimed(KEYS) == []
        listed.symlink_to(tmp_path / "elsewhere")  # a link leads anywhere
        assert Claims(tmp_path).unclaimed(KEYS) == []


def test_a_folder_that_cannot_be_written_to_stops_no_run(tmp_path: Path) -> None:
    (tmp_path / ".runs").write_text("in the way")
    claims = Claims(tmp_path)
    with claims.hold(KEYS):
        assert claims.unclaimed(KEYS) == KEYS
