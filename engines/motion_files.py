"""Files of a driver's motion in place of a clip, and the engine that reads and writes them. No NumPy, no PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from engines import ENGINES
from engines.plugin import named

if TYPE_CHECKING:
    from collections.abc import Callable

    from engines.base import Driving, Own
    from foundation.facetrack import FaceTrack

SUFFIX = ".pkl"


@dataclass(frozen=True)
class Filed:
    """A driver's motion.

    Attributes:
        track: a row for each of its frames, of the scheme MOTION.
        fps: of them a second.
    """

    track: FaceTrack
    fps: Fraction


@dataclass(frozen=True)
class MotionFiles:
    """What an engine does with them.

    Attributes:
        read: a file; no code in it runs. Raises: InputError if it is none, or damaged.
        write: a clip's motion, with the engine's options and files. Raises: InputError: these cannot be used.
    """

    read: Callable[[Path], Filed]
    write: Callable[[Driving, Own[Any], Path], None]


def is_motion_file(written: str | Path) -> bool:
    """Whether a file's name says that it is one."""
    return Path(written).suffix.lower() == SUFFIX


def motion_files() -> MotionFiles:
    """Those of the engine that has such."""
    target = next(about.motion_files for row in ENGINES.values() if (about := row.describe()).motion_files)
    return cast("MotionFiles", named(target))
