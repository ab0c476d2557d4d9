"""What is still to do, in one line, and `plan`, which tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.report.left import Left
from tests.delivered import write_manifest

LINES = [
    (Left(0, {"a": (0, 40)}, ()), "everything is there: the result is only put in its place"),
    (Left(2, {"a": (0, 40)}, ("edit", "mux")), "no frame is animated again: only edit, mux"),
    (Left(4, {"a": (312, 1800), "b": (0, 2000)}, ("animate",)), "only a, 312 of 3800 frames"),
    (Left(4, {"a": (40, 40)}, ("animate",)), "a, all 40 frames"),
    (Left(4, {"a": (40, 50), "b": (1, 50)}, ("animate",)), "a, b, 41 of 100 frames"),
    (Left(4, dict.fromkeys("abcde", (5, 5)), ("animate",)), "a, b, c and 2 more, all 25 frames"),
]

FACES = {"one": "astronaut", "two": "hopper"}


@pytest.mark.parametrize(("left", "text"), LINES)
def test_it_is_said_in_one_line(left: Left, text: str) -> None:
    assert left.text == text


def test_plan_tells_it(tmp_path: Path) -> None:
    clip = {"video": "sample:carphone", "end": 1.0}
    two = {name: {"portrait": f"sample:{face}", "driving": clip} for name, face in FACES.items()}
    path = write_manifest(tmp_path, performers=two)
    arguments = ["plan", str(path), "--work", str(tmp_path / "work"), "--json"]
    for more in ([], ["--cost"]):
        told = json.loads(CliRunner().invoke(app, [*arguments, *more]).stdout)
        frames = told["frames"]
        assert told["left"]["frames"] == {"one": [frames, frames], "two": [frames, frames]}
        assert told["left"]["text"] == f"one, two, all {2 * frames} frames"
