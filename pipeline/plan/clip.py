"""What a probe's facts say about a driving clip: which part of it plays, and how many frames that makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from foundation.errors import InputError, ManifestError
from foundation.times import frame_count
from pipeline.manifest.parts.performers import Driving


@dataclass(frozen=True)
class Clip:
    """A chosen part of a clip on the clip's own clock, in seconds.

    Attributes:
        start, stop: the part; `stop` is None where it runs to the end.
        length: seconds from start to stop, or to the end.
        rate: the clip's own frames a second.
        sounds: whether it has a sound track.
    """

    start: Fraction
    stop: Fraction | None
    length: Fraction
    rate: Fraction
    frames: int
    sounds: bool

    def frames_at(self, fps: Fraction) -> int:
        return frame_count(self.length, fps)


def read_clip(driving: Driving, facts: Mapping[str, Any], *, performer: str, file: str) -> Clip:
    """The part of the clip that the manifest asks for.

    Args:
        facts: what the probe stage said of the file.
    Raises:
        InputError: the file is no video, or damaged and damage is not allowed.
        ManifestError: the range lies outside the clip.
    """
    video = facts["video"]
    if video is None:
        raise InputError("has no video stream", file=file, performer=performer, cure="name a video as driving.video")
    if video["truncated"] and not driving.allow_truncated:
        raise InputError(
            f"is truncated: it announces {video['expected_frames']} frames and holds {video['frames']}",
            file=file,
            performer=performer,
            cure="get the whole file, or set driving.allow_truncated: true to use what is there",
        )
    first, end = Fraction(video["start"]), Fraction(video["end"])
    start = first + driving.start
    stop = end if driving.end is None else min(end, first + driving.end)
    if start >= stop:
        raise ManifestError(
            f"performers.{performer}.driving.start is {float(driving.start):g} s, but the clip ends after "
            f"{float(end - first):.2f} s",
            file=file,
            performer=performer,
            cure="choose an earlier start",
        )
    return Clip(
        start=start,
        stop=None if driving.end is None else stop,
        length=stop - start,
        rate=Fraction(video["fps"]),
        frames=video["frames"],
        sounds=bool(facts["audio"]),
    )
