"""Cut a clip into shots while its face is followed: at scene cuts, and where the face is away for long."""

from __future__ import annotations

from dataclasses import dataclass, field

from foundation.facetrack import Face
from foundation.shots import Shot
from landmarks.track_writer import TrackWriter


@dataclass
class ShotWriter:
    """Frames come in one after the other, with a face or without.

    Args:
        track: takes the faces; short gaps in it are bridged, never across a cut.
        max_gap: frames that the face may be away without the shot ending.
    Attributes:
        shots: those that are complete; all of them, without gaps, after `finish`.
        gap: frames without the face up to now.
        frames: so far.
    """

    track: TrackWriter
    max_gap: int
    shots: list[Shot] = field(default_factory=list)
    gap: int = 0
    frames: int = 0
    _begin: int = 0
    _seen: bool = False

    def add(self, face: Face | None) -> None:
        """The next frame's face, or None where there is none."""
        if face is not None:
            if self.gap > self.max_gap:
                self._end(self.frames - self.gap)
                self._close(self.frames, seen=False)
                self.track.still()
            self._seen, self.gap = True, 0
        else:
            self.gap += 1
        self.track.add(face)
        self.frames += 1

    def cut(self) -> None:
        """Another shot begins with the next frame."""
        away = self.gap if self.gap > self.max_gap or not self._seen else 0
        self._end(self.frames - away)
        self._close(self.frames, seen=False)
        self._seen, self.gap = False, 0
        self.track.still()

    def finish(self, size: tuple[int, int]) -> None:
        """As TrackWriter.finish."""
        self.cut()
        self.track.finish(size)

    def _end(self, at: int) -> None:
        """What is open ends before frame `at`."""
        self._close(at, seen=self._seen)

    def _close(self, at: int, *, seen: bool) -> None:
        if at > self._begin:
            if self.shots and not seen and not self.shots[-1].seen:
                self.shots[-1] = Shot(self.shots[-1].start, at, seen=False)
            else:
                self.shots.append(Shot(self._begin, at, seen))
            self._begin = at
