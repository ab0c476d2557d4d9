"""A place in a clip as a person writes it: seconds, a clock's time, a frame's number or an editor's timecode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from foundation.times import exact

MAX_SECONDS = 24 * 3600
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2}(?:\.\d{1,12})?)", re.ASCII)
_TIMECODE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;])(\d{2,3})")
_FORMS = 'write seconds such as 3.2, "0:03.2", a timecode such as "00:00:03:05", or {frame: 80}'


@dataclass(frozen=True)
class Moment:
    """One place. Of the three attributes one is set.

    Attributes:
        seconds: from the clip's beginning.
        frame: a frame's number; the first is 0.
        timecode: hours, minutes, seconds, frames; 00:00:00:00 is the first frame.
        drop: it is drop-frame timecode.
    """

    seconds: Fraction | None = None
    frame: int | None = None
    timecode: tuple[int, int, int, int] | None = None
    drop: bool = False

    def at(self, fps: Fraction) -> Fraction:
        """Seconds from the beginning of a clip of this rate.

        Raises: ValueError if that rate has no such timecode.
        """
        if self.seconds is not None:
            return self.seconds
        return Fraction(self._number(fps)) / fps

    def _number(self, fps: Fraction) -> int:
        """The frame's number. Timecode counts whole frames a second, 30 for 29.97 (SMPTE ST 12-1)."""
        if self.timecode is None:
            return self.frame or 0
        hours, minutes, seconds, frames = self.timecode
        count = round(fps)
        if frames >= count:
            raise ValueError(f"a second has the frames 00 to {count - 1} at {float(fps):g} frames a second")
        number = (hours * 3600 + minutes * 60 + seconds) * count + frames
        if not self.drop:
            return number
        if fps.denominator != 1001 or count % 30:
            raise ValueError(f"drop-frame timecode (with ;) belongs to 29.97 and 59.94, not {float(fps):g}")
        dropped, passed = count // 15, hours * 60 + minutes
        if minutes % 10 and not seconds and frames < dropped:
            raise ValueError("drop-frame timecode leaves this one out")
        return number - dropped * (passed - passed // 10)

    def __str__(self) -> str:
        if self.timecode is not None:
            hours, minutes, seconds, frames = self.timecode
            return f"{hours:02d}:{minutes:02d}:{seconds:02d}{';' if self.drop else ':'}{frames:02d}"
        return f"frame {self.frame}" if self.seconds is None else f"{float(self.seconds):g} s"


def timecode_of(frame: int, fps: Fraction) -> str:
    """The timecode of a frame, as Moment reads it: drop-frame (with ;) at 29.97 and 59.94 frames a second.

    SMPTE ST 12-1: the first two (at 59.94, four) numbers of each minute are left out, but for every tenth minute.
    """
    count = round(fps)
    drop = fps.denominator == 1001 and count % 30 == 0
    if drop:
        dropped, ten_minutes, minute = count // 15, 600 * count - 9 * (count // 15), 60 * count - count // 15
        tens, rest = divmod(frame, ten_minutes)
        frame += 9 * dropped * tens + dropped * max(0, (rest - dropped) // minute)
    seconds, frames = divmod(frame, count)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return str(Moment(timecode=(hours, minutes, seconds, frames), drop=drop))


def moment(value: Any) -> Moment:
    """What a manifest has for a place in a clip.

    Raises: ValueError in a sentence for the user.
    """
    if isinstance(value, Moment):
        return value
    if isinstance(value, dict) and set(value) == {"frame"} and type(value["frame"]) is int and value["frame"] >= 0:
        return Moment(frame=value["frame"])
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise ValueError(_FORMS)
    if isinstance(value, str):
        if found := _TIMECODE.fullmatch(value):
            hours, minutes, whole, frames = (int(found[n]) for n in (1, 2, 3, 5))
            _sixty(minutes, whole)
            return Moment(timecode=(hours, minutes, whole, frames), drop=found[4] == ";")
        if (seconds := clock(value)) is not None:
            return _bounded(seconds)
    try:
        seconds = exact(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(_FORMS) from None
    return _bounded(seconds)


def clock(text: str) -> Fraction | None:
    """The seconds of a clock's time, "1:02.5" or "1:00:02.5"; None for any other text.

    Raises: ValueError for more than 59 minutes or seconds.
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hours, minutes, past = int(found[1] or 0), int(found[2]), exact(found[3])
    _sixty(minutes, past)
    return 3600 * hours + 60 * minutes + past


def _bounded(seconds: Fraction) -> Moment:
    if seconds < 0:
        raise ValueError("use a time of 0 or later")
    if seconds > MAX_SECONDS:
        raise ValueError("use a time within 24 hours; put a timecode into quotation marks")
    return Moment(seconds=seconds)


def _sixty(minutes: int, seconds: Fraction | int) -> None:
    if minutes >= 60 or seconds >= 60:
        raise ValueError("minutes and seconds go to 59")
