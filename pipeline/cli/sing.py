"""sing: from a song, its words and portraits to a music video, and the manifest of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foundation.atomic import check_writable, make_folder
from foundation.errors import ManifestError
from foundation.home import expanded
from media.files.checks import check_file
from media.samples import SAMPLE, sample_path
from pipeline.cli.job import store_at
from pipeline.cli.keeping import KeepOption
from pipeline.cli.options import WORK, Debug, Json, Online, Work, Workers
from pipeline.cli.render import ReportOption, SheetOption, render, short
from pipeline.cli.runs import Running
from pipeline.cli.written import Written, refuse_losses
from pipeline.directing.cast import Singer, cast, whose
from pipeline.directing.paces import PACES, Cut, Pace, Style
from pipeline.executors.base import Circumstances
from pipeline.manifest.load import LoadedManifest, load_manifest, validate
from pipeline.plan.keep import Keep
from speech.languages import LANGUAGES, language_of
from speech.lines import names_in, read_lines
from speech.separate import Separate

if TYPE_CHECKING:
    from speech.alignment import Alignment

SIZE = (1280, 720)
WORDS = "_words.lrc"
"""What the file of the words' times is named after the manifest."""

Song = Annotated[str, typer.Argument(metavar="SONG", help="A sound file, a video with sound, or sample:song.")]
Portraits = Annotated[
    list[str],
    typer.Argument(
        metavar="PORTRAIT...", help="A picture or video with a face for each singer: FILE, NAME=FILE, or sample:NAME."
    ),
]
Words = Annotated[
    Path,
    typer.Option("--words", help='Its words: .txt, a line a line, or .lrc, .srt, .ass; "name: ..." says who sings.'),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="The video to write (.mp4).")]
ManifestFile = Annotated[
    Path | None, typer.Option("--manifest", help="The manifest to write.", show_default="named like the video")
]
Title = Annotated[str | None, typer.Option("--title", help="Shown at the beginning.")]
Size = Annotated[
    tuple[int, int], typer.Option("--size", metavar="WIDTH HEIGHT", help="The video's, in pixels: even numbers.")
]
LanguageCode = Annotated[str, typer.Option("--language", help=f"What the words are in: {', '.join(LANGUAGES)}.")]
Apart = Annotated[Separate, typer.Option("--separate", help="Take the voice out of the music to listen to it.")]
StyleName = Annotated[
    Style,
    typer.Option(
        "--style", help="lively: cut line by line; calm: seldom, softly; together: all singers, all the time."
    ),
]
RenderOption = Annotated[bool, typer.Option("--render/--no-render", help="Whether the manifest is rendered.")]


def run(
    song: Song,
    portraits: Portraits,
    *,
    words: Words,
    output: Output,
    manifest: ManifestFile = None,
    title: Title = None,
    size: Size = SIZE,
    language: LanguageCode = "en-us",
    separate: Apart = Separate.AUTO,
    style: StyleName = Style.LIVELY,
    render_it: RenderOption = True,
    work: Work = WORK,
    workers: Workers = 0,
    keep: KeepOption = Keep.SOURCES,
    online: Online = None,
    sheet: SheetOption = True,
    report: ReportOption = True,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    from pipeline.cli.hearing import hear, sung_voice, tell_heard, told_lines
    from pipeline.directing.draft import Wishes, as_yaml, draft, without_words, write_kept
    from speech.marks import as_lrc

    spoken_in = language_of(language)
    singers = cast(portraits, names_in(words), words)
    lines = read_lines(words, [singer.called for singer in singers], told_lines)
    target = manifest or output.with_suffix(".yaml")
    timed = target.with_name(target.stem + WORDS)
    sound, pictures = _file(song), [_file(singer.portrait) for singer in singers]
    for path in (sound, *pictures):
        check_file(path)
    _check_places(output, target, timed, [sound, words, *pictures])
    wishes = Wishes(song, timed, output, target.absolute().parent, title, size, spoken_in.code, separate.value)
    validate(draft(wishes, singers, None, 0.0), target)  # what is wrong with it is reported before the work
    how = Circumstances(workers=workers, online=online is not False)
    store, running = store_at(work), Running("local", how, "json" if as_json else "auto", keep)

    wordless = LoadedManifest(validate(without_words(wishes, singers), target), wishes.folder, target.stem, target)
    voice, found = hear(lambda report: sung_voice(wordless, store, running), words, lines, spoken_in)
    found = _directed(found, singers, PACES[style].at_once)
    cuts = _cuts(sound, found, singers, PACES[style], upright=size[1] > size[0])
    make_folder(wishes.folder)
    write_kept(timed, as_lrc(found))
    write_kept(target, as_yaml(draft(wishes, singers, cuts, min(line.start for line in found.lines)), target.name))
    if as_json:
        typer.echo(json.dumps({"event": "Written", "manifest": str(target), "words": str(timed)}, ensure_ascii=False))
    else:
        tell_heard(found, voice)
        typer.echo(f"written: {short(target.absolute())} and {short(timed.absolute())}, to go on from")
    if render_it:
        render([load_manifest(target)], store, running, sheet=sheet, report=report)


def _file(written: str) -> Path:
    """The file that a name on the command line means.

    Raises: DuetError for a sample that is none, and a home folder that is nobody's.
    """
    if written.startswith(SAMPLE):
        return sample_path(written.removeprefix(SAMPLE))
    try:
        return expanded(written)
    except ValueError as error:
        raise ManifestError(str(error), cure="write the whole path") from error


def _check_places(output: Path, target: Path, timed: Path, reads: list[Path]) -> None:
    """Whether all can be written, and nothing is lost by it.

    Raises: DuetError.
    """
    from pipeline.directing.draft import check_unchanged

    refuse_losses(
        [
            Written(output, "the video", "choose another --output"),
            Written(target, "the manifest", "choose another --manifest"),
            Written(timed, "the words' times", "choose another --manifest"),
        ],
        reads,
    )
    for path in (target, timed):
        check_writable(path, making=True)
        check_unchanged(path)


def _directed(found: Alignment, singers: Sequence[Singer], at_once: int) -> Alignment:
    """The lines with those who sing them; words that came with times keep these."""
    from pipeline.directing.draft import kept_times

    own = whose([line.line for line in found.lines], singers, at_once)
    lines = (replace(kept_times(line), line=each) for line, each in zip(found.lines, own, strict=True))
    return replace(found, lines=tuple(lines))


def _cuts(
    sound: Path, found: Alignment, singers: Sequence[Singer], pace: Pace, *, upright: bool
) -> Sequence[Cut] | None:
    """The scenes; None where all are seen all the time."""
    if not pace.cuts or len(singers) == 1:
        return None
    from media.sound.at_rate import sound_at
    from pipeline.directing.scenes import Music, cut_scenes
    from speech.beats import RATE, find_beats, listen
    from speech.loudness import STEP

    heard = listen(piece[:, 0] for piece in sound_at(sound, rate=RATE, channels=1))
    beats = find_beats(heard)
    if beats is None:
        typer.echo("note: no beat is found in the music: scenes are cut where lines end", err=True)
    music = Music(len(heard.level) * STEP, heard.level, beats)
    return cut_scenes(found.lines, music, [singer.name for singer in singers], pace, upright=upright)
