"""The real command line, and short real material for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from media.samples import sample_path
from media.video.reader import VideoReader
from tests.conftest import ROOT
from tests.forked import Asked
from tests.synthetic import write_clip

PATH = "/usr/bin:/bin"


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line that tells what is wrong."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]


Duet = Callable[..., Outcome]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "run_pipeline.py"), *map(str, arguments)]


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One work folder for the whole session: what one test has finished serves the next, as for users."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Asked], int]]:
    """Runs commands by `tests.forked`; how each ended."""
    home = tmp_path_factory.mktemp("home")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.forked"],
        cwd=ROOT,
        env={"PATH": PATH, "HOME": str(home), "OMP_WAIT_POLICY": "PASSIVE"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        to, answers = server.stdin, server.stdout

        def run(asked: Asked) -> int:
            to.write(f"{json.dumps(asdict(asked))}\n")
            to.flush()
            return int(answers.readline())

        try:
            yield run
        finally:
            os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture
def duet(tmp_path: Path, work: Path, served: Callable[[Asked], int]) -> Duet:
    """Runs a command in an empty folder, with the session's work folder unless another is named.

    Its tasks run in one process with it unless it names workers.
    """

    def run(*arguments: str | Path, fresh: bool = False) -> Outcome:
        folder = tmp_path / "work" if fresh else work
        environment = {"DUET_WORK": str(folder), "PATH": PATH, "HOME": str(tmp_path), "DUET_OFFLINE": "1"}
        environment["DUET_KEEP"] = "all"  # for the next test, and those that look into the folder
        words = [str(word) for word in arguments]
        with TemporaryDirectory() as told:
            out, err = Path(told, "out"), Path(told, "err")
            alone = "--workers" not in words
            code = served(Asked(words, str(tmp_path), environment, str(out), str(err), alone))
            return Outcome(code, out.read_text(), err.read_text())

    return run


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[..., Path]:
    """Writes a manifest: the astronaut driven by a second of the sample clip; keywords replace top-level fields."""

    def write(name: str = "m.yaml", **changes: Any) -> Path:
        data: dict[str, Any] = {
            "version": 1,
            "performers": {"astronaut": {"portrait": "sample:astronaut", "driving": driving()}},
            "output": {"path": "out.mp4", "size": [320, 180]},
        }
        path = tmp_path / name
        path.write_text(yaml.safe_dump(data | changes, allow_unicode=True), encoding="utf-8")
        return path

    return write


def driving(**changes: Any) -> dict[str, Any]:
    """Half a second of the sample clip in which the mouth opens."""
    return {"video": "sample:carphone", "start": 1.6, "end": 2.1} | changes


@pytest.fixture(scope="session")
def faces() -> list[NDArray[np.uint8]]:
    """24 frames of the sample clip."""
    with VideoReader(sample_path("carphone")) as reader:
        return [frame[:, :192] for _, frame in islice(reader, 24)]  # an even width, for H.264


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory, faces: list[NDArray[np.uint8]]) -> dict[str, Path]:
    """Clips that go wrong, each in its own way, and one that does not."""
    folder = tmp_path_factory.mktemp("clips")
    grey = [np.full_like(faces[0], 128)] * 40
    found = {name: folder / f"{name}.mp4" for name in ("good", "faceless", "lost", "truncated", "text")}
    write_clip(found["good"], faces, fps=25)
    write_clip(found["faceless"], grey, fps=25)
    write_clip(found["lost"], faces[:10] + grey + faces[10:20], fps=25)
    index_first = folder / "fast.mp4"
    write_clip(index_first, faces, fps=25, container_options={"movflags": "+faststart"})
    whole = index_first.read_bytes()
    found["truncated"].write_bytes(whole[: len(whole) * 6 // 10])
    found["text"].write_text("this is no video\n" * 50)
    return found
