"""A portrait that follows a driver frame by frame: at rest first, then with him, at rest again while he is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from engines.base import Driving, Taking
from engines.live import LiveEngine, LiveRenderer
from face.bridging import smooth_step
from foundation.facetrack import Face, FaceTrack
from foundation.geometry import Image
from foundation.shots import REST_SECONDS, weight_at_rest
from landmarks.base import LandmarkBackend
from pipeline.live.sitter import Sitter

REST_FRAMES = 20
"""The driver's first frames, from which what he does is measured."""
MISSED = 10
"""Frames without a face, one after the other, that are told."""
MOST_STEP = 0.25
"""Of the way to rest, or from it, at most between two pictures, however long the second was in coming."""
USUAL_RATE = 25.0
"""Frames a second of these, for who must name a rate."""


@dataclass(frozen=True)
class Seen:
    """A frame of the driver. `at`: when it was taken, seconds of a clock that never goes back; `face`: None if away."""

    image: Image
    at: float
    face: Face | None


@dataclass
class Performer:
    """Draws the portrait for what is seen of the driver.

    Attributes:
        trials: looks at pictures that are tried out; used by nothing else meanwhile.
        tell: takes a line for the user.
        following: the driver's rest is known.
    """

    sitter: Sitter
    engine: LiveEngine[Any]
    trials: LandmarkBackend
    tell: Callable[[str], None]
    _first: list[Seen] = field(default_factory=list)
    _renderer: LiveRenderer | None = None
    _last: Seen | None = None
    _missing: int = 0
    _away: bool = False
    _share: float = 0.0
    _before: float | None = None

    @property
    def following(self) -> bool:
        return self._renderer is not None

    @property
    def at(self) -> float | None:
        """When the frame was taken that was drawn last, on the clock of Seen."""
        return self._before

    @property
    def known(self) -> int:
        """Frames of a driver at rest, of whom not enough have been seen yet."""
        return len(self._first)

    def draw(self, seen: Seen) -> Image:
        """All of the picture, (H, W, 3) uint8 RGB, even sides."""
        self._notice(seen)
        before, self._before = self._before, seen.at
        if self._renderer is None:
            self._get_to_know(seen)
            return self.sitter.picture
        self._ease(seen, before)
        if seen.face is not None:
            self._last = seen
        if self._share == 0 or self._last is None or self._last.face is None:
            self._renderer.forget()
            return self.sitter.picture
        share = float(smooth_step(np.asarray(self._share)))
        moved = self._renderer.render(self._last.face, self._last.image, share)
        if weight := weight_at_rest(1 - share):
            moved = np.asarray(cv2.addWeighted(self.sitter.portrait.image, weight, moved, 1 - weight, 0), np.uint8)
        return self.sitter.shown(moved)

    def _notice(self, seen: Seen) -> None:
        """Say once that the face is away, if it is for more than a moment, and once that it is back."""
        self._missing = 0 if seen.face is not None else self._missing + 1
        away = self._missing >= MISSED
        if away != self._away:
            self._away = away
            self.tell("no face in view: the portrait rests" if away else "the face is in view")

    def _ease(self, seen: Seen, before: float | None) -> None:
        """Go towards the driver, or towards rest, as far as the time since the last frame takes us."""
        passed = 0.0 if before is None else max(0.0, seen.at - before)
        step = min(passed / float(REST_SECONDS), MOST_STEP)
        self._share = float(np.clip(self._share + (step if seen.face is not None else -step), 0, 1))

    def _get_to_know(self, seen: Seen) -> None:
        if seen.face is None:
            return
        self._first.append(seen)
        if len(self._first) < REST_FRAMES:
            return
        first, self._first = self._first, []
        faces = [each.face for each in first if each.face is not None]
        size = seen.image.shape[1], seen.image.shape[0]
        driving = Driving(FaceTrack.of(faces, size), USUAL_RATE, _picker(first))
        taking = Taking(self.engine.options())
        self._renderer = self.engine.follow(self.sitter.portrait, driving, taking, self._again)
        in_view = len(self.trials.detect(seen.image))
        self.tell("following" if in_view < 2 else f"{in_view} faces in view: the first that was seen is followed")

    def _again(self, picture: Image) -> Face | None:
        """The face of a trial picture."""
        return next(iter(self.trials.follow(picture, 0.0, 1)), None)


def _picker(first: list[Seen]) -> Callable[[Sequence[int]], Iterator[Image]]:
    return lambda numbers: (first[number].image for number in numbers)
