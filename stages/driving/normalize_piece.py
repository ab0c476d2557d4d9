"""A piece of a driving clip, as stages.driving.normalize has it. Writes FRAMES, and what was seen of the mouth."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np

from face.mouth_watch import MouthWatch
from foundation.npy import NpyWriter
from foundation.temporary import temporary_folder
from stages.artifacts import FRAMES, ClipPiece
from stages.contract import Report
from stages.contracts.normalize import Inputs
from stages.contracts.normalize_piece import Facts, Settings
from stages.normalizing import Layout


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the piece.

    Raises:
        InputError: the face is not seen in any of the clip's frames, or the file is damaged.
    """
    how, piece = settings.whole, slice(settings.piece.start, settings.piece.stop)
    layout = Layout.of(how, inputs.faces)
    planes = layout.planes(inputs.media.clip, tolerant=how.tolerant)
    with (
        temporary_folder("normalize") as folder,
        closing(layout.cut(inputs.media.clip, layout.order[piece], planes, tolerant=how.tolerant)) as cuts,
        layout.writer(out / FRAMES, how.timing.fps, planes) as writer,
        NpyWriter(out / ClipPiece.LOOKS, np.uint8) as looks,
    ):
        layout.save_track(folder / "track", piece)
        with MouthWatch(folder / "track") as watch:
            for number, cut in enumerate(cuts):
                looks.append(watch.seen(cut.part, number)[None])
                cut.write(writer)
                report(number + 1, len(settings.piece))
    return Facts(frames=len(settings.piece))
