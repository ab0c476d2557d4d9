"""Every face of a clip, frame by frame, and how what was seen of two parts of it that overlap is joined."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from foundation.facetrack import Face
from foundation.geometry import Array
from foundation.schemes import SQUARE
from landmarks.base import Image, LandmarkBackend
from landmarks.followed import LIMITS
from landmarks.track_writer import between
from landmarks.tracking import appearance
from landmarks.windows import overlap
from media.video.ahead import ahead
from media.video.cuts import Marked


@dataclass(frozen=True)
class Sight:
    """What one frame shows.

    Attributes:
        seconds: when it appears.
        cut: whether a new shot begins with it.
        size: (width, height) in pixels.
        faces: in no fixed order.
        looks: of each face, as in landmarks.tracking.appearance; of squares, none.
    """

    seconds: Fraction
    cut: bool
    size: tuple[int, int]
    faces: list[Face]
    looks: list[Array]


def sights(
    frames: Iterator[Marked], backend: LandmarkBackend, limit: int, over: Callable[[], bool] = lambda: False
) -> Generator[Sight]:
    """What the frames show, one after the other. Threads that look ahead end when this is closed.

    Args:
        limit: faces that are followed at most.
        over: whether nobody asks any more what is seen.
    """
    with closing(ahead(frames)) as waiting, closing(ahead(_looked_at(waiting, backend, limit, over), 1)) as seen:
        for group, found in seen:
            for frame, faces in zip(group, found, strict=True):
                yield _sight(frame, faces)


def _sight(frame: Marked, faces: list[Face]) -> Sight:
    size = frame.image.shape[1], frame.image.shape[0]
    looks = [appearance(frame.image, face) for face in faces if face.scheme != SQUARE]
    return Sight(frame.seconds, frame.cut, size, faces, looks)


def _looked_at(
    frames: Iterator[Marked], backend: LandmarkBackend, limit: int, over: Callable[[], bool]
) -> Iterator[tuple[list[Marked], list[list[Face]]]]:
    """Frames that are looked at together, and the faces in each. Runs ahead of what is made of them."""
    for group in _groups(frames, backend.together):
        if group[0].cut:
            backend.forget()
        images: list[Image] = [] if over() else [frame.image for frame in group]
        yield group, backend.follow_on(images, limit) if images else [[] for _ in group]


def _groups(frames: Iterator[Marked], together: int) -> Iterator[list[Marked]]:
    """Frames that are looked at together: so many, counted from each cut on, and never across one."""
    group: list[Marked] = []
    for frame in frames:
        if group and (frame.cut or len(group) == together):
            yield group
            group = []
        group.append(frame)
    if group:
        yield group


def faded(before: Sequence[Sight], after: Sequence[Sight]) -> Iterator[Sight]:
    """The same frames as two parts of a clip have seen them: the first at the beginning, the second at the end.

    A face that both see passes from the one's place to the other's; one that only one sees is there as long as that
    one counts more.
    """
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        part = (number + 1) / (len(before) + 1)
        yield _mixed(one, other, part * part * (3 - 2 * part))


def _mixed(one: Sight, other: Sight, part: float) -> Sight:
    """`part` (0..1) of the second."""
    near, far = (one, other) if part < 1 / 2 else (other, one)
    faces = []
    for face in near.faces:
        same = next((each for each in far.faces if overlap(face.box, each.box) >= LIMITS.same), face)
        faces.append(_between(face, same, part if near is one else 1 - part))
    return replace(near, faces=faces)


def _between(near: Face, far: Face, part: float) -> Face:
    """What is the same in both stays so to the bit."""
    same = all(np.array_equal(getattr(near, name), getattr(far, name)) for name in ("points", "blendshapes", "pose"))
    return near if same else between(near, far, part)
