"""Find the chosen face of a picture, or follow it through a clip, frame by frame.

Writes track/ (a FaceTrack of every decoded frame in the range, short gaps bridged), times.json (when each frame
appears, seconds as fractions) and shots.json (see foundation.shots: where the clip is cut, and where the face is away
for long). The points are those of single frames; who wants them smooth smooths them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path

from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from foundation.facetrack import SQUARE, Face
from foundation.shots import Shot
from landmarks.base import EVERY, Image, LandmarkBackend
from landmarks.selection import choose
from landmarks.shot_writer import ShotWriter
from landmarks.track_writer import TrackWriter
from landmarks.tracking import People, Person, appearance
from media.image.images import read_image
from media.video.ahead import ahead
from media.video.cuts import Marked, marked
from media.video.reader import VideoReader, frame_at
from stages.artifacts import Track
from stages.backend_use import backend_for
from stages.contract import Report
from stages.contracts.faces import Facts, Following, Inputs, Settings
from stages.contracts.shared import TimeSpan

FOLLOW_LIMIT = 4
SEARCH_LIMIT = 8
"""How many faces are followed at most: more where the manifest may mean a small one."""


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Find the face, or follow it.

    Raises:
        InputError: there is no such face anywhere, or, where the settings ask for it, a scene cut, or none for longer
            than max_gap_frames.
    """
    media = inputs.media.clip
    with backend_for(settings.backend, settings.square) as backend, TrackWriter(out / "track") as track:
        if settings.following is None:
            times, size = _still(settings, media, backend, track)
            shots = [Shot(0, 1, seen=True)]
            track.finish(size)
        else:
            follow = _Follow(settings.select, settings.following, media, backend, track)
            times, size = follow.run(report)
            shots = follow.shots
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


def _still(
    settings: Settings, media: Path, backend: LandmarkBackend, writer: TrackWriter
) -> tuple[list[Fraction], tuple[int, int]]:
    """The chosen face of a picture, or of one frame of a video."""
    at = settings.at
    image = read_image(media) if at is None else frame_at(media, at)
    faces = backend.detect(image, EVERY)
    if not faces:
        where = "" if at is None else f" at {float(at):.2f} s"
        cure = "use a picture" if at is None else "choose a time"
        raise InputError(f"no face was found{where}", file=media, cure=f"{cure} where a human face is visible")
    writer.add(choose(faces, settings.select, media))
    return [Fraction(0)], (image.shape[1], image.shape[0])


class _Follow:
    """One face through a clip, shot by shot.

    Attributes:
        shots: of the clip, once it has run.
    """

    def __init__(
        self, select: FaceChoice, how: Following, media: Path, backend: LandmarkBackend, track: TrackWriter
    ) -> None:
        self._select, self._how, self._media, self._backend = select, how, media, backend
        self._limit = FOLLOW_LIMIT if select == FaceChoice() else SEARCH_LIMIT
        self._max_gap = how.max_gap_frames
        self._writer = ShotWriter(track, self._max_gap)
        self._people = People(self._max_gap)
        self._chosen: Person | None = None
        self._found_any = self._over = False
        self._times: list[Fraction] = []

    @property
    def shots(self) -> list[Shot]:
        return self._writer.shots

    def run(self, report: Report) -> tuple[list[Fraction], tuple[int, int]]:
        """Read the clip; returns when each frame appears and their size."""
        how, size = self._how, (0, 0)
        start = how.start
        with (
            VideoReader(self._media, start=start, stop=how.stop, tolerant=how.tolerant) as reader,
            closing(ahead(self._marked(reader))) as frames,
            closing(ahead(self._looked_at(frames), 1)) as seen,
        ):
            for group, faces in seen:
                if group[0].cut:
                    self._cut(group[0].seconds)
                self._take(group, faces)
                size = (group[0].image.shape[1], group[0].image.shape[0])
                report(len(self._times), max(how.expected_frames, len(self._times)))
        if not self._times:
            cure = "set start and end inside the clip"
            raise InputError(f"has no frame from {float(start):.2f} s on", file=self._media, cure=cure)
        self._end_shot()
        if not self._found_any:
            cure = "use a clip where a human face is visible"
            raise InputError("no face was found in the chosen range", file=self._media, cure=cure)
        self._writer.finish(size)
        return self._times, size

    def _marked(self, reader: VideoReader) -> Iterator[Marked]:
        if self._how.on_scene_cut == "ignore":
            return (Marked(seconds, image, cut=False) for seconds, image in reader)
        return marked(reader)

    def _looked_at(self, frames: Iterator[Marked]) -> Iterator[tuple[list[Marked], list[list[Face]]]]:
        """Frames that are looked at together, and the faces in each. Runs ahead of what is made of them."""
        for group in _groups(frames, self._backend.together):
            if group[0].cut:
                self._backend.forget()
            # where it is over, nobody asks what was seen
            images = [] if self._over else [frame.image for frame in group]
            yield group, self._backend.follow_on(images, self._limit) if images else [[] for _ in group]

    def _cut(self, seconds: Fraction) -> None:
        """A scene cut, where the next frame begins."""
        if self._how.on_scene_cut == "error":
            raise InputError(
                f"there is a scene cut at {float(seconds):.2f} s",
                file=self._media,
                cure="choose start and end within one shot, or driving.on_scene_cut: split or hold",
            )
        self._over = self._over or (self._how.on_scene_cut == "hold" and self._found_any)
        self._end_shot()
        self._writer.cut()
        self._people, self._chosen = People(self._max_gap), None

    def _take(self, group: Sequence[Marked], seen: Sequence[list[Face]]) -> None:
        """The next frames of a shot, and the faces in each."""
        if self._over:
            seen = [[] for _ in group]
        for frame, faces in zip(group, seen, strict=True):
            face = self._face(frame.image, faces)
            self._times.append(frame.seconds)
            if faces and self._found_any:
                self._refuse_gap(frame.seconds)
            self._found_any = self._found_any or face is not None
            self._writer.add(face)

    def _face(self, image: Image, faces: list[Face]) -> Face | None:
        """The chosen person's face in this frame. A shot's first frames with faces decide who is chosen in it."""
        if self._backend.scheme == SQUARE:
            return next(iter(faces), None)
        owners = self._people.step(faces, [appearance(image, face) for face in faces])
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
        if self._found_any and not self._over:
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
