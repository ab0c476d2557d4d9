"""Equality of FOMM and LivePortrait with the published networks, by the checker that comes with their numbers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHECK = HERE.parents[2] / "shared" / "golden" / "check" / "check.py"


@pytest.mark.shared
@pytest.mark.timeout(1200)  # LivePortrait at 512 pixels, step by step
@pytest.mark.parametrize(
    "network",
    [pytest.param("fomm", marks=pytest.mark.slow), "crop", pytest.param("liveportrait", marks=pytest.mark.slow)],
)
def test_the_published_numbers(network: str) -> None:
    if not CHECK.is_file():
        pytest.skip("the published networks' numbers are not beside this checkout")
    command = [sys.executable, str(CHECK), str(HERE / "family_adapter.py"), network]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{network}: EQUAL" in run.stdout
