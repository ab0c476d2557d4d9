"""What a render leaves in its work folder, and what the next one finds there."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from skimage import data
from skimage.io import imsave

from foundation.artifacts import ArtifactStore
from foundation.housekeeping import inventory
from pipeline.report.page import read_page
from tests.integration.conftest import Duet, Outcome, command, driving

pytestmark = pytest.mark.slow

PATIENCE = 250
LATE = "[00:00.{at}]La\n"


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """Twelve frames in chunks of four, with a word to sing."""
    (tmp_path / "words.lrc").write_text(LATE.format(at="10"))
    performers = {"astronaut": {"portrait": "sample:astronaut", "driving": driving(start=1.6, end=2.0)}}
    about = {
        "version": 1,
        "defaults": {"chunk_frames": 4},
        "performers": performers,
        "lyrics": "words.lrc",
        "output": {"path": "out/duet.mp4", "size": [320, 180]},
    }
    path = tmp_path / "duet.yaml"
    path.write_text(yaml.safe_dump(about))
    return path


def stages_in(work: Path) -> set[str]:
    return {one.stage for one in inventory(ArtifactStore(work))}


def started(done: Outcome) -> Counter[str]:
    assert done.code == 0, done.err
    events = [json.loads(line) for line in done.out.splitlines()]
    return Counter(event["stage"] for event in events if event["event"] == "TaskStarted")


def test_a_second_render_with_other_words_finds_what_is_dear(duet: Duet, job: Path, tmp_path: Path) -> None:
    work, video = tmp_path / "work", tmp_path / "out" / "duet.mp4"
    first = duet("render", job, "--keep", "sources", "--json", fresh=True)
    assert started(first)["animate"] == 3
    assert "animate" not in stages_in(work)
    assert {"faces", "normalize", "prepare", "edit", "measure", "mux", "check"} <= stages_in(work)
    whole = video.read_bytes()

    assert started(duet("render", job, "--keep", "sources", "--json", fresh=True)) == {}
    rows = {row["stage"]: row for row in read_page(tmp_path / "out" / "duet.html")["stages"]}
    assert rows["animate"]["seconds"] > 0  # the logs tell of work that is gone

    (tmp_path / "words.lrc").write_text(LATE.format(at="20"))
    again = started(duet("render", job, "--keep", "all", "--json", fresh=True))
    assert again.keys() == {"animate", "edit", "mux", "check"}
    assert "animate" in stages_in(work)

    (tmp_path / "words.lrc").write_text(LATE.format(at="10"))
    assert started(duet("render", job, "--keep", "nothing", "--json", fresh=True)) == {}
    assert video.read_bytes() == whole
    others = {"edit", "mux", "check", "subtitles"}  # of the other words
    assert stages_in(work) <= others | {"probe"}


def test_who_was_killed_while_it_made_room_goes_on_and_two_who_share_a_folder_agree(job: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"

    def run(out: str, *more: str) -> subprocess.Popen[str]:
        arguments: tuple[str | Path, ...] = (
            "render",
            job,
            "--no-sheet",
            "--no-report",
            "--work",
            work,
            "-o",
            tmp_path / out,
            *more,
        )
        return subprocess.Popen(command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    runs = [run("a.mp4", "--keep", "nothing"), run("b.mp4", "--keep", "sources")]
    told = [each.communicate(timeout=PATIENCE)[1] for each in runs]
    assert [each.returncode for each in runs] == [0, 0], told
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert "animate" not in stages_in(work)

    last = run("c.mp4", "--keep", "all")
    assert last.communicate(timeout=PATIENCE)
    store = ArtifactStore(work)
    some = [one for one in inventory(store) if one.stage in ("animate", "edit")]
    for one in some[::2]:
        store.discard(one.stage, one.key)  # as far as the killed one came
    (work / "animate" / ".gone-0123456789abcdef").mkdir(parents=True, exist_ok=True)
    end = run("d.mp4", "--keep", "sources")
    assert end.communicate(timeout=PATIENCE)
    assert (tmp_path / "d.mp4").read_bytes() == (tmp_path / "a.mp4").read_bytes()
    assert "animate" not in stages_in(work)
    assert not list(work.glob("*/.gone-*"))


def test_a_batch_makes_room_item_by_item(duet: Duet, tmp_path: Path) -> None:
    (tmp_path / "faces").mkdir()
    for name, turn in (("ann", 1), ("bea", -1)):
        imsave(str(tmp_path / "faces" / f"{name}.png"), np.ascontiguousarray(data.astronaut()[:, ::turn]))
    about: dict[str, Any] = {
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
    (tmp_path / "batch.yaml").write_text(yaml.safe_dump(about))
    done = duet("batch", "batch.yaml", "--keep", "nothing", fresh=True)
    assert done.code == 0, done.err
    assert stages_in(tmp_path / "work") == {"probe"}
    cost = json.loads(duet("plan", "batch.yaml", "--cost", "--keep", "sources", "--json", fresh=True).out)
    assert {row["stage"]: row["past"] for row in cost["stages"]}["animate"] == 4
    assert 0 < cost["stays"] < cost["size"]
