"""Judge the result: frames, sound, picture, faces."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.times import FrameRange
from quality.row import Change, Row
from stages.artifacts import Film, Media
from stages.contract import Contract
from stages.contracts.sound import Sound
from stages.findings import Looks, Verdict, Watched


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One performer.

    Attributes:
        name: its own.
        seen: frames of the result in which it is on view and moves.
        soft: its engine's picture is as good as weights that come from elsewhere: what fails only warns.
        sings: from a song and its words.
    """

    name: str
    seen: tuple[FrameRange, ...]
    soft: bool
    sings: bool = False


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What was promised.

    Attributes:
        fps: frames a second.
        frames: how many.
        size: (width, height) in pixels.
        codec: of the picture, a name of media.ffmpeg.codecs.VIDEO.
        sound: what is heard.
        performers: in the order of the looks.
        limits: what the manifest says of measures, by name.
        enabled: look at picture, sound and faces, not at the file alone.
        soft: what fails only warns.
        passages: frames in which a scene comes in: the whole picture changes there, whoever moves.
    """

    fps: Fraction
    frames: int
    size: tuple[int, int]
    codec: str
    sound: Sound
    performers: tuple[Seen, ...]
    limits: dict[str, Change]
    enabled: bool
    soft: bool = False
    passages: tuple[FrameRange, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is judged.

    Attributes:
        video: the result.
        looks: at each performer.
        sounds: files, by the numbers that the sound's entries have for them.
        pieces: of a long result, what was decoded of it, in order; else it is decoded here.
    """

    video: Film
    looks: tuple[Looks, ...] = ()
    sounds: tuple[Media, ...] = ()
    pieces: tuple[Watched, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What holds.

    Attributes:
        checks: every one.
        failed: how many do not hold.
    """

    checks: tuple[Row, ...]
    failed: int


CONTRACT = Contract("check", Settings, Inputs, Facts, Verdict)
