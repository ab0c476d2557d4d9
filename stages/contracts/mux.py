"""Copy or cut, mix and level the sound, and join it to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from media.credentials.provenance import Provenance
from stages.artifacts import Edited, Film, Media
from stages.contract import Contract
from stages.contracts.sound import Sound


@dataclass(frozen=True, kw_only=True)
class Still:
    """The files of a sequence.

    Attributes:
        codec: png, tiff or exr.
        suffix: ".png".
    """

    codec: str
    suffix: str


@dataclass(frozen=True, kw_only=True)
class AudioEncode:
    """How sound is encoded.

    Attributes:
        codec: a name of media.ffmpeg.codecs.AUDIO.
        kbps: None: the codec's usual rate.
        copy: where nothing changes it, take the source's packets as they are.
        any: copy whatever it is encoded in.
    """

    codec: str
    kbps: int | None
    copy: bool
    any: bool


@dataclass(frozen=True, kw_only=True)
class Poster:
    """One frame as a picture.

    Attributes:
        suffix: ".jpg".
        at: seconds.
    """

    suffix: str
    at: Fraction


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A short silent loop.

    Attributes:
        suffix: ".gif" or ".webp".
        start: seconds.
        seconds: how long.
        width: pixels.
        fps: frames a second.
    """

    suffix: str
    start: Fraction
    seconds: float
    width: int
    fps: int


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        fps: frames a second.
        frames: how many.
        container: a name of media.ffmpeg.codecs.CONTAINERS.
        about: what the file says of itself.
        audio: how sound is encoded.
        sound: what is heard.
        still: of a sequence.
        poster: None: none.
        preview: None: none.
    """

    fps: Fraction
    frames: int
    container: str
    about: Provenance
    audio: AudioEncode
    sound: Sound
    still: Still | None = None
    poster: Poster | None = None
    preview: Loop | None = None


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        picture: without sound.
        sounds: files, by the numbers that the sound's entries have for them.
    """

    picture: Edited
    sounds: tuple[Media, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a listener's meter says of levelled sound.

    Attributes:
        integrated: LUFS.
        true_peak: dBTP.
    """

    integrated: float
    true_peak: float


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How the sound came to be.

    Attributes:
        frames: of the picture.
        sound: none, copied or encoded.
        samples: of an encoded track.
        measured: of levelled sound that is not silent.
    """

    frames: int
    sound: str
    samples: int | None = None
    measured: Measured | None = None


CONTRACT = Contract("mux", Settings, Inputs, Facts, Film)
