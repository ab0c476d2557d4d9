"""One processor and one worker, or all of them: every artifact has the same name and the same bytes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from foundation.artifacts import ArtifactStore
from foundation.housekeeping import inventory
from media.image.images import read_image, write_png
from media.samples import sample_path
from tests.integration.conftest import command, driving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def contents(work: Path) -> dict[tuple[str, str], object]:
    store = ArtifactStore(work)
    labels = [store.label(one.stage, one.key) for one in inventory(store)]
    files = {
        (label.stage, label.key): {name: stored.sha256 for name, stored in label.files.items()} for label in labels
    }
    return {place: (files[place], label.facts) for place, label in zip(files, labels, strict=True)}


def test_the_number_of_processors_changes_no_artifact(tmp_path: Path, manifest: Callable[..., Path]) -> None:
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs two processors, and Linux to take one away")
    write_png(tmp_path / "other.png", np.ascontiguousarray(read_image(sample_path("astronaut"))[:, ::-1]))
    performers = {
        "one": {"portrait": "sample:astronaut", "driving": driving(end=1.9)},
        "two": {"portrait": "other.png", "driving": driving(start=2.0, end=2.3), "engine": "tpsmm"},
    }
    scenes = [{"layout": "side_by_side", "performers": ["one", "two"]}]
    path = manifest(performers=performers, scenes=scenes, defaults={"chunk_frames": 4}, checks={"enabled": True})
    own = os.sched_getaffinity(0)
    made = {}
    for count in (1, len(own)):
        words = ("render", path, "--work", tmp_path / f"work{count}", "-o", tmp_path / f"{count}.mp4", "--no-sheet")
        os.sched_setaffinity(0, sorted(own)[:count])
        try:
            done = subprocess.run(
                command(*words, "--no-report", "--keep", "all"),
                env=os.environ | {"DUET_OFFLINE": "1"},
                capture_output=True,
                check=False,
            )
        finally:
            os.sched_setaffinity(0, own)
        assert done.returncode in (0, 5), done.stderr
        made[count] = contents(tmp_path / f"work{count}")
    assert len(made[1]) > 20
    assert made[1] == made[len(own)]
