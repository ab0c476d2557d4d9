"""Look at a piece of a performer's finished frames again, as stages.judging.measure does at all of them.

Everything is what it is in the whole, to the bit, but for the face in the result: it is followed from a few looks
before the piece, not from the beginning.
"""

from __future__ import annotations

from pathlib import Path

from stages.contract import Report
from stages.contracts.measure import Inputs
from stages.contracts.measure_piece import Facts, Settings
from stages.findings import Glimpses
from stages.measuring import Places, look


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look, and keep what is seen."""
    places = Places.of(settings.whole, inputs, settings.piece, settings.begin)
    seen = look(settings.whole, inputs, places, out, report)
    seen.save(out / Glimpses.NAME)
    return Facts(looks=len(seen.result))
