"""Everything at once, at random, twenty times in a row: whatever is lost is made again, and the bytes stay the same.

Run by `make test-farm`. What is done is drawn as cards are: each kind comes up in twenty rounds, whatever the seed.
A failure names its seed: DUET_STRESS_SEED=SEED makes the same choices again (not at the same instants),
DUET_STRESS_ROUNDS=N as many rounds.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import Outcome, command, driving
from tests.integration.test_interrupt import children

pytestmark = [
    pytest.mark.farm,
    pytest.mark.timeout(5400),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the worker processes in /proc"),
]
ROUNDS = int(os.environ.get("DUET_STRESS_ROUNDS", "20"))
LEASE = 1.5
"""Seconds; who is stopped for longer has lost its leases."""
PATIENCE = 180
LYRICS = """1
00:00:00,000 --> 00:00:00,100
One: la

2
00:00:00,100 --> 00:00:00,200
Two: la
"""


class Job:
    """A render of two performers who take turns, and what can be done to it.

    Attributes:
        whole: what an undisturbed render makes. did: what was done in this round.
        decks: what is left of each kind of choice before all of it comes again.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.work = folder, folder / "work"
        self.chance = random.Random(seed)  # noqa: S311  (no secret)
        self.did: list[str] = []
        self.decks: dict[tuple[str, ...], list[str]] = {}
        self.runs: list[subprocess.Popen[str]] = []
        self._write()
        self.inputs = {path: path.read_bytes() for path in (folder / "one.png", folder / "two.png")}
        done = self.render(folder / "plain", folder / "plain.mp4").communicate(timeout=PATIENCE)
        assert self.runs.pop().returncode == 0, done[1]
        self.whole = (folder / "plain.mp4").read_bytes()

    def _write(self) -> None:
        import cv2

        from media.samples import sample_path

        picture = cv2.imread(str(sample_path("astronaut")))
        assert picture is not None
        cv2.imwrite(str(self.folder / "one.png"), picture)
        cv2.imwrite(str(self.folder / "two.png"), picture[:, ::-1])
        performers = {
            name: {"portrait": f"{name}.png", "driving": driving(start=1.6, end=1.8)} for name in ("one", "two")
        }
        data = {
            "version": 1,
            "defaults": {"chunk_frames": 4},
            "performers": performers,
            "lyrics": {"file": "turns.srt"},
            "scenes": [{"layout": "side_by_side", "performers": ["one", "two"]}],
            "output": {"path": "out.mp4", "size": [160, 90]},
        }
        (self.folder / "turns.srt").write_text(LYRICS)
        (self.folder / "m.yaml").write_text(yaml.safe_dump(data))

    def render(self, work: Path, out: Path) -> subprocess.Popen[str]:
        arguments = ("render", self.folder / "m.yaml", "--work", work, "-o", out, "--no-sheet", "--no-report")
        run = subprocess.Popen(
            command(*arguments, "--workers", "1", "--json"),
            env=os.environ | {"DUET_OFFLINE": "1", "DUET_LEASE_SECONDS": str(LEASE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.runs.append(run)
        return run

    def disturb(self) -> None:
        """Do one thing at random."""
        what = self._drawn("kill", "stop", "delete", "delete", "flip", "flip", "swap")
        with contextlib.suppress(OSError):  # it was there a moment ago
            self.did.append(f"{what} {getattr(self, what)()}")

    def _drawn(self, *kinds: str) -> str:
        """One of the kinds: each as often as it is named before any comes again."""
        deck = self.decks.setdefault(kinds, [])
        if not deck:
            deck += self.chance.sample(kinds, len(kinds))
        return deck.pop()

    def kill(self) -> str:
        """A worker, or a whole run."""
        run = self.chance.choice(self.runs)
        if self._drawn("run", "workers", "workers") == "run":
            os.killpg(run.pid, signal.SIGKILL)
            return "a run"
        for child in children(run.pid):
            os.kill(child, signal.SIGKILL)
        return "workers"

    def stop(self) -> str:
        """A worker, or a whole run, for longer than a lease; it goes on where it was."""
        run = self.chance.choice(self.runs)
        pids = children(run.pid)
        if self._drawn("run to stop", "workers to stop") == "run to stop":
            pids.append(run.pid)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(2 * LEASE)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        return f"{len(pids)} processes"

    def delete(self) -> str:
        """A file, an artifact, a draft, a stage, or the whole work folder."""
        kind = self._drawn("*/*/*", "[a-z]*/[0-9a-f]*", "[a-z]*/[0-9a-f]*", "[a-z]*/.*", "[a-z]*", ".")
        victim = self._one(self.work.glob(kind) if kind != "." else [self.work])
        shutil.rmtree(victim, ignore_errors=True) if victim.is_dir() else victim.unlink()
        return str(victim.relative_to(self.folder))

    def flip(self) -> str:
        """A bit of finished work, or of what it says of itself."""
        victim = self._one(path for path in self.work.glob("[a-z]*/[0-9a-f]*/**/*") if path.stat().st_size)
        at, bit = self.chance.randrange(victim.stat().st_size), self.chance.randrange(8)
        with victim.open("r+b") as file:
            file.seek(at)
            byte = file.read(1)[0] ^ 1 << bit
            file.seek(at)
            file.write(bytes([byte]))
        return f"{victim.relative_to(self.work)} at {at}"

    def swap(self) -> str:
        """Two artifacts, two files of theirs, or the two portraits for a moment."""
        kind = self._drawn("portraits", "portraits", "[a-z]*/[0-9a-f]*", "[a-z]*/[0-9a-f]*/*")
        if kind == "portraits":
            (one, first), (two, second) = self.inputs.items()
            exchange(one, two) if self.chance.random() < 0.5 else (one.write_bytes(second), two.write_bytes(first))
            time.sleep(self.chance.uniform(0.0, 2.0))
            self.put_back()
            return kind
        one = self._one(path for path in self.work.glob(kind) if path.parent.name != "logs")
        two = self._one(path for path in one.parent.parent.glob("*/*") if path.is_dir() == one.is_dir())
        exchange(one, two)
        return f"{one.relative_to(self.work)} {two.relative_to(self.work)}"

    def put_back(self) -> None:
        for path, content in self.inputs.items():
            path.write_bytes(content)

    def _one(self, found: Iterator[Path] | list[Path]) -> Path:
        paths = sorted(found)
        if not paths:
            raise FileNotFoundError
        return self.chance.choice(paths)


def exchange(one: Path, two: Path) -> None:
    aside = one.with_name(".aside-0")
    one.rename(aside)
    two.rename(one)
    aside.rename(two)


def planned(run: subprocess.Popen[str]) -> None:
    """Wait until a run has read its inputs, and begins its work: whoever changes them before has changed the job."""
    assert run.stdout is not None
    for line in run.stdout:
        if '"TaskStarted"' in line or '"TaskFinished"' in line:
            return


def ended(run: subprocess.Popen[str]) -> Outcome:
    try:
        out, err = run.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise
    return Outcome(run.returncode, out, err)


def one_round(job: Job, number: int) -> Counter[int]:
    """Two renders into one work folder are disturbed, and a third is not; how the first two ended."""
    outs = [job.folder / f"out{n}.mp4" for n in range(2)]
    job.did, job.runs = [], []
    for path in (*outs, job.folder / "last.mp4"):
        path.unlink(missing_ok=True)
    for stage in job.chance.sample(("probe", "faces", "prepare", "animate", "edit", "mux", "check"), 3):
        shutil.rmtree(job.work / stage, ignore_errors=True)  # so that there is work to disturb
    for run in [job.render(job.work, out) for out in outs]:
        planned(run)
    for _ in range(job.chance.randint(2, 5)):
        time.sleep(job.chance.uniform(0.0, 0.7))
        job.disturb()
    codes = Counter[int]()
    for run, out in zip(job.runs, outs, strict=True):
        done = ended(run)
        codes[done.code] += 1
        assert "Traceback" not in done.err, done.err
        assert "failed unexpectedly" not in done.err, done.err
        assert not out.exists() or out.read_bytes() == job.whole
        assert done.code or out.exists(), done.err
    done = ended(job.render(job.work, job.folder / "last.mp4"))
    assert done.code == 0, done.err
    assert (job.folder / "last.mp4").read_bytes() == job.whole
    return codes


def test_whatever_happens_the_bytes_stay_the_same_time_after_time(tmp_path: Path) -> None:
    seed = int(os.environ.get("DUET_STRESS_SEED") or random.SystemRandom().randrange(10**6))
    job = Job(tmp_path, seed)
    codes = Counter[int]()
    for number in range(ROUNDS):
        try:
            codes += one_round(job, number)
        except BaseException as error:
            error.add_note(f"DUET_STRESS_SEED={seed}, round {number}: {'; '.join(job.did)}")
            raise
        finally:
            for run in job.runs:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(run.pid, signal.SIGKILL)
    assert codes[0] >= ROUNDS  # most are mended while they run
