"""Follow each face of a video in a cut-out of its own, so that the landmark network keeps to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from foundation.facetrack import Face
from landmarks.base import Image
from landmarks.followed import LIMITS, Followed, Lane, Mesh, settled
from landmarks.windows import Bounds, around, overlap

LANES = 2
"""Landmark networks for each face: each looks at every LANES-th frame, all at once. More make a face's way between two
looks of one network longer, and so the points less exact."""


class Follower:
    """All faces of a video.

    Args:
        candidates: (image, wide) -> where faces may be, largest first; `wide` searches at every scale.
        open_mesh: gives a landmark network that remembers nothing.
        give_back: takes a landmark network that is no longer used.
    """

    def __init__(
        self,
        candidates: Callable[[Image, bool], list[Bounds]],
        open_mesh: Callable[[], Mesh],
        give_back: Callable[[Mesh], None],
    ) -> None:
        self._candidates, self._open, self._give_back = candidates, open_mesh, give_back
        self._followed: list[Followed] = []
        self._frame = 0
        self._pool = ThreadPoolExecutor(LANES + 1, "landmarks")

    def step(self, images: Sequence[Image], limit: int) -> list[list[Face]]:
        """The faces of the next frames, at most LANES of them; in each, those followed longest first.

        The frames are looked at in parallel, by a network each. How many come together is part of the input: it decides
        which network sees which frame. How many threads there are to do it is not.
        """
        foreseen = self._foreseen(images, limit)
        found = self._look(images)
        near = {number: bounds.result() for number, bounds in foreseen.items()}
        faces = []
        for number, image in enumerate(images):
            seen = [one for one in self._followed if one.take(self._face(found, one, number, image))]
            for one in self._doubles(seen):
                seen.remove(one)
                self._drop(one)
            for one in [one for one in self._followed if one.missed > LIMITS.patience]:
                self._drop(one)
            if len(seen) < limit and self._census_due(len(seen)):
                seen += self._census(image, limit, seen, near.get(number))
            self._frame += 1
            faces.append([one.face for one in seen])
        return faces

    def _foreseen(self, images: Sequence[Image], limit: int) -> dict[int, Future[list[Bounds]]]:
        """The searches for newcomers that will be due while nobody is lost, begun before the lanes look."""
        if not 0 < len(self._followed) < limit:
            return {}
        due = [number for number in range(len(images)) if (self._frame + number) % LIMITS.census == 0]
        return {number: self._pool.submit(self._candidates, images[number], False) for number in due}

    def _look(self, images: Sequence[Image]) -> dict[Followed, list[Face | None]]:
        """What the lanes of everyone who is followed find in the frames, before anything is made of it."""
        work = []
        for one in self._followed:
            while len(one.lanes) < len(images):
                one.lanes.append(Lane(self._open(), astray=True))
            looks = one.aim()
            work += [(one, number, image, looks) for number, image in enumerate(images)]
        others = [self._pool.submit(_look_once, each) for each in work[1:]]
        looked = [*map(_look_once, work[:1]), *(other.result() for other in others)]
        found: dict[Followed, list[Face | None]] = {}
        for (one, *_), face in zip(work, looked, strict=True):
            found.setdefault(one, []).append(face)
        return found

    def _face(self, found: dict[Followed, list[Face | None]], one: Followed, number: int, image: Image) -> Face | None:
        """What was found; those who came in with an earlier one of these frames are looked for now."""
        return found[one][number] if one in found else one.look(0, image, one.aim())

    def drop_all(self) -> None:
        """Follow nobody any more, and search at once."""
        for one in list(self._followed):
            self._drop(one)
        self._frame = 0

    def close(self) -> None:
        """Follow nobody any more, for good; twice is harmless."""
        self.drop_all()
        self._pool.shutdown()

    def _census_due(self, seen: int) -> bool:
        return seen < len(self._followed) or not seen or self._frame % LIMITS.census == 0

    def _census(self, image: Image, limit: int, seen: list[Followed], near: list[Bounds] | None) -> list[Followed]:
        """Begin to follow faces that nobody follows. `near`: where they may be, if that search has been made."""
        wide = not seen and self._frame % LIMITS.search == 0
        candidates = self._candidates(image, wide) if wide or near is None else near
        new: list[Followed] = []
        for bounds in candidates:
            if len(seen) + len(new) == limit:
                break
            if any(overlap(bounds, one.face.box) >= LIMITS.same for one in seen + new):
                continue
            mesh = self._open()
            face = settled(mesh, image, bounds)
            if face is None or any(overlap(face.box, one.face.box) >= LIMITS.same for one in seen + new):
                self._give_back(mesh)
                continue
            new.append(Followed([Lane(mesh, astray=False)], face, around(face.box, LIMITS.reach)))
        for one in [one for one in self._followed if one.missed and _taken(one, new)]:
            self._drop(one)
        self._followed += new
        return new

    def _doubles(self, seen: list[Followed]) -> list[Followed]:
        """Of two that ended on one face, the one that had to jump further to get there."""
        out: list[Followed] = []
        for index, one in enumerate(seen):
            for other in seen[:index]:
                if other not in out and one not in out and overlap(one.face.box, other.face.box) >= LIMITS.same:
                    out.append(max(other, one, key=lambda each: each.jump))
        return out

    def _drop(self, one: Followed) -> None:
        self._followed.remove(one)
        for lane in one.lanes:
            self._give_back(lane.mesh)


def _look_once(work: tuple[Followed, int, Image, int]) -> Face | None:
    one, number, image, looks = work
    return one.look(number, image, looks)


def _taken(lost: Followed, new: list[Followed]) -> bool:
    """Whether a face that was lost is followed anew."""
    return any(overlap(lost.face.box, one.face.box) >= LIMITS.same for one in new)
