from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench._race import ROOT


@pytest.mark.slow
def test_the_gpu_bench_takes_its_steps_without_a_card(tmp_path: Path) -> None:
    """So that none is lost to it where a card is lent for minutes."""
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench.gpu", "--tiny", "--only", "fomm", "--out", str(out)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    kept = json.loads(out.read_text(encoding="utf-8"))
    held = [row["holds"] for row in kept["rows"] if "holds" in row]
    assert held == [True] * 3
    assert {"date", "torch", "card"} <= set(kept)
    assert any("frames_a_second" in row for row in kept["rows"])
