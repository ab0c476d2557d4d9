"""What a probe's facts say about a driving clip: which part of it plays, and how many frames that makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from foundation.errors import InputError, ManifestError
from foundation.fitting import Way
from foundation.timecode import Moment
from foundation.times import frame_count
from media.files.info import MediaInfo, VideoInfo
from pipeline.manifest.parts.driving import Driving


@dataclass(frozen=True)
class Clip:
    """A chosen part of a clip on the clip's own clock, in seconds.

    Attributes:
        start, stop: the part; `stop` is None where it runs to the end.
        length: seconds from start to stop, or to the end.
        rate: the clip's own frames a second.
        sounds: whether it has a sound track.
        heard: how long its own sound plays from `start` on.
        plays: how long it shows in the result.
        way: how it is brought to that where it is not its own length.
    """

    start: Fraction
    stop: Fraction | None
    length: Fraction
    rate: Fraction
    frames: int
    sounds: bool
    heard: Fraction
    plays: Fraction
    way: Way | None = None

    def frames_at(self, fps: Fraction) -> int:
        return frame_count(self.plays, fps)

    def played(self, seconds: Fraction, way: Way | None) -> Clip:
        """The same part, brought to another length."""
        return replace(self, plays=seconds, way=way)


def read_clip(driving: Driving, info: MediaInfo, *, performer: str, file: str, field: str = "driving") -> Clip:
    """The part of the clip that the manifest asks for.

    Args:
        info: what the file is.
        field: of the performer, that names the clip: driving, singing.performance, portrait.
    Raises:
        InputError: the file is no video, or damaged and damage is not allowed.
        ManifestError: the range lies outside the clip.
    """
    video = info.video
    if video is None:
        raise InputError("has no video stream", file=file, performer=performer, cure=f"name a video as {field}.video")
    refuse_still(video, performer=performer, file=file)
    if video.truncated and not driving.allow_truncated:
        allowed = "" if field == "portrait" else f", or set {field}.allow_truncated: true to use what is there"
        raise InputError(
            f"is truncated: it announces {video.expected_frames} frames and holds {video.frames}",
            file=file,
            performer=performer,
            cure=f"get the whole file{allowed}",
        )
    first, end = video.start, video.end
    place = _Places(f"performers.{performer}.{field}", performer, file, video.fps, video.variable)
    start = first + place.seconds("start", driving.start)
    stop = end if driving.end is None else min(end, first + place.seconds("end", driving.end))
    if start >= end:
        raise ManifestError(
            f"{place.where}.start is {driving.start}, but the clip ends after {float(end - first):.2f} s",
            file=file,
            performer=performer,
            cure="choose an earlier start",
        )
    if start >= stop:
        told = f"{place.where}.end ({driving.end}) is not later than start ({driving.start})"
        raise ManifestError(told, file=file, performer=performer, cure="choose a later end")
    length = stop - start
    return Clip(
        start=start,
        stop=None if driving.end is None else stop,
        length=length,
        rate=video.fps,
        frames=video.frames,
        sounds=bool(info.audio),
        heard=_heard(info, start, None if driving.end is None else stop, length) if driving.to_sound else length,
        plays=length,
    )


def refuse_still(video: VideoInfo, *, file: str, performer: str | None = None) -> None:
    """Refuse a driving clip of one frame, but for numbered pictures, whose rate somebody chose.

    Raises:
        InputError: it is one.
    """
    if video.frames == 1 and video.codec != "pictures" and not video.truncated:
        told = "holds one frame, as a still does, and nothing in it moves"
        raise InputError(told, file=file, performer=performer, cure="name a video of a face that moves")


@dataclass(frozen=True)
class _Places:
    """Turns what the manifest says of one clip into seconds. `where`: the field that names it."""

    where: str
    performer: str
    file: str
    fps: Fraction
    variable: bool

    def seconds(self, field: str, written: Moment) -> Fraction:
        """From the clip's first frame on.

        Raises: ManifestError where this clip has no such frame or timecode.
        """
        where = f"{self.where}.{field} is {written}"
        if self.variable and written.seconds is None:
            told = f"{where}, and the clip's frames keep no steady clock"
            raise ManifestError(told, file=self.file, performer=self.performer, cure="give seconds")
        try:
            return written.at(self.fps)
        except ValueError as error:
            raise ManifestError(
                f"{where}: {error}", file=self.file, performer=self.performer, cure="correct it"
            ) from None


def _heard(info: MediaInfo, start: Fraction, stop: Fraction | None, length: Fraction) -> Fraction:
    """How long the clip's sound goes on after `start`, even past the picture's end."""
    if not info.audio:
        return length
    end = info.audio[0].end
    return max(Fraction(0), (end if stop is None else min(end, stop)) - start)
