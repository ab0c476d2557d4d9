"""Listening for the words of a song, as several commands do it: with a bar, and what is said of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import typer
from tqdm import tqdm

from foundation.artifacts import ArtifactStore
from foundation.errors import DuetError
from foundation.printable import printable
from pipeline.cli.job import plan_job
from pipeline.cli.runs import Running, make_and_use
from pipeline.manifest.load import LoadedManifest
from pipeline.plan.singing import UNSEPARATED
from speech.alignment import Alignment, align_song, check_found
from speech.languages import Language
from speech.lines import SungLine
from speech.marks import table
from speech.voice import Report, Voice
from stages.contracts.voice import CONTRACT
from stages.findings import Voice as Kept

FEW = 0.1
"""Share of the sound that words last at least, or it is told."""


def sung_voice(loaded: LoadedManifest, store: ArtifactStore, running: Running) -> Voice:
    """The voice of the song that a manifest's singers sing to, as its render makes it, and finds it then.

    Raises: DuetError.
    """
    plan = plan_job(loaded, store)
    task = next(task for task in plan.graph if task.stage == CONTRACT.stage)

    def heard() -> Voice:
        return Kept(task.output, store.need(task.stage, task.key).folder).heard()

    voice = make_and_use(plan.graph, [task.key], store, running, heard)
    return replace(voice, told=UNSEPARATED if UNSEPARATED in plan.notices else None)


def hear(
    read: Callable[[Report], Voice], words: Path, lines: Sequence[SungLine], language: Language, *, sung: bool = True
) -> tuple[Voice, Alignment]:
    """The voice of a song, and when the words in it are sung.

    Args:
        read: gives the voice.
        words: the file that the lines are of, for messages.
    Raises: InputError as `read`, align_song and check_found do.
    """
    form = "{desc} {percentage:3.0f}%"
    with tqdm(total=100, desc="listening", bar_format=form, file=sys.stderr, leave=False, disable=None) as bar:

        def told(share: float) -> None:
            bar.update(round(100 * share) - bar.n)

        voice = read(lambda done, of: told(0.5 * done / max(of, 1e-3)))
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
