"""Machines that let no program run what it has written: they render all the same, and tell what they cannot do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CANNOT = 77
DENY = f"""
import ctypes
refuse = 65, 1  # prctl(2): PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
if ctypes.CDLL(None).prctl(*refuse, 0, 0, 0):
    raise SystemExit({CANNOT})
"""
STILL = """
import sys
from pathlib import Path
import numpy as np
still = np.arange(60 * 80 * 3, dtype=np.uint8).reshape(60, 80, 3)
"""
WRITE = f"""{STILL}
from fractions import Fraction
from stages.writing import FramesWriter
with FramesWriter(Path(sys.argv[1]), size=(80, 60), fps=Fraction(25), opacity=False, still=still) as writer:
    for number in range(3):
        writer.write(still + np.uint8(number))
"""
READ = f"""{STILL}
from foundation.errors import StageError
from media.video.lossless import read_frames
(file,) = Path(sys.argv[1]).iterdir()
try:
    print(file.suffix[1:], [bool((frame == still + np.uint8(n)).all()) for n, frame in enumerate(read_frames(file))])
except StageError as error:
    print(error)
"""


def run(script: str, *arguments: object) -> str:
    """What a script prints."""
    argv = [sys.executable, "-c", script, *map(str, arguments)]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode == CANNOT:
        pytest.skip("this system cannot be told to deny it (Linux 6.3)")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_frames_are_kept_without_it(tmp_path: Path) -> None:
    assert run(DENY + WRITE + READ, tmp_path) == "avi [True, True, True]\n"


def test_tiles_that_others_wrote_are_refused_in_one_line(tmp_path: Path) -> None:
    run(WRITE, tmp_path)
    assert run(READ, tmp_path) == "tiles [True, True, True]\n"
    (told,) = run(DENY + READ, tmp_path).splitlines()
    assert "programs may not run what they write" in told


def test_high_dynamic_range_is_refused_in_one_line() -> None:
    """Bringing it down takes compiled code."""
    script = """
import numpy as np
from foundation.errors import StageError
from media.image.hdr import BT2020, HLG, to_sdr
try:
    to_sdr((np.zeros((4, 4), np.uint16),) * 3, 4, HLG, BT2020)
except StageError as error:
    print(error)
"""
    (told,) = run(DENY + script).splitlines()
    assert "programs may not run what they write" in told


def test_networks_say_why_they_go_without() -> None:
    told = run(DENY + "from networks.kernels.availability import status; print(status())")
    assert "active=False" in told
    assert "programs may not run what they write" in told
