"""Tell a plate's person from what is behind, in every frame, in order: each frame's matte grows from the one before.

Writes OPACITY, as large as the plate; or, where it cannot be relied on, nothing: then the plate keeps its background.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from face.moving_mattes import MovingMatte
from foundation.notices import notice
from media.video.ahead import ahead
from media.video.reader import read_frames
from stages.artifacts import OPACITY
from stages.contract import Report
from stages.contracts.plate_matte import Facts, Inputs, Settings
from stages.writing import OpacityWriter


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look for the person.

    Raises:
        InputError: the network that finds people is damaged.
    """
    track = inputs.crop.track()
    matte = MovingMatte(track.size)
    with (
        OpacityWriter(out, size=track.size, fps=settings.fps) as writer,
        closing(ahead(read_frames(inputs.plate.video))) as pictures,
    ):
        for number, picture in enumerate(pictures):
            writer.tell(matte(picture, track.face(number)))
            report(number + 1, settings.frames)
    if matte.doubt is not None:
        (out / OPACITY).unlink()
        notice(f"{matte.doubt} in the video that is its portrait, so it keeps its own background")
    return Facts(frames=settings.frames, doubt=matte.doubt)
