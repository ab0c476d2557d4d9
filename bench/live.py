"""How fast a portrait follows live: pictures a second, the delay from a frame to its picture, and processor time.

    python -m bench.live [--portrait FILE] [--clip FILE] [--seconds 30]

The clip plays at its own pace in a camera's place, forwards and backwards; pictures go nowhere. Without --portrait it
is the astronaut, her face 256 pixels high.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from bench.speed import FACE_HEIGHT, astronaut, looped, machine
from foundation.facetrack import head_frame
from foundation.geometry import Image
from landmarks import load_backend
from media.image.images import write_png
from media.samples import sample_path
from media.video.camera import clip_frames
from pipeline.live.outputs import Output
from pipeline.live.performer import Performer
from pipeline.live.show import show
from pipeline.live.stage import ENGINE, on_stage

RATE = 30


class Nowhere(Output):
    """Takes every picture, and how much processor time was spent when the driver was followed first, and is now."""

    def __init__(self, performer: Performer) -> None:
        self._performer = performer
        self.spent: list[float] = []

    def show(self, picture: Image) -> bool:
        if self._performer.following:
            self.spent = [*self.spent[:1], time.process_time()]
        return True


def main() -> int:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portrait", type=Path)
    parser.add_argument("--clip", type=Path, default=sample_path("carphone"))
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        portrait = options.portrait or _astronaut(Path(folder) / "astronaut.png")
        clip = looped(options.clip, Path(folder) / "clip.mp4", round(options.seconds * RATE), Fraction(RATE))
        with on_stage(portrait, ENGINE, None, lambda line: print(line, file=sys.stderr)) as (looks, performer):
            sitter = performer.sitter
            face = sitter.portrait.face
            nowhere = Nowhere(performer)
            told = show(clip_frames(clip), looks, performer, nowhere, None)
    row: dict[str, object] = {
        "face_px": round(head_frame(face.points, face.scheme).height),
        "picture_px": list(sitter.size),
    }
    spent = 1000 * (nowhere.spent[-1] - nowhere.spent[0]) / max(told.pictures, 1)
    print(
        json.dumps({"bench": "live", **machine(), **row, **told.to_json(), "processor_ms_a_picture": round(spent, 1)})
    )
    return 0


def _astronaut(path: Path) -> Path:
    with load_backend() as backend:
        write_png(path, astronaut(FACE_HEIGHT, backend.detect))
    return path


if __name__ == "__main__":
    sys.exit(main())
