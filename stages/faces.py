"""Find the chosen face of a picture, or follow it through a clip, frame by frame.

Writes track/ (a FaceTrack of every decoded frame in the range, short gaps bridged) and times.json (when each frame
appears, seconds as fractions). The points are those of single frames; who wants them smooth smooths them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from foundation.errors import InputError
from foundation.facetrack import Face
from landmarks import load_backend
from landmarks.base import Image, LandmarkBackend
from landmarks.selection import choose
from landmarks.track_writer import TrackWriter
from landmarks.tracking import People, Person, appearance
from media.ahead import ahead
from media.images import read_image
from media.reader import VideoReader, frame_at
from stages import Report

STILL_LIMIT = 32
FOLLOW_LIMIT = 4
SEARCH_LIMIT = 8
"""How many faces are followed at most: more where the manifest may mean a small one."""


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: kind ("image" or "video"), select, backend, backend_version; for a picture: at (seconds of a video's
    frame, or None); for a video: start, stop, max_gap_frames, expected_frames, tolerant. Inputs: media.

    Raises: InputError if there is no such face, or none for longer than max_gap_frames.
    """
    with load_backend(settings["backend"]) as backend, TrackWriter(out / "track") as writer:
        if settings["kind"] == "image":
            times, size = _still(settings, inputs["media"], backend, writer)
        else:
            times, size = _Follow(settings, inputs["media"], backend, writer).run(report)
        writer.finish(size)
    (out / "times.json").write_text(json.dumps([str(time) for time in times]), encoding="utf-8")
    return {
        "frames": writer.frames,
        "found": writer.found,
        "bridged": writer.frames - writer.found,
        "longest_gap": writer.longest_gap,
        "size": list(size),
    }


def _still(
    settings: Mapping[str, Any], media: Path, backend: LandmarkBackend, writer: TrackWriter
) -> tuple[list[Fraction], tuple[int, int]]:
    """The chosen face of a picture, or of one frame of a video."""
    at = settings["at"]
    image = read_image(media) if at is None else frame_at(media, Fraction(at))
    faces = backend.detect(image, STILL_LIMIT)
    if not faces:
        where = "" if at is None else f" at {float(Fraction(at)):.2f} s"
        cure = "use a picture" if at is None else "choose a time"
        raise InputError(f"no face was found{where}", file=media, cure=f"{cure} where a human face is visible")
    writer.add(choose(faces, settings["select"], media))
    return [Fraction(0)], (image.shape[1], image.shape[0])


class _Follow:
    """One face through a clip."""

    def __init__(self, settings: Mapping[str, Any], media: Path, backend: LandmarkBackend, writer: TrackWriter) -> None:
        self._settings, self._media, self._backend, self._writer = settings, media, backend, writer
        self._max_gap = int(settings["max_gap_frames"])
        self._limit = FOLLOW_LIMIT if settings["select"] == "largest" else SEARCH_LIMIT
        self._people = People(self._max_gap)
        self._chosen: Person | None = None
        self._times: list[Fraction] = []

    def run(self, report: Report) -> tuple[list[Fraction], tuple[int, int]]:
        """Read the clip; returns when each frame appears and their size."""
        settings, size = self._settings, (0, 0)
        start, stop = Fraction(settings["start"]), settings["stop"]
        with VideoReader(
            self._media,
            start=start,
            stop=None if stop is None else Fraction(stop),
            tolerant=settings["tolerant"],
        ) as reader:
            for seconds, image in ahead(reader):
                size = (image.shape[1], image.shape[0])
                self._times.append(seconds)
                face = self._face(image, seconds)
                if face is not None:
                    self._refuse_gap(before=len(self._times) - 1)
                self._writer.add(face)
                report(len(self._times), max(settings["expected_frames"] or 0, len(self._times)))
        if not self._times:
            cure = "set start and end inside the clip"
            raise InputError(f"has no frame from {float(start):.2f} s on", file=self._media, cure=cure)
        self._refuse_gap(before=len(self._times))
        return self._times, size

    def _face(self, image: Image, seconds: Fraction) -> Face | None:
        """The chosen person's face in this frame."""
        faces = self._backend.follow(image, float(seconds), self._limit)
        owners = self._people.step(faces, [appearance(image, face) for face in faces])
        if self._chosen is None and faces:
            meant = choose(faces, self._settings["select"], self._media)
            self._chosen = next(owner for owner, face in zip(owners, faces, strict=True) if face is meant)
        if self._chosen in owners:
            return self._chosen.face
        if faces:
            self._refuse_gap(before=len(self._times) - 1)
        return None

    def _refuse_gap(self, before: int) -> None:
        """Refuse the clip if the face was away for too long just before frame `before`."""
        gap = self._writer.gap
        if self._chosen is None:
            cure = "use a clip where a human face is visible"
            raise InputError("no face was found in the chosen range", file=self._media, cure=cure)
        if gap > self._max_gap:
            since, until = self._times[before - gap], self._times[min(before, len(self._times) - 1)]
            raise InputError(
                f"no face from {float(since):.2f} s to {float(until):.2f} s",
                file=self._media,
                cure="choose start and end so that the face stays visible, or another clip",
            )
