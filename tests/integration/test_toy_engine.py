"""A new engine is a package and a row: put into a copy of the project, the toy has a section, a schema, a place in
`--help` and renders."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from media.video.lossless import read_frames
from tests.conftest import ROOT, copy_checkout
from tests.integration.conftest import driving

ROW = """    "toy": EnginePlugin(
        "engines.toy.engine:Toy", version=1, about="engines.toy.about:ABOUT", crop=CropSpec(reach=1.2, size=None)
    ),
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_checkout(tmp_path_factory.mktemp("toy") / "project")
    shutil.copytree(ROOT / "tests" / "fakes" / "toy", folder / "engines" / "toy")
    for file in (folder / "engines" / "toy").glob("*.py"):
        file.write_text(file.read_text().replace("tests.fakes.toy", "engines.toy"))
    table = folder / "engines" / "__init__.py"
    text = table.read_text()
    assert text.count("ENGINES = {\n") == 1
    table.write_text(text.replace("ENGINES = {\n", "ENGINES = {\n" + ROW))
    return folder


def run(project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(project / "run_pipeline.py"), *map(str, arguments)]
    return subprocess.run(line, cwd=project, capture_output=True, text=True, check=False)


def manifest(folder: Path, name: str, **performer: Any) -> Path:
    data = {
        "version": 1,
        "performers": {"one": {"portrait": "sample:astronaut", "driving": driving(), **performer}},
        "audio": {"source": "none"},
        "output": {"path": f"{name}.mkv", "size": [512, 512], "video": {"codec": "ffv1"}},
        "checks": {"enabled": False},
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_it_has_a_section_a_schema_and_a_place_in_the_help(project: Path, tmp_path: Path) -> None:
    wrong = run(project, "validate", manifest(tmp_path, "wrong", engine="toy", toy={"levels": 400}))
    assert wrong.returncode == 2
    assert "performers.one.toy.levels: 400 cannot be used" in wrong.stderr
    schema = json.loads(run(project, "schema").stdout)
    assert "toy" in schema["$defs"]["Performer"]["properties"]
    assert "toy" in json.dumps(schema["$defs"]["Performer"]["properties"]["engine"])
    assert "toy" in run(project, "animate", "--help").stdout


def test_auto_passes_over_it_as_it_asks_to_be_named(project: Path, tmp_path: Path) -> None:
    told = run(project, "plan", manifest(tmp_path, "auto"))
    assert told.returncode == 0, told.stderr
    assert "engine landmark_tps (auto)" in told.stdout + told.stderr


@pytest.mark.slow
def test_it_renders_as_its_section_says_and_tells_which_gain_it_ignores(project: Path, tmp_path: Path) -> None:
    means = {}
    for levels in (0, 40):
        path = manifest(tmp_path, f"toy{levels}", engine="toy", toy={"levels": levels}, motion={"mouth": 0.5})
        done = run(project, "render", path, "--no-sheet", "--no-report", "--work", tmp_path / "work")
        assert done.returncode == 0, done.stderr
        assert "motion.mouth changes nothing here: toy" in done.stdout + done.stderr
        assert "motion.head" not in done.stdout + done.stderr
        means[levels] = np.mean([frame.mean() for frame in read_frames(tmp_path / f"toy{levels}.mkv")])
    assert means[40] - means[0] > 3
