"""Find the chosen face of a picture, or follow it through a clip, frame by frame.

Writes track/ (a FaceTrack of every decoded frame in the range, short gaps bridged), times.json (when each frame
appears, seconds as fractions) and shots.json (see foundation.shots: where the clip is cut, and where the face is away
for long). The points are those of single frames; who wants them smooth smooths them.
"""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from pathlib import Path

from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from foundation.shots import Shot
from landmarks.base import EVERY, LandmarkBackend
from landmarks.selection import choose
from landmarks.sights import sights
from landmarks.track_writer import TrackWriter
from media.image.images import read_image
from media.video.reader import VideoReader, frame_at
from stages.backend_use import backend_for
from stages.contract import Report
from stages.contracts.faces import Facts, Inputs, Settings
from stages.following import FOLLOW_LIMIT, SEARCH_LIMIT, Follow, marked_frames, save


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Find the face, or follow it.

    Raises:
        InputError: there is no such face anywhere, or, where the settings ask for it, a scene cut, or none for longer
            than max_gap_frames.
    """
    media, how = inputs.media.clip, settings.following
    with backend_for(settings.backend, settings.square) as backend, TrackWriter(out / "track") as track:
        if how is None:
            size = _still(settings, media, backend, track)
            track.finish(size)
            return save(track, out, [Fraction(0)], [Shot(0, 1, seen=True)], size)
        limit = FOLLOW_LIMIT if settings.select == FaceChoice() else SEARCH_LIMIT
        follow = Follow(settings.select, how, media, track)
        with (
            VideoReader(media, start=how.start, stop=how.stop, tolerant=how.tolerant) as reader,
            closing(sights(marked_frames(reader, how), backend, limit, lambda: follow.over)) as seen,
        ):
            return follow.run(seen, out, report)


def _still(settings: Settings, media: Path, backend: LandmarkBackend, writer: TrackWriter) -> tuple[int, int]:
    """The chosen face of a picture, or of one frame of a video; the (width, height) of that."""
    at = settings.at
    image = read_image(media) if at is None else frame_at(media, at)
    faces = backend.detect(image, EVERY)
    if not faces:
        where = "" if at is None else f" at {float(at):.2f} s"
        cure = "use a picture" if at is None else "choose a time"
        raise InputError(f"no face was found{where}", file=media, cure=f"{cure} where a human face is visible")
    writer.add(choose(faces, settings.select, media))
    return image.shape[1], image.shape[0]
