"""What one sees of finished renders: the report again, two results compared, an evaluation."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from media.samples import sample_path
from media.video.probe import probe
from pipeline.report.page import read_page
from tests.integration.conftest import Duet

Manifest = Callable[..., Path]


@pytest.mark.slow
def test_a_render_has_a_report_that_can_be_written_again(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    path = manifest(title="A <b>test</b>")
    early = duet("report", path, fresh=True)
    assert early.code == 3
    assert "has not been rendered yet" in early.error
    done = duet("render", path, "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out.splitlines()[-1])
    assert Path(told["report"]) == tmp_path / "out.html"
    data = read_page(tmp_path / "out.html")
    assert (data["frames"], data["video"], len(data["stills"])) == (15, "out.mp4", 6)
    performer = data["performers"]["astronaut"]
    assert performer["engine"] == "landmark_tps"
    assert len(performer["pairs"]) == 6
    assert len(performer["times"]) == len(performer["driver"]["mouth"]) == 15
    assert {row["stage"] for row in data["stages"]} >= {"faces", "animate", "edit", "measure", "check"}
    again = duet("report", path, "-o", "again.html")
    assert again.code == 0, again.err
    assert read_page(tmp_path / "again.html")["rows"] == data["rows"]
    compared = duet("compare", "out.html", "again.html", "-o", "both.mp4", "--json")
    assert compared.code == 0, compared.err
    lines = json.loads(compared.out.splitlines()[-1])["measures"]
    assert {line["name"] for line in lines} >= {"frames", "identity_look", "mouth error"}
    assert all(line["change"] == 0 for line in lines)
    assert b"digitalsourcetype/compositeSynthetic" in (tmp_path / "both.mp4").read_bytes()
    video = probe(tmp_path / "both.mp4").video
    assert video is not None
    assert (video.frames, video.size) == (15, (1924, 576))
    with (tmp_path / "both.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file))[:2] == ["measure", "of"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a.yaml",), "compare needs two results"),
        (("a.yaml", "b.yaml", "--engines", "auto", "tpsmm"), "compare needs two results"),
        (("a.html", "b.html", "-o", "x.avi"), "must be a file that ends in .mp4"),
        (("a.html", "b.html"), "cannot be read as a report"),
    ],
)
def test_wrong_comparisons_are_refused(duet: Duet, arguments: tuple[str, ...], told: str) -> None:
    done = duet("compare", *arguments)
    assert done.code in (2, 3)
    assert told in done.error


@pytest.mark.slow
def test_one_manifest_is_compared_with_itself_through_another_engine(
    duet: Duet, manifest: Callable[..., Path], tmp_path: Path
) -> None:
    path = manifest()  # whose clip has a start and an end
    refused = duet("compare", path, "--engines", "landmark_tps", "nobody")
    assert refused.code == 2
    assert "no engine 'nobody'" in refused.error
    done = duet("compare", path, "--engines", "landmark_tps", "tpsmm", "-o", tmp_path / "both.mp4", "--json")
    assert done.code == 0, done.err
    lines = {line["name"]: line for line in json.loads(done.out.splitlines()[-1])["measures"]}
    assert lines["frames"]["a"] == lines["frames"]["b"]
    assert lines["seam"]["a"] != lines["seam"]["b"]


@pytest.mark.slow
def test_clips_are_reconstructed_and_those_without_a_face_left_out(
    duet: Duet, clips: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    shutil.copy(clips["faceless"], folder / "nobody.mp4")
    shutil.copy(sample_path("carphone"), folder / "carphone.mp4")
    done = duet("evaluate", folder, "-o", "out", "--seconds", "0.5", "--step", "3", "--engine", "landmark_tps")
    assert done.code == 0, done.err
    assert "left out: " in done.err
    told: dict[str, Any] = json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert list(told["clips"]) == ["carphone", "mean"]
    assert list(told["left_out"]) == ["nobody.mp4"]
    figures = told["clips"]["carphone"]
    assert figures == told["clips"]["mean"]
    assert 0 < figures["l1"] < 0.1
    assert 0 < figures["face_l1"] < 0.2
    assert figures["akd"] < 2 * figures["still_akd"]
    assert figures["mkr"] == 0
    assert (tmp_path / "out" / "evaluation.png").read_bytes()[:4] == b"\x89PNG"


def test_a_folder_without_clips_is_refused(duet: Duet, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "has no clips" in duet("evaluate", "empty").error
    assert duet("evaluate", "nowhere").code == 3
