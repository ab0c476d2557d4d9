"""Batches and an operator's commands, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from skimage import data
from skimage.io import imsave

from tests.integration.conftest import Duet


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """Two portraits by one short clip; in one of them there is no face."""
    (tmp_path / "faces").mkdir()
    imsave(str(tmp_path / "faces" / "ann.png"), data.astronaut())
    imsave(str(tmp_path / "faces" / "wall.png"), np.full((64, 64, 3), 120, np.uint8), check_contrast=False)
    about = {
        "version": 1,
        "defaults": {"chunk_frames": 3},
        "batch": {
            "portraits": "faces/*.png",
            "driving": "sample:carphone",
            "name": "{portrait}",
            "performer": {"driving": {"start": 1.6, "end": 1.8}},
        },
        "output": {"path": "out/{name}.mp4", "size": [160, 90]},
    }
    path = tmp_path / "batch.yaml"
    path.write_text(yaml.safe_dump(about))
    return path


@pytest.mark.slow
def test_a_failing_item_stops_no_other_and_is_retried_alone(duet: Duet, batch: Path, tmp_path: Path) -> None:
    done = duet("batch", batch, fresh=True)
    assert done.code == 4
    assert "1 of 2 items failed" in done.error
    assert "no face was found" in done.out
    assert "2 items: 1 done, 1 failed" in done.out
    assert (tmp_path / "out" / "ann.mp4").is_file()
    assert not (tmp_path / "out" / "wall.mp4").exists()
    told = json.loads((tmp_path / "out" / "batch.json").read_text())
    assert {item["name"]: item["state"] for item in told["items"]} == {"ann": "done", "wall": "failed"}
    assert told["items"][1]["error"]["stage"] == "faces"
    imsave(str(tmp_path / "faces" / "wall.png"), data.astronaut()[:, ::-1].copy())
    again = duet("batch", batch, "--retry-failed", "--json", fresh=True)
    assert again.code == 0, again.err
    events = [json.loads(line) for line in again.out.splitlines()]
    assert [event["name"] for event in events if event["event"] == "ItemFinished"] == ["wall"]
    assert events[-1]["counts"] == {"done": 2}
    assert (tmp_path / "out" / "wall.mp4").is_file()


@pytest.mark.slow
def test_operators_choose_a_part_estimate_it_and_clean_up(duet: Duet, batch: Path, tmp_path: Path) -> None:
    shares = duet("plan", batch, fresh=True)
    assert "2 items; shared work is done once: probe 1 for 2, faces 3 for 4" in shares.out
    assert duet("batch", batch, "--only", "crop", "--part", "0", fresh=True).code == 0
    assert len(list((tmp_path / "work" / "crop").iterdir())) == 1
    cost = duet("plan", batch, "--cost", "--json", fresh=True)
    stages = {row["stage"]: row for row in json.loads(cost.out)["stages"]}
    assert (stages["crop"]["done"], stages["crop"]["tasks"], stages["crop"]["past"]) == (1, 1, 1)
    assert stages["animate"]["seconds"] > 0
    label = json.loads(next((tmp_path / "work" / "crop").glob("*/artifact.json")).read_text())
    assert label["about"]["versions"]["libraries"]["numpy"] == np.__version__
    log = next((tmp_path / "work" / "logs" / "crop").iterdir()).read_text()
    assert [json.loads(line)["event"] for line in log.splitlines()] == ["started", "finished"]
    picture = next((tmp_path / "work" / "crop").glob("*/picture.png"))
    picture.write_bytes(picture.read_bytes()[::-1])
    checked = duet("work", "check", fresh=True)
    assert "damaged, removed: crop" in checked.out
    assert duet("work", "clean", "--max-size", "0", fresh=True).code == 0
    assert json.loads(duet("work", "show", "--json", fresh=True).out)["stages"] == {}


@pytest.mark.slow
def test_a_part_that_the_plan_does_not_have_is_told(duet: Duet, batch: Path) -> None:
    wrong = duet("batch", batch, "--only", "animat", "--dry-run")
    assert wrong.code == 2
    assert "no stage is called 'animat'" in wrong.error
    assert "--frames is '9-1'" in duet("batch", batch, "--frames", "9-1").error
    assert "use `batch`" in duet("render", batch).error
    assert "--address: the executor local has none" in duet("batch", batch, "--address", "127.0.0.1:1").error
    assert "work clean needs a limit" in duet("work", "clean").error
