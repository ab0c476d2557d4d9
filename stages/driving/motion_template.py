"""A driver's motion as a file that other programs read, such as LivePortrait's motion template. Writes it."""

from __future__ import annotations

from pathlib import Path

from engines import load_engine
from engines.base import Driving, Own
from engines.motion_files import motion_files
from stages.artifacts import Template
from stages.contract import Report
from stages.contracts.motion_template import Facts, Inputs, Settings
from stages.engine_use import engine_files, read_options


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write it.

    Raises:
        InputError: the engine's files cannot be used.
    """
    options = read_options(load_engine(settings.engine.name), settings.options)
    own, clip = Own(options, engine_files(inputs.files)), inputs.clip
    driving = Driving(clip.track(), float(settings.fps), clip.pick)
    motion_files().write(driving, own, out / Template.NAME)
    report(len(driving.track), len(driving.track))
    return Facts(frames=len(driving.track))
