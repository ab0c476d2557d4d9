"""Read what a media file is: container, exact rate, length, rotation, sound. The facts are all of its result."""

from __future__ import annotations

from pathlib import Path

from media.video.numbered_pictures import describe_pictures
from media.video.probe import probe
from stages.contract import Report
from stages.contracts.probe import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    numbered = settings.numbered
    if numbered:
        return describe_pictures(inputs.media.path, numbered.pictures, numbered.fps)
    return probe(inputs.media.path)
