"""Follow the chosen face through what was seen of the pieces of a clip. Writes what stages.driving.faces writes."""

from __future__ import annotations

from pathlib import Path

from landmarks.track_writer import TrackWriter
from stages.contract import Report
from stages.contracts.faces import Facts
from stages.contracts.faces_join import Inputs, Settings
from stages.following import Follow
from stages.seen import joined


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Follow it.

    Raises:
        InputError: as in stages.driving.faces; or the pieces do not fit together.
    """
    media = inputs.media.clip
    with TrackWriter(out / "track") as track:
        follow = Follow(settings.select, settings.following, media, track)
        return follow.run(joined(inputs.pieces, media), out, report)
