"""align: when each word of a song is sung, written as karaoke."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from foundation.atomic import check_writable
from foundation.errors import DuetError
from foundation.printable import printable
from pipeline.cli.options import Debug, Json
from pipeline.cli.written import Written, refuse_losses
from speech.alignment import Alignment, align_song, check_found
from speech.languages import LANGUAGES, language_of
from speech.lines import read_lines
from speech.marks import table, write_marks, writer_of
from speech.voice import Separate, Voice, read_voice

Song = Annotated[Path, typer.Argument(metavar="SONG", help="A sound file, or a video with sound.")]
Words = Annotated[Path, typer.Argument(metavar="WORDS", help="Its words: .txt, a line a line, or .lrc, .srt, .ass.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The file: NAME.lrc, .srt, .ass or .TextGrid.")]
LanguageCode = Annotated[str, typer.Option("--language", help=f"What the words are in: {', '.join(LANGUAGES)}.")]
Apart = Annotated[Separate, typer.Option("--separate", help="Take the voice out of the music before.")]
Spoken = Annotated[bool, typer.Option("--speak", help="The words are spoken, not sung.")]
Singers = Annotated[
    list[str] | None, typer.Option("--singer", help="A name that may stand before a line: `name: text`. Repeat it.")
]


def run(
    song: Song,
    words: Words,
    *,
    output: Output,
    language: LanguageCode = "en-us",
    separate: Apart = Separate.AUTO,
    speak: Spoken = False,
    singer: Singers = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    writer_of(output)
    refuse_losses([Written(output, "the words' times", "choose another --output")], [song, words])
    check_writable(output)
    spoken_in = language_of(language)
    lines = read_lines(words, singer or (), lambda line: typer.echo(f"note: {printable(line)}", err=True))
    form = "{desc} {percentage:3.0f}%"
    with tqdm(total=100, desc="listening", bar_format=form, file=sys.stderr, leave=False, disable=None) as bar:

        def told(share: float) -> None:
            bar.update(round(100 * share) - bar.n)

        voice = read_voice(song, separate, lambda done, of: told(0.5 * done / max(of, 1e-3)))
        try:
            found = align_song(
                voice, lines, spoken_in, sung=not speak, report=lambda done, of: told(0.5 + done / of / 2)
            )
            check_found(found)
        except DuetError as error:
            error.file = error.file or str(words)
            raise
    write_marks(found, output, voice.seconds)
    if as_json:
        typer.echo(json.dumps(_about(found, voice, output), ensure_ascii=False))
    else:
        _tell(found, voice, output)


def _about(found: Alignment, voice: Voice, output: Path) -> dict[str, Any]:
    return {
        "file": str(output),
        "separated": voice.separated,
        "found": round(found.found, 3),
        "spelt_by_rule": list(found.by_rule),
        "not_said": list(found.unsaid),
        "lines": [
            {
                "start": round(line.start, 3),
                "end": round(line.end, 3),
                "confidence": round(line.confidence, 3),
                "how": line.how.value,
                "text": line.line.text,
            }
            for line in found.lines
        ],
    }


def _tell(found: Alignment, voice: Voice, output: Path) -> None:
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
    typer.echo(f"{found.found:.0%} of {len(found.lines)} lines found; written to {output}")


FEW = 0.1
"""Share of the sound that words last at least, or it is told."""
