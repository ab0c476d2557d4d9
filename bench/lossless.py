"""What frames between stages would take by other lossless codecs: bytes, and the processor time of one thread.

    python -m bench.lossless VIDEO [--frames 30] [--rounds 3]

VIDEO: frames that a stage kept, as `--keep all` leaves them: WORK/animate/KEY/frames.tiles. Ways take turns; the first
is the one that Duet takes where all of a picture moves. The last four have all that is done between pictures and file:
pixels as they are, and Duet's own writer and reader; every frame whole, and the tiles that differ from the first frame.
Times are the shortest of all rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from media.video.lossless import read_frames
from media.video.tile_code import TILE
from media.video.writer import FrameWriter

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Way:
    """A codec with its pixel format, its options, and the ending of a file that takes it."""

    codec: str
    pixels: str
    options: dict[str, str]
    suffix: str = ".avi"


FFV1 = {"level": "3", "coder": "rice", "context": "0", "slices": "4", "slicecrc": "1"}
X264 = {"qp": "0", "preset": "ultrafast", "threads": "1"}
WAYS = {
    "MagicYUV, gradient": Way("magicyuv", "gbrp", {"pred": "gradient", "slices": "1"}),
    "MagicYUV, median": Way("magicyuv", "gbrp", {"pred": "median", "slices": "1"}),
    "UT Video, median": Way("utvideo", "gbrp", {"pred": "median"}),
    "FFV1, Rice": Way("ffv1", "bgr0", FFV1, ".mkv"),
    "x264, every frame by itself": Way("libx264rgb", "bgr24", X264 | {"g": "1"}, ".mkv"),
    "x264, groups of 16": Way("libx264rgb", "bgr24", X264 | {"g": "16"}, ".mkv"),
}


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    frames = list(islice(read_frames(options.video), options.frames))
    height, width = frames[0].shape[:2]
    print(f"{len(frames)} frames of {width}x{height}\n\n{'':30} KB a frame  writing, ms  reading, ms")
    stills = {"whole": None, "tiles": frames[0]}
    names = [*WAYS, *(f"{who}, {what}" for who in ("pixels", "Duet") for what in stills)]
    took: dict[str, list[tuple[int, float, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            for name, way in WAYS.items():
                took[name].append(measured(way, frames, Path(folder, f"frames{way.suffix}")))
            for what, still in stills.items():
                took[f"pixels, {what}"].append(plain(frames, still, Path(folder, "pixels")))
                took[f"Duet, {what}"].append(own(frames, still, Path(folder, "own.avi")))
    for name, rounds in took.items():
        size, writing, reading = map(min, zip(*rounds, strict=True))
        count = len(frames)
        print(f"{name:30} {size / count / 1e3:10.1f} {1000 * writing / count:12.2f} {1000 * reading / count:12.2f}")
    return 0


def measured(way: Way, frames: list[Image], path: Path) -> tuple[int, float, float]:
    """Bytes, and processor seconds of writing and of reading.

    Raises: SystemExit if a pixel comes back another.
    """
    given = [VideoFrame.from_ndarray(frame, format="rgb24").reformat(format=way.pixels) for frame in frames]
    began = time.process_time()
    with av.open(str(path), "w") as target:
        stream = target.add_stream(way.codec, rate=25, options=way.options)
        assert isinstance(stream, VideoStream)  # noqa: S101  (all of them are)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt, stream.thread_count = way.pixels, 1
        for number, frame in enumerate(given):
            frame.pts = number
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    written = time.process_time()
    with av.open(str(path)) as source:
        source.streams.video[0].thread_count = 1
        found = list(source.decode(video=0))
    over = time.process_time()
    if not all(np.array_equal(one.to_ndarray(format="rgb24"), frame) for one, frame in zip(found, frames, strict=True)):
        raise SystemExit(f"{way.codec} is not lossless")
    return path.stat().st_size, written - began, over - written


def plain(frames: list[Image], still: Image | None, path: Path) -> tuple[int, float, float]:
    """As `measured`, of pixels as they are; which tiles differ is known before."""
    places = [None if still is None else differing(frame, still) for frame in frames]
    began = time.process_time()
    with path.open("wb") as target:
        for frame, where in zip(frames, places, strict=True):
            target.write((frame if where is None else tiles(frame)[where]).data)
    written = time.process_time()
    shown = np.empty_like(frames[0]) if still is None else still.copy()
    with path.open("rb", buffering=0) as source:
        for number, where in enumerate(places):
            if where is None or still is None:
                source.readinto(shown.data)
            else:
                if number and (before := places[number - 1]) is not None:
                    tiles(shown)[before] = tiles(still)[before]
                found = tiles(shown)[where]
                source.readinto(found.data)
                tiles(shown)[where] = found
    return path.stat().st_size, written - began, time.process_time() - written


def tiles(image: Image) -> Image:
    """(down, across, TILE, TILE, 3) a view; what is beside whole tiles is left out."""
    height, width = (side // TILE for side in image.shape[:2])
    whole = image[: height * TILE, : width * TILE].reshape(height, TILE, width, TILE, 3)
    return whole.swapaxes(1, 2)


def differing(frame: Image, still: Image) -> NDArray[np.bool_]:
    """(down, across) which tiles do."""
    return np.asarray((tiles(frame) != tiles(still)).any(axis=(2, 3, 4)))


def own(frames: list[Image], still: Image | None, path: Path) -> tuple[int, float, float]:
    """As `measured`, of Duet's own writer."""
    began = time.process_time()
    with FrameWriter(path, size=frames[0].shape[1::-1], fps=Fraction(25), still=still) as writer:
        for frame in frames:
            writer.write(frame)
    written = time.process_time()
    if not all(np.array_equal(one, frame) for one, frame in zip(read_frames(path), frames, strict=True)):
        raise SystemExit("it is not lossless")
    return path.stat().st_size, written - began, time.process_time() - written


if __name__ == "__main__":
    sys.exit(main())
