"""Everything that a live portrait needs, opened: its picture, its engine, and who looks at faces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from engines import ENGINES, load_engine
from engines.live import LiveEngine
from foundation.errors import ManifestError
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from pipeline.live.performer import Performer
from pipeline.live.sitter import seated

ENGINE = "landmark_tps"


@contextmanager
def on_stage(
    file: Path, engine: str, size: tuple[int, int] | None, tell: Callable[[str], None]
) -> Iterator[tuple[LandmarkBackend, Performer]]:
    """What looks at the driver, and what draws the portrait: each for one thread.

    Args:
        file: the portrait.
        engine: by its name.
        size: as in `seated`.
        tell: takes a line for the user.
    Raises:
        ManifestError: there is no such engine, or it follows nobody live.
        InputError: the portrait cannot be used.
    """
    made = load_engine(engine)
    if not isinstance(made, LiveEngine):
        raise ManifestError(f"the engine {engine} does not follow live", cure=f"choose {ENGINE}")
    cv2.setNumThreads(1)  # landmarks and pictures are made side by side: more threads would only take turns
    with load_backend() as looks, load_backend() as trials:
        sitter = seated(file, trials.detect, ENGINES[engine].crop, size)
        if sitter.faces > 1:
            tell(f"{file.name} shows {sitter.faces} faces: the largest moves")
        yield looks, Performer(sitter, made, trials, tell)
