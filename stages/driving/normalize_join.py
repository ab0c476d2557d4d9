"""Join the pieces of a driving clip: packets are copied. Writes what stages.driving.normalize writes."""

from __future__ import annotations

from pathlib import Path

from face.mouth_watch import MouthWatch
from foundation.errors import CHECK_WORK, StageError
from foundation.npy import Rows
from foundation.shots import save_shots
from media.video.lossless_writer import join_frames
from stages.artifacts import FRAMES
from stages.contract import Report
from stages.contracts.normalize import Facts, Settings
from stages.contracts.normalize_join import Inputs
from stages.normalizing import Layout


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Join them. Raises: StageError if a frame is missing in the result."""
    layout, fps, frames = Layout.of(settings, inputs.faces), settings.timing.fps, settings.timing.frames
    layout.save_track(out / "track", slice(None))
    save_shots(out / "shots.json", layout.shown)
    found = join_frames([piece.video for piece in inputs.pieces], out / FRAMES, fps)
    if found != frames:
        raise StageError(f"{found} frames came out of pieces with {frames}", file=out / FRAMES, cure=CHECK_WORK)
    with MouthWatch(out / "track") as watch:
        for piece in inputs.pieces:
            for looks in Rows(piece.looks).blocks():
                watch.take(looks)
        report(frames, frames)
        return layout.facts(watch.finish(layout.shown, fps))
