"""One face through a clip, shot by shot: who of those that are seen is meant, and where shots end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from foundation.facetrack import Face
from foundation.schemes import SQUARE
from foundation.shots import Shot
from landmarks.selection import choose
from landmarks.shot_writer import ShotWriter
from landmarks.sights import Sight
from landmarks.track_writer import TrackWriter
from landmarks.tracking import People, Person
from media.video.cuts import Marked, marked
from media.video.reader import VideoReader
from stages.contract import Report
from stages.contracts.faces import Facts, Following
from stages.contracts.shared import TimeSpan
from stages.findings import Track

FOLLOW_LIMIT = 4
SEARCH_LIMIT = 8
"""How many faces are followed at most: more where the manifest may mean a small one."""


def marked_frames(reader: VideoReader, how: Following) -> Iterator[Marked]:
    """A clip's frames, and its cuts where they matter."""
    if how.on_scene_cut == "ignore":
        return (Marked(seconds, image, cut=False) for seconds, image in reader)
    return marked(reader)


class Follow:
    """One face through what is seen of a clip.

    Args:
        media: the clip, for messages.
        track: takes the face.
    Attributes:
        over: nobody asks any more what is seen.
    """

    def __init__(self, select: FaceChoice, how: Following, media: Path, track: TrackWriter) -> None:
        self._select, self._how, self._media, self._track = select, how, media, track
        self._max_gap = how.max_gap_frames
        self._writer = ShotWriter(track, self._max_gap)
        self._people = People(self._max_gap)
        self._chosen: Person | None = None
        self._found_any = self.over = False
        self._times: list[Fraction] = []

    def run(self, seen: Iterable[Sight], out: Path, report: Report) -> Facts:
        """Write the face of all frames.

        Raises:
            InputError: as in stages.driving.faces.
        """
        how, size = self._how, (0, 0)
        for sight in seen:
            if sight.cut:
                self._cut(sight.seconds)
            self._take(sight)
            size = sight.size
            report(len(self._times), max(how.expected_frames, len(self._times)))
        if not self._times:
            cure = "set start and end inside the clip"
            raise InputError(f"has no frame from {float(how.start):.2f} s on", file=self._media, cure=cure)
        self._end_shot()
        if not self._found_any:
            cure = "use a clip where a human face is visible"
            raise InputError("no face was found in the chosen range", file=self._media, cure=cure)
        self._writer.finish(size)
        return save(self._track, out, self._times, self._writer.shots, size)

    def _cut(self, seconds: Fraction) -> None:
        """A scene cut, where the next frame begins."""
        if self._how.on_scene_cut == "error":
            raise InputError(
                f"there is a scene cut at {float(seconds):.2f} s",
                file=self._media,
                cure="choose start and end within one shot, or driving.on_scene_cut: split or hold",
            )
        self.over = self.over or (self._how.on_scene_cut == "hold" and self._found_any)
        self._end_shot()
        self._writer.cut()
        self._people, self._chosen = People(self._max_gap), None

    def _take(self, sight: Sight) -> None:
        """The next frame of a shot."""
        face = None if self.over else self._face(sight)
        self._times.append(sight.seconds)
        if sight.faces and self._found_any and not self.over:
            self._refuse_gap(sight.seconds)
        self._found_any = self._found_any or face is not None
        self._writer.add(face)

    def _face(self, sight: Sight) -> Face | None:
        """The chosen person's face in this frame. A shot's first frames with faces decide who is chosen in it."""
        faces = sight.faces
        if faces and faces[0].scheme == SQUARE:
            return faces[0]
        owners = self._people.step(faces, sight.looks)
        if self._chosen is None and faces:
            meant = self._meant(faces)
            if meant is None:
                return None
            self._chosen = next(owner for owner, face in zip(owners, faces, strict=True) if face is meant)
            self._people.keep = self._chosen
        return self._chosen.face if self._chosen in owners else None

    def _meant(self, faces: list[Face]) -> Face | None:
        """Whom the settings choose; after a cut, nobody may be where they say."""
        try:
            return choose(faces, self._select, self._media)
        except InputError:
            if self._found_any:
                return None
            raise

    def _end_shot(self) -> None:
        if self._found_any and not self.over:
            self._refuse_gap(self._times[-1])

    def _refuse_gap(self, until: Fraction) -> None:
        """Refuse the clip, where the settings ask for it, if the face was away for too long up to now."""
        gap = self._writer.gap
        if gap > self._max_gap and self._how.on_face_lost == "error":
            since = self._times[self._writer.frames - gap]
            raise InputError(
                f"no face from {float(since):.2f} s to {float(until):.2f} s",
                file=self._media,
                cure="choose start and end so that the face stays visible, another clip, or driving.on_face_lost: hold",
            )


def save(
    track: TrackWriter, out: Path, times: Sequence[Fraction], shots: Sequence[Shot], size: tuple[int, int]
) -> Facts:
    """Write what lies beside a track that is finished; what is told of it."""
    Track.save_rest(out, times, shots)
    return Facts(
        frames=track.frames,
        found=track.found,
        longest_gap=track.longest_gap,
        size=size,
        shots=sum(shot.seen for shot in shots),
        away=tuple(_away(times, shot) for shot in shots if not shot.seen),
    )


def _away(times: Sequence[Fraction], shot: Shot) -> TimeSpan:
    """The end is when the next shot begins, or this one's own last frame."""
    return TimeSpan(since=times[shot.start], until=times[min(shot.stop, len(times) - 1)])
