"""Read what a media file is: container, exact rate, length, rotation, sound. The facts are all of its result."""

from __future__ import annotations

from pathlib import Path

from engines.motion_files import is_motion_file, motion_files
from media.video.numbered_pictures import describe_frames, describe_pictures
from media.video.probe import probe
from stages.contract import Report
from stages.contracts.probe import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    numbered = settings.numbered
    if numbered:
        return describe_pictures(inputs.media.path, numbered.pictures, numbered.fps)
    if is_motion_file(inputs.media.path):
        filed = motion_files().read(inputs.media.path)
        return describe_frames("motion", filed.track.size, len(filed.track), filed.fps)
    return probe(inputs.media.path)
