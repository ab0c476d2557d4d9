"""Look at one performer's finished frames again: find the face, and compare it with its driver and its portrait.

Runs beside the edit. Looks are taken so many times a second, which is enough for correlations and lags because the
driver is known in every frame; flicker takes three frames in a row, now and then. Frames in between are not decoded.

Writes figures.json (null: not measurable); looks.npz: `frames` and `sings` (M,), `driver` and `result` (M, F) rows of
quality.features, `portrait` (F,) and its `lights`, a level; motion.npy, (N,) how far the driver moves from frame to
frame, of its face's height; and pair0.jpg, pair1.jpg, ...: the driver above the result at the same instant, with their
frame numbers in pairs.json.
"""

from __future__ import annotations

from pathlib import Path

from stages.contract import Report
from stages.contracts.measure import Facts, Inputs, Settings
from stages.measured import write_looks
from stages.measuring import Places, look


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look, and write what is seen."""
    places = Places.of(settings, inputs)
    seen = look(settings, inputs, places, out, report)
    return write_looks(settings, inputs, places, seen, out)
