"""Words to phones, aligned with the voice line by line, in proportion where that fails.

Writes phones.json (see stages.findings.Phones).
"""

from __future__ import annotations

from pathlib import Path

from speech.alignment import align_song, check_found
from speech.languages import language_of
from stages.contract import Report
from stages.contracts.phones import Facts, Heard, Inputs, Settings
from stages.findings import Phones


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Align.

    Raises:
        InputError: the words cannot be said, or are not in the sound.
    """
    voice, language = inputs.voice.heard(), language_of(settings.language)
    found = align_song(voice, settings.lines, language, sung=settings.sung, report=report)
    check_found(found)
    Phones.save(out, found)
    lines = tuple(
        Heard(start=line.start, end=line.end, confidence=line.confidence, how=line.how.value, text=line.line.text)
        for line in found.lines
    )
    return Facts(lines=lines, found=found.found, by_rule=found.by_rule, unsaid=found.unsaid)
