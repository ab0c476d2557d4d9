"""Join what was seen of the pieces of a performer's result. Writes what stages.judging.measure writes."""

from __future__ import annotations

import shutil
from pathlib import Path

from quality.gathered import Gathered
from stages.contract import Report
from stages.contracts.measure import Facts, Settings
from stages.contracts.measure_join import Inputs
from stages.measured import write_looks
from stages.measuring import Places


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Join it, and judge."""
    for piece in inputs.pieces:
        for pair in piece.pairs:
            shutil.copyfile(pair, out / pair.name)
    seen = Gathered.joined(Gathered.load(piece.file) for piece in inputs.pieces)
    facts = write_looks(settings, inputs, Places.of(settings, inputs), seen, out)
    report(settings.frames, settings.frames)
    return facts
