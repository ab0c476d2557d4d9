"""Listening for the words of a song, as several commands do it: with a bar, and what is told of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer
from tqdm import tqdm

from foundation.errors import DuetError
from foundation.printable import printable
from speech.alignment import Alignment, align_song, check_found
from speech.languages import Language
from speech.lines import SungLine
from speech.marks import table
from speech.voice import Separate, Voice, read_voice

FEW = 0.1
"""Share of the sound that words last at least, or it is told."""


def hear(
    song: Path, words: Path, lines: Sequence[SungLine], separate: Separate, language: Language, *, sung: bool = True
) -> tuple[Voice, Alignment]:
    """The voice of a song, and when the words in it are sung.

    Args:
        words: the file that the lines are of, for messages.
    Raises: InputError as read_voice, align_song and check_found do.
    """
    form = "{desc} {percentage:3.0f}%"
    with tqdm(total=100, desc="listening", bar_format=form, file=sys.stderr, leave=False, disable=None) as bar:

        def told(share: float) -> None:
            bar.update(round(100 * share) - bar.n)

        voice = read_voice(song, separate, lambda done, of: told(0.5 * done / max(of, 1e-3)))
        try:
            found = align_song(voice, lines, language, sung=sung, report=lambda done, of: told(0.5 + done / of / 2))
            check_found(found)
        except DuetError as error:
            error.file = error.file or str(words)
            raise
    return voice, found


def told_lines(line: str) -> None:
    """Tell what of a file of words is left out."""
    typer.echo(f"note: {printable(line)}", err=True)


def tell_heard(found: Alignment, voice: Voice) -> None:
    """A row a line, and what a person should know of them."""
    if voice.told:
        typer.echo(voice.told)
    typer.echo("   start      end  sure  how                    words")
    for row in table(found.lines):
        typer.echo(row)
    for what, words in (("spelt by rule", found.by_rule), ("not said", found.unsaid)):
        if words:
            typer.echo(f"{what}: {', '.join(words)}")
    sung = sum(line.end - line.start for line in found.lines)
    if sung < FEW * voice.seconds:
        typer.echo(f"the words last {sung:.1f} s of {voice.seconds:.1f} s of sound: are they all there?")
