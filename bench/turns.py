"""The default engine of this checkout beside another one's: what everybody sees, and how long a frame takes.

    python -m bench.turns OTHER [--pairs mona_lisa:d14,...] [--frames 40] [--step 3] [--media DIR] [--picture FILE]

Each checkout is a process of its own, and they take turns frame by frame, so that whatever else the machine does falls
on both alike; trust the ratio, not the milliseconds. Processor time is counted. This checkout's measures judge both;
no second look settles how far lips and lids open (see face.calibration), for either. `--picture` shows, pair by pair,
a few of the frames: the other checkout's above this one's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve()
READY, SERVE = "ready", "--serve"
SHOWN = ("teeth_tone", "teeth_hue", "teeth_area", "doubling", "hole", "lid_stripes", "lid_slit", "gaze_r", "gaze_gain")
KEPT = ("mouth_r", "mouth_slope", "closed", "blink_r")
PAIRS = "mona_lisa:d14,donna_velata:d14,lady_agnew:jackie,cartoon_boy:d18,president:d10,pearl_earring:d10"
MOMENTS, SIDE = 6, 200
"""How many frames of a pair a picture shows, and the pixels a side of each."""
Figures = dict[str, float]
Row = NDArray[np.float64]


class Checkout:
    """The engine of a checkout, at work on one pair."""

    def __init__(self, folder: Path, pair: str, place: Path, media: Path) -> None:
        self._place, self._folder = place, folder
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(HERE), SERVE, pair, str(place), str(media)],
            cwd=folder,
            env=dict(os.environ, PYTHONPATH=str(folder), OMP_NUM_THREADS="1"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._in, self._out = cast(IO[str], self._process.stdin), cast(IO[str], self._process.stdout)

    def told(self) -> str:
        """What it says next; first, that it is ready."""
        line = self._out.readline().strip()
        if not line:
            raise SystemExit(f"{self._folder}: its engine stopped; what it said stands above")
        return line

    def frame(self, number: int) -> tuple[float, NDArray[np.uint8]]:
        """Milliseconds, and the picture."""
        self._in.write(f"{number}\n")
        self._in.flush()
        seconds = float(self.told())
        return 1e3 * seconds, np.load(self._place / f"{self._process.pid}.npy")

    def close(self) -> None:
        """End it."""
        self._in.close()
        self._process.wait()


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.turns", description="Compare two checkouts' pictures.")
    parser.add_argument("other", type=Path)
    parser.add_argument("--pairs", default=PAIRS, help="portrait:clip, ...")
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--step", type=int, default=3, help="every so manieth frame of the clip")
    parser.add_argument("--media", type=Path, default=HERE.parents[2] / "shared" / "media")
    parser.add_argument("--picture", type=Path, help="some of the frames: .png, .jpg, .webp")
    options = parser.parse_args()
    shown: list[NDArray[np.uint8]] = []
    columns = (*SHOWN, *KEPT, "ms")
    print("| pair | " + " | ".join(columns) + " |\n" + "|---" * (len(columns) + 1) + "|", flush=True)
    for pair in options.pairs.split(","):
        folders = (options.other.resolve(), HERE.parents[1])
        numbers = list(range(0, options.frames * options.step, options.step))
        (theirs, ours), ratio = compared(folders, pair, numbers, options.media.resolve(), shown)
        cells = [f"{told(theirs[name])} > {told(ours[name])}" for name in (*SHOWN, *KEPT)]
        cells.append(f"{theirs['ms']:.1f} > {ours['ms']:.1f} ({ratio:.2f})")
        print(f"| {pair.replace(':', ' x ')} | " + " | ".join(cells).replace("- > -", "-") + " |", flush=True)
    if options.picture:
        from PIL import Image

        Image.fromarray(np.concatenate(shown)).save(options.picture, quality=85)
    return 0


def told(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "-"


def compared(
    folders: tuple[Path, Path], pair: str, numbers: list[int], media: Path, shown: list[NDArray[np.uint8]]
) -> tuple[tuple[Figures, Figures], float]:
    """The figures of both checkouts, and the median of the frames' ratios of time; some frames are added to `shown`."""
    from bench import _pair
    from bench._media import Media
    from bench._strip import close_up, strip
    from engines import load_engine
    from landmarks import load_backend
    from quality import following
    from quality.features import features

    name, clip = pair.split(":")
    place = Media(media)
    image = place.portrait(name)
    with load_backend() as backend:
        followed = _pair.follow(place, clip, numbers[-1] + 1, backend)
    with load_backend() as backend:
        face = backend.detect(image, 1)[0]
    portrait = features(image, face)
    crop = _pair.cut(image, face, load_engine("landmark_tps"), None)
    moments = numbers[:: max(1, len(numbers) // MOMENTS)][:MOMENTS]
    tiles: list[list[NDArray[np.uint8]]] = [[], []]
    with tempfile.TemporaryDirectory() as folder:
        followed.track.save(Path(folder))
        both = [Checkout(each, pair, Path(folder), media) for each in folders]
        for one in both:
            one.told()
        rows: list[list[Row]] = [[], []]
        times: list[list[float]] = []
        with load_backend() as first, load_backend() as second:
            for number in numbers:
                made = [one.frame(number) for one in both]
                times.append([ms for ms, _ in made])
                for tile, (_, picture) in zip(tiles, made, strict=True):
                    if number in moments:
                        tile.append(close_up(picture, crop.face.points, crop.face.scheme, SIDE, 0.62))
                for row, (_, picture), backend in zip(rows, made, (first, second), strict=True):
                    row.append(features(picture, next(iter(backend.follow(picture, number / _pair.FPS, 1)), None)))
        for one in both:
            one.close()
    shown.append(strip(tiles))
    driver = followed.looks.table[numbers]
    figures = [following.compare(driver, np.stack(row), portrait) for row in rows]
    for figure, column in zip(figures, zip(*times, strict=True), strict=True):
        figure["ms"] = statistics.median(column)
    return (figures[0], figures[1]), statistics.median(mine / other for other, mine in times)


def serve(pair: str, place: str, media: str) -> int:
    """Render the frames whose numbers come in."""
    from bench import _pair
    from bench._media import Media
    from engines import load_engine
    from engines.base import Driving, Own, Taking
    from engines.landmark_tps.options import Options
    from foundation.facetrack import FaceTrack
    from landmarks import load_backend

    name, clip = pair.split(":")
    files, engine, track = Media(Path(media)), load_engine("landmark_tps"), FaceTrack.load(Path(place))
    pictures = list(files.frames(clip, len(track)))
    with load_backend() as backend:
        image = files.portrait(name)
        crop = _pair.cut(image, backend.detect(image, 1)[0], engine, None)
    driving = Driving(track, _pair.FPS, lambda numbers: (pictures[number] for number in numbers))
    prepared = engine.prepare(crop, driving, Taking(Options(), {}), lambda _: None)
    renderer = engine.open(crop, {name: _pair.whole(array) for name, array in prepared.items()}, Own(Options()))
    print(READY, flush=True)
    for line in sys.stdin:
        started = time.process_time()
        picture = renderer.render(int(line), pictures[int(line)])
        seconds = time.process_time() - started
        np.save(Path(place) / f"{os.getpid()}.npy", picture)
        print(seconds, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(serve(*sys.argv[2:]) if sys.argv[1:2] == [SERVE] else main())
