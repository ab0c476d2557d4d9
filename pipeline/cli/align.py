"""align: when each word of a song is sung, written as karaoke."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foundation.atomic import check_writable
from pipeline.cli.options import Debug, Json
from pipeline.cli.written import Written, refuse_losses
from speech.languages import LANGUAGES, language_of
from speech.separate import Separate

if TYPE_CHECKING:
    from speech.alignment import Alignment
    from speech.voice import Voice

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
    from pipeline.cli.hearing import hear, told_lines
    from speech.lines import read_lines
    from speech.marks import write_marks, writer_of
    from speech.voice import read_voice

    writer_of(output)
    refuse_losses([Written(output, "the words' times", "choose another --output")], [song, words])
    check_writable(output)
    spoken_in = language_of(language)
    lines = read_lines(words, singer or (), told_lines)
    voice, found = hear(lambda report: read_voice(song, separate, report), words, lines, spoken_in, sung=not speak)
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
    from pipeline.cli.hearing import tell_heard

    tell_heard(found, voice)
    typer.echo(f"{found.found:.0%} of {len(found.lines)} lines found; written to {output}")
