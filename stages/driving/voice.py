"""One voice out of a song: 16 kHz, one channel, freed of music where there is any.

Writes voice.npy and voice.json (see stages.findings.Voice).
"""

from __future__ import annotations

from pathlib import Path

from speech.separate import Separate
from speech.voice import Part, read_voice
from stages.contract import Report
from stages.contracts.voice import Facts, Inputs, Settings
from stages.findings import Voice


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Listen.

    Raises:
        InputError: there is no sound, or too much, or nobody is heard in it.
    """
    part = Part(settings.stream, settings.start, settings.length)
    voice = read_voice(
        inputs.sound.sound, Separate(settings.separate), lambda done, of: report(round(done), round(of)), part
    )
    Voice.save(out, voice)
    return Facts(seconds=voice.seconds, separated=voice.separated)
