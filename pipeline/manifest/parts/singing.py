"""Somebody who sings from a song and its words, instead of following a clip."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from foundation.errors import InputError
from foundation.part import Part
from media.text.lyrics import FORMATS
from pipeline.manifest.fields import SignedSeconds
from pipeline.manifest.parts.driving import DrivingField
from speech.languages import language_of

THE_AUDIO, THE_LYRICS = "audio", "lyrics"
"""In place of a file: the manifest's own sound, and its own lyrics."""
PLAIN = ".txt"
_SAID = {True: "yes", False: "no"}


def _yes_or_no(value: object) -> object:
    """YAML reads yes and no as true and false."""
    return _SAID[value] if isinstance(value, bool) else value


def _language(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError('YAML reads no as false: write "no", in quotes, for Norwegian')
    if isinstance(value, str):
        try:
            return language_of(value).code
        except InputError as error:
            raise ValueError(f"{error.problem} ({error.cure})") from None
    return value


def _text(value: object) -> object:
    if isinstance(value, bool | int | float):
        raise ValueError("YAML reads it as no text: write it in quotes")
    return value


def is_file(words: str) -> bool:
    """Whether words are written as the name of a file of them."""
    return "\n" not in words.strip() and PurePath(words.strip()).suffix.lower() in (PLAIN, *FORMATS)


Text = Annotated[str, BeforeValidator(_text), Field(min_length=1)]


class Singing(Part):
    """A performance that is made up from sound and words."""

    sound: Text = THE_AUDIO
    """audio: what `audio.source` names | a file of the same length, such as the voice alone."""
    words: Text | None = THE_LYRICS
    """lyrics: those of the manifest | a file (.lrc, .srt, .ass, .txt) | the words themselves, a line a line | null, if
    they are not known. "name: text" says whose line it is; who sings no line listens."""
    language: Annotated[str, BeforeValidator(_language)] = "en-us"
    """What the words are in; docs/song.md has the list."""
    separate: Annotated[Literal["auto", "yes", "no"], BeforeValidator(_yes_or_no)] = "auto"
    """Whether the voice is taken out of the music before it is listened to."""
    voice: Literal["sing", "speak"] = "sing"
    """Sung vowels are held, and mouths open wider."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    """Another one makes the head move otherwise; the same one makes the same picture."""
    head: Annotated[float, Field(ge=0, le=2)] = 1.0
    """How far the head turns and nods."""
    offset: SignedSeconds = Field(default=0, validate_default=True)
    """How much later (or, below 0, earlier) than its sound the mouth moves."""
    energy: Annotated[float, Field(ge=0, le=2)] = 1.0
    """How wide the mouth opens, and how strong nods and brows are."""
    mood: Literal["neutral", "happy", "sad", "angry"] = "neutral"
    """What the face says beside the words."""
    performance: DrivingField | None = None
    """A clip that head, brows and lids are taken from; the mouth still says the words."""
