"""Motion templates, read as drivers and written of clips."""

from __future__ import annotations

from pathlib import Path

import liveportrait
from engines.base import Driving, Own
from engines.liveportrait.loading import model_of
from engines.liveportrait.options import Options
from engines.liveportrait.seen import motion_of
from engines.liveportrait.template import read
from engines.motion_files import MotionFiles


def write(driving: Driving, own: Own[Options], path: Path) -> None:
    """All of a driver's motion as a published template.

    Raises: InputError: the weights cannot be used.
    """
    motion, ratios = motion_of(model_of(own), driving)
    liveportrait.write_template(liveportrait.Template(driving.fps, motion, ratios), path)


FILES = MotionFiles(read, write)
