"""Looking at a performer's finished frames again: the same for the whole result and a piece of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face, FaceTrack, head_frame
from foundation.geometry import Box, Image
from foundation.schemes import SQUARE
from foundation.subject import Square
from foundation.times import FrameRange, spread
from landmarks.base import LandmarkBackend
from media.image.images import write_jpeg
from media.image.resample import warp_affine
from quality import identity, surface
from quality.features import COLUMNS, CONTRAST, INTERIOR, MOUTH, OPEN, PITCH, ROLL, YAW, features
from quality.gathered import GIVE_UP, NEUTRAL, Gathered
from quality.picture import picture_motion
from quality.schedule import LEAST_TRIPLES, Schedule, Triples
from quality.surface import Thumb
from stages.artifacts import Clip
from stages.backend_use import backend_for
from stages.contract import Report
from stages.contracts.measure import Inputs, Model, Settings
from stages.looks import PAIRS, close_up, mouths_at, picked, turning_at
from stages.still import Still, read_still
from stages.sung import read_song

AROUND = 1.25
"""Face heights around the portrait's face in which the result's is looked for."""


@dataclass(frozen=True)
class Places:
    """Where a result is looked at.

    Attributes:
        whole: every look.
        own: those of the part that is looked at.
        moments: frames of which pictures are kept for people.
        before: looks that other parts keep, at which the face is followed before this part.
        part: frames.
    """

    whole: Schedule
    own: Schedule
    moments: list[int]
    before: list[int]
    part: FrameRange

    @staticmethod
    def of(settings: Settings, given: Model, part: FrameRange | None = None, begin: int = 0) -> Places:
        """Those of a part; None: of the whole result.

        Args:
            begin: the frame from which the face is followed, after the first look of all.
        """
        song = read_song(settings, given)
        beside = song.beside if song else ()
        whole = Schedule.of(settings.frames, settings.fps, settings.looks_per_second, beside, settings.drawn)
        moments = [int(whole.looks[row]) for row in spread(len(whole.looks), PAIRS)]
        part = part or FrameRange(0, settings.frames)
        before = [int(at) for row, at in enumerate(whole.looks) if (begin <= at or not row) and at < part.start]
        return Places(whole, whole.part(part), moments, before, part)

    @property
    def shown(self) -> list[int]:
        """The moments within the part."""
        return [at for at in self.moments if self.part.start <= at < self.part.stop]


def look(settings: Settings, inputs: Inputs, places: Places, out: Path, report: Report) -> Gathered:
    """Look at a part of the result, and write the pairs of pictures that lie in it: pair0.jpg, pair1.jpg, ..."""
    still = read_still(inputs.crop, settings.into, settings.feather, inputs.matte)
    track, part, seen = inputs.clip.track(), places.part, Gathered()
    if still.whole:
        first = max(0, part.start - 1)
        seen.motion += picture_motion(inputs.clip.pick(range(first, part.stop))).tolist()[part.start - first :]
    above = _driver(inputs.clip, track, places, seen)
    chunks = [(start, chunk.video) for start, chunk in zip(settings.chunks, inputs.chunks, strict=True)]
    with backend_for(settings.backend, Square() if still.whole else None) as backend:
        looking = _Result(still, places, seen, backend, _at_rest(inputs.clip, track, places.whole.looks))
        for at, image in picked(chunks, {*places.before, *places.own.looks.tolist(), *places.own.beside}):
            looking.take(at, image)
            if at in places.shown:
                pair = [above[at], close_up(image, looking.head)]
                write_jpeg(out / f"pair{places.moments.index(at)}.jpg", np.concatenate(pair))
            report(min(max(0, at + 1 - part.start), len(part)), len(part))
    return seen


def _driver(clip: Clip, track: FaceTrack, places: Places, seen: Gathered) -> dict[int, Image]:
    """The driver's rows, its flicker at the triples, and how it looks at the moments.

    One whom nobody filmed shows no pixels: it is sketched for people, and nothing else is read off that.
    """
    own = places.own
    rows = {int(at): features(None, track.face(int(at))) for at in own.looks}
    hidden = {at for at in rows if track.occluded[at]}
    shown = _worth_a_look(track, places.whole) & rows.keys() | hidden
    triples = Triples(own)
    above: dict[int, Image] = {}
    wanted = sorted(shown | own.beside | set(places.shown) if clip.filmed else places.shown)
    for at, image in zip(wanted, clip.pick(wanted), strict=True):
        if at in shown and clip.filmed:
            rows[at] = features(image, track.face(at))
            if at in hidden:
                rows[at][[MOUTH, INTERIOR, CONTRAST]] = np.nan  # made up, or of what hides it
        if at in places.shown:
            above[at] = close_up(image, head_frame(track.points[at], track.scheme))
        middle = places.whole.middle_of(at) if clip.filmed else None
        if middle is not None:
            head = head_frame(track.points[middle], track.scheme)
            box = surface.all_of(image) if track.scheme == SQUARE else surface.face_box(head)
            triples.add(at, surface.thumbnail(image, box))
    seen.driver += rows.values()
    seen.shimmer += triples.values
    return above


def _worth_a_look(track: FaceTrack, whole: Schedule) -> set[int]:
    """Some of the looks at which the driver's mouth is open, spread over all of the result."""
    wide = mouths_at(track, whole.looks) > OPEN
    open_mouths = whole.looks[wide & ~track.occluded[whole.looks]]
    every = max(1, len(open_mouths) // max(LEAST_TRIPLES, 2 * len(whole.triples)))
    return {int(at) for at in open_mouths[::every]}


def _at_rest(clip: Clip, track: FaceTrack, looks: NDArray[np.int64]) -> set[int]:
    """The looks of the whole result on which `Gathered` measures identity."""
    rows = np.full((len(looks), len(COLUMNS)), np.nan)
    rows[:, MOUTH], rows[:, [YAW, PITCH, ROLL]] = mouths_at(track, looks), turning_at(track, looks)
    rows[track.occluded[looks] & clip.filmed, MOUTH] = np.nan
    return set(looks[identity.neutral(rows, NEUTRAL)].tolist())


class _Result:
    """The result's frames, looked at one after the other.

    Args:
        seen: takes what is seen.
        at_rest: looks at which the face is compared with the portrait's.
    """

    def __init__(
        self, still: Still, places: Places, seen: Gathered, backend: LandmarkBackend, at_rest: set[int]
    ) -> None:
        self._still, self._seen, self._backend, self._at_rest = still, seen, backend, at_rest
        # where nothing has been looked at before, and no face is found, there is none
        self._gives_up = not places.before
        self._places, self._triples = places, Triples(places.own)
        seen.flicker, seen.pulses = self._triples.values, self._triples.pulses
        self._looks = set(places.whole.looks.tolist())
        self._last: tuple[int, Thumb] | None = None
        head = self.head = head_frame(still.face.points, still.face.scheme)
        height, width = still.image.shape[:2]
        x, y, reach = *head.centre, AROUND * head.height
        around = Box(int(x - reach), int(y - reach), int(x + reach) + 1, int(y + reach) + 1)
        self._window = around.clipped(width, height)
        self._face_box = surface.all_of(still.image) if still.whole else surface.face_box(head)
        self._ground = surface.around_head((width, height), head)
        self._edge = still.edge
        self._burnt = surface.clipped(still.image, self._face_box)
        self._patch = None if still.whole else identity.patch(still.image, still.face)

    def take(self, at: int, image: Image) -> None:
        """The next frame."""
        thumb, part = surface.thumbnail(image, self._face_box), self._places.part
        self._triples.add(at, thumb)
        if at in self._looks and at < part.stop:
            face = self._face(at, image)
            if at >= part.start:
                self._add(at, image, thumb, face)
            self._last = at, thumb
        if at in self._places.own.triples:
            self._region(image)

    def _face(self, at: int, image: Image) -> Face | None:
        """Find the face again."""
        given_up = self._gives_up and len(self._seen.found) >= GIVE_UP and not any(self._seen.found)
        if self._still.whole or given_up:
            return None
        part = np.ascontiguousarray(image[self._window.slices])
        face = next(iter(self._backend.follow(part, float(at), 1)), None)
        if face is None:
            return None
        return replace(face, points=face.points + np.array([self._window.x0, self._window.y0, 0.0]))

    def _add(self, at: int, image: Image, thumb: Thumb, face: Face | None) -> None:
        """A look."""
        still, seen = self._still, self._seen
        seen.result.append(features(None if face is None else image, face))
        seen.found.append(face is not None)
        compared = face if at in self._at_rest else None
        seen.shape.append(np.nan if compared is None else identity.shape_distance(still.face, compared))
        seen.look.append(self._look(image, compared))
        seen.clipped.append(max(0.0, surface.clipped(image, self._face_box) - self._burnt))
        seen.stuck.append(self._is_stuck(at, thumb))

    def _is_stuck(self, at: int, thumb: Thumb) -> bool:
        """Whether it shows what the look before does, with no frame between them that is not drawn."""
        if self._last is None or not self._places.whole.drawn_between(self._last[0], at):
            return False
        return float(np.abs(thumb - self._last[1]).max()) < 0.5

    def _look(self, image: Image, face: Face | None) -> float:
        """How far the face looks from the portrait's."""
        if face is None or self._patch is None:
            return float("nan")
        return identity.patch_distance(self._patch, identity.patch(image, face))

    def _region(self, image: Image) -> None:
        """Background and seam: what is around the face."""
        still, seen = self._still, self._seen
        seen.background.append(surface.squared_error(image, still.image, self._ground))
        if still.wall is not None and still.wall.any():
            seen.wall.append(surface.squared_error(image, still.image, still.wall))
        if not still.pasted:
            return
        if still.crop.native:
            seen.seam.append(self._edge.seam(image, still.image))
            return
        ours, theirs = (warp_affine(each, still.to_crop, still.crop.size) for each in (image, still.image))
        seen.seam.append(self._edge.seam(ours, theirs))
