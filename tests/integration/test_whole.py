"""Bodies: a square of the picture moves, whole, and no face is looked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from media.image.images import read_image, write_png
from media.video.reader import VideoReader
from tests.dancer import dancer, write_dance
from tests.integration.conftest import Duet
from tests.task_by_task import run_task_by_task
from tests.tiny_networks import write_fomm, write_tpsmm

Manifest = Callable[..., Path]
FRAMES = 10
SQUARE = {"at": [250, 170], "size": 200}


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dancer.png, 400 x 300, dance.mkv, and networks that are said to be trained on taichi."""
    folder = tmp_path_factory.mktemp("dance")
    write_png(folder / "dancer.png", dancer(20, (400, 300), (250, 170)))
    write_dance(folder / "dance.mkv", FRAMES)
    for engine, files in (("tpsmm", write_tpsmm(folder)), ("fomm", write_fomm(folder))):
        config = yaml.safe_load(files["config"].read_text())
        config["dataset_params"] = {"frame_shape": [64, 64, 3], "root_dir": "data/taichi-png"}
        (folder / f"{engine}.yaml").write_text(yaml.safe_dump(config))
        files["checkpoint"].rename(folder / f"{engine}.pth.tar")
    return folder


def performer(media: Path, engine: str = "tpsmm", **changes: Any) -> dict[str, Any]:
    files = {"config": str(media / f"{engine}.yaml"), "checkpoint": str(media / f"{engine}.pth.tar")}
    one = {"portrait": str(media / "dancer.png"), "driving": {"video": str(media / "dance.mkv")}, "subject": "whole"}
    return one | {"crop": SQUARE, "engine": engine, engine: files} | changes


def made(work: Path, stage: str) -> Path:
    """The one artifact of a stage."""
    (folder,) = (work / stage).iterdir()
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["tpsmm", "fomm"])
def test_a_dancer_dances_inside_its_square(manifest: Manifest, media: Path, tmp_path: Path, engine: str) -> None:
    """However the work is cut up; all around the square is the picture's own; what needs a face is not measurable."""
    for size in (3, 100):
        output = {"path": "out.mp4", "size": [400, 300], "video": {"crf": 0}}
        one = {"dancer": performer(media, engine)}
        path = manifest(performers=one, output=output, defaults={"chunk_frames": size})
        run_task_by_task(path, tmp_path / f"tasks{size}", tmp_path / str(size))
    videos = [made(tmp_path / size, "mux") / "video.mp4" for size in ("3", "100")]
    assert videos[0].read_bytes() == videos[1].read_bytes()
    still = read_image(media / "dancer.png").astype(int)
    with VideoReader(videos[0]) as reader:
        moved = np.stack([frame.astype(int) for _, frame in reader])
    outside = np.ones(still.shape[:2], bool)
    outside[70:270, 150:350] = False
    assert np.abs(moved[:, outside] - still[outside]).mean() <= 4  # as encoded
    assert np.ptp(moved[:, 100:240, 180:320], axis=0).max() > 15
    rows = json.loads((made(tmp_path / "3", "check") / "check.json").read_text())
    status = {row["check"]: row["status"] for row in rows if row["performer"] == "dancer"}
    assert {status[name] for name in ("lost", "mouth_r", "identity_look", "yaw_r", "background")} == {"unmeasured"}
    assert "unmeasured" not in {status[name] for name in ("seam", "flicker", "stuck", "clipped")}


@pytest.mark.slow
def test_a_dancer_is_previewed_and_batched(duet: Duet, manifest: Manifest, media: Path, tmp_path: Path) -> None:
    done = duet("preview", manifest(performers={"dancer": performer(media)}), fresh=True)
    assert done.code == 0, done.err
    assert read_image(tmp_path / "out.preview.png").std() > 20
    stages = {folder.name for folder in (tmp_path / "work").iterdir()}
    assert "preview_samples" in stages
    rest = {name: value for name, value in performer(media).items() if name not in ("portrait", "driving")}
    batch = {"portraits": [str(media / "dancer.png")], "driving": [str(media / "dance.mkv")], "performer": rest}
    path = tmp_path / "batch.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "batch": batch, "output": {"path": "all/{name}.mp4"}}))
    done = duet("batch", path)
    assert done.code == 0, done.err
    assert (tmp_path / "all" / "dancer__dance.mp4").is_file()
