"""The loop: a thread takes frames, one looks for the face, and who calls draws; each works on the newest there is."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Thread

import numpy as np

from foundation.errors import InputError, Interrupted
from foundation.geometry import Image
from landmarks.base import LandmarkBackend
from pipeline.live.outputs import Output
from pipeline.live.performer import REST_FRAMES, Performer, Seen
from pipeline.live.slot import Ended, Slot

MOST_DELAYS = 100_000
"""The last delays that are kept: an hour's."""
WAIT = 0.1
"""Seconds after which the picture is shown again where no frame comes."""


@dataclass
class Figures:
    """How fast it was, from the moment on at which the driver was followed.

    Attributes:
        pictures: shown.
        frames: taken from the driver.
        seconds: it took.
        delays: seconds from a frame to its picture.
    """

    pictures: int = 0
    frames: int = 0
    seconds: float = 0.0
    delays: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_DELAYS))

    def to_json(self) -> dict[str, float]:
        """Rate in pictures a second, delay in milliseconds: median and the one that 95 of 100 stay below."""
        delays = 1000 * np.array(self.delays or [0.0])
        return {
            "pictures_a_second": round(self.pictures / self.seconds, 1) if self.seconds else 0.0,
            "delay_ms": round(float(np.median(delays)), 1),
            "delay_ms_p95": round(float(np.percentile(delays, 95)), 1),
            "frames": self.frames,
            "dropped": self.frames - self.pictures,
            "seconds": round(self.seconds, 2),
        }


def show(
    frames: Iterator[Image], looks: LandmarkBackend, performer: Performer, output: Output, seconds: float | None
) -> Figures:
    """Until the frames end, `seconds` are over, nobody looks any more, or somebody stops it.

    Args:
        frames: each given when it is taken.
        looks: follows the driver's face; used by nothing else meanwhile.
    Raises:
        InputError: there are no frames, or no more; or none of them showed a face. What was shown before the frames
            failed is kept by the output.
        StageError: the output takes no more.
    """
    taken: Slot[tuple[float, Image]] = Slot()
    seen: Slot[Seen] = Slot()
    threads = [
        Thread(target=_take, args=(frames, taken), name="frames", daemon=True),
        Thread(target=_look, args=(looks, taken, seen), name="landmarks", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        return _draw(seen, taken, performer, output, seconds)
    finally:
        taken.end()
        seen.end()
        for thread in threads:
            thread.join(2.0)


def _take(frames: Iterator[Image], taken: Slot[tuple[float, Image]]) -> None:
    try:
        for image in frames:
            if not taken.put((time.monotonic(), image)):
                break
        taken.end()
    except Exception as problem:  # raised again where pictures are drawn
        taken.end(problem)


def _look(looks: LandmarkBackend, taken: Slot[tuple[float, Image]], seen: Slot[Seen]) -> None:
    try:
        while True:
            frame = taken.take(WAIT)
            if frame is not None:
                at, image = frame
                face = next(iter(looks.follow(image, at, 1)), None)
                if not seen.put(Seen(image, at, face)):
                    return
    except Ended:
        seen.end()
    except Exception as problem:  # as above
        seen.end(problem)


def _draw(
    seen: Slot[Seen], taken: Slot[tuple[float, Image]], performer: Performer, output: Output, seconds: float | None
) -> Figures:
    figures, begun, since, dropped = Figures(), time.monotonic(), 0.0, 0
    picture = performer.sitter.picture
    try:
        while seconds is None or time.monotonic() < begun + seconds:
            one = seen.take(WAIT)
            followed = performer.following
            if one is not None:
                picture = performer.draw(one)
            if not output.show(picture):
                break
            now = time.monotonic()
            if performer.following and not followed:
                since, dropped = now, seen.dropped + taken.dropped
            if followed and one is not None:
                figures.pictures += 1
                figures.delays.append(now - one.at)
                figures.seconds = now - since
                figures.frames = figures.pictures + seen.dropped + taken.dropped - dropped
    except (Ended, Interrupted):  # how such a thing ends is no failure
        pass
    if not performer.following:
        raise InputError(
            f"a face was seen in {performer.known} frames, and {REST_FRAMES} are needed to begin",
            cure="look into the camera, well lit, or choose a clip with a face",
        )
    return figures
