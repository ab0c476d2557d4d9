"""A rendered project as `render` leaves it, without rendering: manifest, video and report, for the desk to show."""

from __future__ import annotations

import base64
import io
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image

from foundation.codec import Json, encode
from foundation.digests import digest_of
from pipeline.report.page import page
from quality.features import COLUMNS
from quality.verdict import judge
from tests.synthetic import write_clip

FPS = Fraction(25)
SIZE = (320, 180)
HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)> & \"Duet\" {{ 7 * 7 }}"


def picture(number: int, take: int = 0) -> NDArray[np.uint8]:
    """Frame `number`, (180, 320, 3) uint8 RGB: its number in the brightness of eight bars, `take` in the ground."""
    frame = np.full((SIZE[1], SIZE[0], 3), 30 + 20 * take, np.uint8)
    for bit in range(8):
        frame[40:140, 40 * bit + 4 : 40 * bit + 36] = 220 if number >> bit & 1 else 60
    return frame


def number_in(frame: NDArray[np.uint8]) -> int:
    """The number that a picture shows."""
    return sum((int(frame[90, 40 * bit + 20].mean()) > 140) << bit for bit in range(8))


def write_manifest(folder: Path, name: str = "duet.yaml", **changes: Json) -> Path:
    """A manifest whose result is out/NAME.mp4."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {
        "version": 1,
        "performers": {"one": {"portrait": "sample:astronaut", "driving": {"video": "sample:carphone"}}},
        "output": {"path": f"out/{path.stem}.mp4", "size": list(SIZE)},
    }
    path.write_text(yaml.safe_dump(data | changes, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def deliver(
    manifest: Path, *, frames: int = 40, take: int = 0, failed: bool = False, title: str = "Duet", **more: Json
) -> Path:
    """Write the result of a manifest and its report, with `more` in it; the video."""
    stem = f"{manifest.stem}.failed" if failed else manifest.stem
    video = manifest.parent / "out" / f"{stem}.mp4"
    video.parent.mkdir(exist_ok=True)
    video.write_bytes(_encoded(frames, take))
    video.with_suffix(".html").write_text(
        page(report(video, frames, failed=failed, title=title) | more), encoding="utf-8"
    )
    return video


@cache
def _encoded(frames: int, take: int) -> bytes:
    with TemporaryDirectory() as folder:
        pictures = (picture(number, take) for number in range(frames))
        return write_clip(Path(folder, "clip.mp4"), pictures, fps=FPS, options={"preset": "ultrafast"}).read_bytes()


def report(video: Path, frames: int, *, failed: bool, title: str) -> Json:
    """What such a report tells: one performer, whose face is lost in the frames 10 and 11."""
    wave: dict[str, list[float | None]] = {
        name: [round(0.05 + 0.05 * float(np.sin(n / 3)), 4) for n in range(frames)] for name in COLUMNS
    }
    seen = {name: [*values[:10], None, None, *values[12:]] for name, values in wave.items()}
    times = [round(n / float(FPS), 3) for n in range(frames)]
    rows = judge("performer", {"mouth_r": 0.2 if failed else 0.95}, {}, performer="one")
    still = io.BytesIO()
    Image.fromarray(picture(frames // 2)).save(still, format="JPEG")
    uri = "data:image/jpeg;base64," + base64.b64encode(still.getvalue()).decode()
    looked = {"engine": "landmark_tps", "frames": frames, "times": times, "driver": wave, "result": seen, "pairs": []}
    return {
        "duet_report": 1,
        "title": title,
        "video": video.name,
        "frames": frames,
        "fps": str(FPS),
        "seconds": float(frames / FPS),
        "rows": encode(rows),
        "performers": {"one": looked},
        "series": {name: [0.0] * frames for name in ("light", "same", "black", "loudness")},
        "stills": [uri],
        "stages": [],
        "record": None,
        "notices": [],
        "manifest": {"title": title},
        "versions": {"stages": {}},
        "hashes": [{"what": video.name, "sha256": digest_of(video)}],
    }
