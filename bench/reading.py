"""What reading costs: plain decoding, and decoding to upright sRGB pictures, of SDR and of HDR video.

    python -m bench.reading

Makes a second of 1920x1080 HEVC of each kind, reads each several times in turns, and prints milliseconds a frame and
how many times plain decoding that is. `whole arrays` is the same tone mapping
written with NumPy, for comparison.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from media.files.opening import opened, video_stream
from media.image import hdr
from media.image.hdr import BITS, BT2020, HLG, KNEE, PEAK, PQ, WHITE
from media.image.images import read_image
from media.samples import sample_path
from media.video.reader import VideoReader
from tests.synthetic import hdr_signal, write_clip

FRAMES, ROUNDS = 24, 5
KINDS = {"sdr": None, "pq": PQ, "hlg": HLG}


def main() -> int:
    """Print one line a kind."""
    with tempfile.TemporaryDirectory() as folder:
        clips = {name: _clip(Path(folder) / f"{name}.mp4", transfer) for name, transfer in KINDS.items()}
        took: dict[str, list[float]] = {}
        for _ in range(ROUNDS + 1):
            for name, path in clips.items():
                took.setdefault(f"{name} decode", []).append(_timed(_decode, path))
                took.setdefault(f"{name} read", []).append(_timed(_read, path))
        planes = np.random.default_rng(0).integers(0, 1 << BITS, (1080, 1920, 3)).astype(np.uint16)
        for name, transfer in (("pq", PQ), ("hlg", HLG)):
            took[f"{name} numpy"] = [_timed_numpy(planes, transfer) for _ in range(3)]
    cost = {what: median(times[1:]) for what, times in took.items()}
    for name in KINDS:
        decode, read = cost[f"{name} decode"], cost[f"{name} read"]
        line = f"{name:4} decode {decode:6.1f} ms   read {read:6.1f} ms a frame: {read / decode:.2f} times decoding"
        if f"{name} numpy" in cost:
            line += f"; tone mapping by whole arrays alone {cost[f'{name} numpy']:.0f} ms"
        print(line)
    return 0


def _clip(path: Path, transfer: int | None) -> Path:
    portrait = cv2.resize(read_image(sample_path("astronaut")), (1920, 1080))
    frames = [np.ascontiguousarray(np.roll(portrait, 4 * n, axis=1)) for n in range(FRAMES)]
    color = {"colorspace": 1, "color_range": 1}
    if transfer is not None:
        frames = [hdr_signal(frame, transfer) for frame in frames]
        color = {"colorspace": 9, "color_range": 1, "color_trc": transfer, "color_primaries": BT2020}
    options = {"preset": "ultrafast", "x265-params": "log-level=none"}
    return write_clip(path, frames, codec="libx265", pix_fmt="yuv420p10le", color=color, options=options)


def _decode(path: Path) -> None:
    with opened(path) as container:
        for _ in container.decode(video_stream(container, path)):
            pass


def _read(path: Path) -> None:
    with VideoReader(path) as reader:
        for _ in reader:
            pass


def _timed(work: Callable[[Path], None], path: Path) -> float:
    """Milliseconds a frame."""
    began = time.perf_counter()
    work(path)
    return (time.perf_counter() - began) * 1000 / FRAMES


def _timed_numpy(values: np.ndarray, transfer: int) -> float:
    began = time.perf_counter()
    light = hdr._light(transfer)[values]
    luma = cv2.transform(light, np.array([[0.2627, 0.6780, 0.0593]]))
    light *= hdr._gain(transfer)[np.rint(np.sqrt(np.minimum(luma, 1)) * 4095).astype(np.int32)][..., None]
    light = cv2.transform(light, hdr.TO_709[hdr.BT2020])
    brightest = np.maximum(light.max(axis=2), 1e-6)
    above = np.maximum(brightest - KNEE, 0) / (1 - KNEE)
    top = (PEAK / WHITE - KNEE) / (1 - KNEE)
    bent = np.minimum(brightest, KNEE) + (1 - KNEE) * above * (1 + above / top**2) / (1 + above)
    light *= (bent / brightest)[..., None]
    hdr._gamma()[np.rint(np.sqrt(np.clip(light, 0, 1)) * 4095).astype(np.int32)]
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
