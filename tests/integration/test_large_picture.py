"""A photograph of 50 megapixels, lying on its side as cameras store it, through a whole render."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from foundation.geometry import Box
from media.video.probe import probe
from tests.integration.conftest import command, driving

Manifest = Callable[..., Path]
WIDTH, HEIGHT = 8660, 5774
SIDE, LEFT, TOP = 2400, 5200, 2600
"""Where the astronaut is pasted: her head is some 500 pixels high."""
MOST_MB = 700
"""Of one process: 8 bytes a pixel, and what Python and its libraries take."""
ON_ITS_SIDE = 6
"""EXIF: to be turned clockwise."""


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    ramp = np.linspace(60, 190, WIDTH).astype(np.uint8)
    picture = np.ascontiguousarray(np.broadcast_to(ramp[None, :, None], (HEIGHT, WIDTH, 3)))
    large = cv2.resize(data.astronaut(), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    picture[TOP : TOP + SIDE, LEFT : LEFT + SIDE] = large
    exif = Image.Exif()
    exif[0x0112] = ON_ITS_SIDE
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(picture)))
    stored.save(tmp_path / "photograph.jpg", quality=90, exif=exif)
    return tmp_path / "photograph.jpg"


def peaks(arguments: list[str], folder: Path) -> dict[int, float]:
    """Run a command; the most memory that each of its processes ever held, in MB."""
    most: dict[int, float] = {}
    environment = {"DUET_WORK": str(folder / "work"), "PATH": "/usr/bin:/bin", "HOME": str(folder), "DUET_OFFLINE": "1"}
    with subprocess.Popen(arguments, cwd=folder, env=environment, start_new_session=True) as run:
        while run.poll() is None:
            for status in Path("/proc").glob("[0-9]*/status"):
                try:
                    if os.getsid(int(status.parent.name)) == run.pid:
                        told = dict(line.split(":", 1) for line in status.read_text().splitlines())
                        most[int(told["Pid"])] = int(told.get("VmHWM", "0 kB").split()[0]) / 1024
                except OSError:  # it has ended meanwhile
                    continue
            time.sleep(0.1)
    assert run.returncode == 0
    return most


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_fifty_megapixels_sing_in_bounded_memory(manifest: Manifest, photograph: Path, tmp_path: Path) -> None:
    one = {"portrait": photograph.name, "driving": driving(end=1.8)}
    path = manifest(performers={"one": one}, output={"path": "out.mp4"})
    most = peaks(command("render", path, "--no-sheet", "--workers", "1"), tmp_path)
    assert len(most) > 1  # the workers were seen, too
    assert max(most.values()) < MOST_MB
    video = probe(tmp_path / "out.mp4").video
    assert video is not None
    assert (video.size, video.frames) == ((1280, 720), 6)
    (crop,) = (tmp_path / "work" / "crop").glob("*/artifact.json")
    facts = json.loads(crop.read_text())["facts"]
    assert facts["picture"] == [WIDTH, HEIGHT]
    box = Box(*facts["box"])
    middle = (box.x0 + box.x1) / 2 - LEFT, (box.y0 + box.y1) / 2 - TOP
    assert middle == pytest.approx((0.44 * SIDE, 0.23 * SIDE), abs=0.05 * SIDE)  # upright, where her face is
