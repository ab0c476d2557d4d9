"""Words to phones, in time with a voice."""

from __future__ import annotations

from dataclasses import dataclass

from speech.lines import SungLine
from stages.contract import Contract
from stages.findings import Phones, Voice


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        lines: of the song; times in seconds of the voice.
        language: its code in speech.languages.
        sung: vowels are held.
    """

    lines: tuple[SungLine, ...]
    language: str
    sung: bool


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        voice: that says the words.
    """

    voice: Voice


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One line.

    Attributes:
        start: seconds of the voice.
        end: seconds of the voice.
        confidence: 0..1 that its words are there.
        how: its times were come by.
        text: its words.
    """

    start: float
    end: float
    confidence: float
    how: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was found.

    Attributes:
        lines: all, in their order.
        found: share of them whose words were found in the sound.
        by_rule: words that no dictionary has, spelt by rule.
        unsaid: words that nothing can say.
    """

    lines: tuple[Heard, ...]
    found: float
    by_rule: tuple[str, ...]
    unsaid: tuple[str, ...]


CONTRACT = Contract("phones", Settings, Inputs, Facts, Phones)
