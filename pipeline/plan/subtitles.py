"""Text over the picture: the task that reads lyrics and titles, and what planning learns from it."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

from foundation.digests import digest_of
from foundation.errors import InputError, ManifestError
from foundation.layout import Covered
from media.text.fonts import CJK_CURE, packaged_fonts
from media.text.style import LyricsStyle, TitleText
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.words import Lyrics, Title
from pipeline.manifest.schema import Manifest
from pipeline.plan.sources import Sources
from pipeline.plan.task import FileInput, Task
from stages.artifacts import File
from stages.contracts import subtitles


def subtitles_task(loaded: LoadedManifest, sources: Sources) -> Task | None:
    """The task, or None where a manifest has neither lyrics nor titles.

    Raises:
        InputError: no font is there at all.
    """
    manifest = loaded.manifest
    if manifest.lyrics is None and not manifest.titles:
        return None
    fonts = _fonts(loaded, sources)
    if not fonts:
        raise InputError("no font is installed for lyrics and titles", cure=f"pip install matplotlib, or {CJK_CURE}")
    lyrics = manifest.lyrics or Lyrics(file="")
    settings = subtitles.Settings(
        size=manifest.output.size,
        performers=tuple(manifest.performers),
        format=Path(lyrics.file).suffix.lower(),
        offset=lyrics.offset,
        style=LyricsStyle(**lyrics.model_dump(mode="json", exclude={"file", "offset"})),
        titles=tuple(_title(title) for title in manifest.titles),
    )
    read = None if manifest.lyrics is None else sources.file(lyrics.file)
    return Task.of(subtitles.CONTRACT, settings, subtitles.Inputs(lyrics=read, fonts=fonts))


def _fonts(loaded: LoadedManifest, sources: Sources) -> dict[str, File]:
    """The font files that text may use, by the names that the stages know them by."""
    own = loaded.manifest.font
    found = {} if own is None else {"own": sources.file(own)}
    for kind, paths in packaged_fonts().items():
        found |= {f"{kind}{n}": File(FileInput(str(path), digest_of(path))) for n, path in enumerate(paths)}
    return found


def _title(title: Title) -> TitleText:
    return TitleText(
        text=title.text,
        start=round(title.start * 1000),
        end=round(title.end * 1000),
        fade=round(title.fade * 1000),
        position=title.position,
        size=title.size,
        margin=title.margin,
        color=title.color,
    )


def told_of_words(loaded: LoadedManifest, told: subtitles.Facts, length: Fraction) -> list[str]:
    """Notices about lyrics that are left out, and about text that begins after the end, `length` seconds.

    Raises:
        ManifestError: a title is never seen.
    """
    for number, title in enumerate(loaded.manifest.titles):
        if title.start >= length:
            late = f"titles.{number} starts at {float(title.start):g} s, after the end of the video"
            cure = "start it earlier, or use a longer driving clip"
            raise ManifestError(f"{late} ({float(length):.2f} s)", cure=cure)
    notices, last = [f"lyrics: {note}" for note in told.notes], Fraction(told.last, 1000)
    if last >= length:
        late = f"lyrics: the last line begins at {float(last):.2f} s, after the video's end ({float(length):.2f} s)"
        notices.append(late)
    return notices


def covered_by_text(manifest: Manifest, span: tuple[Fraction, Fraction]) -> Covered:
    """How much of the frame's top and bottom text takes between two times, seconds: titles, and two rows of lyrics.

    Where the lines of an ASS file stand is its own affair.
    """
    width, height = manifest.output.size
    lyrics = manifest.lyrics
    own = lyrics is not None and Path(lyrics.file).suffix.lower() not in (".ass", ".ssa")
    texts: list[tuple[Lyrics | Title, int]] = [(lyrics, 2)] if lyrics and own else []
    shown = (title for title in manifest.titles if title.start < span[1] and title.end > span[0])
    texts += [(title, title.text.count("\n") + 1) for title in shown]
    taken = {"top": 0.0, "bottom": 0.0, "middle": 0.0}
    for text, rows in texts:
        rest = rows * text.size * min(width, height)
        taken[text.position] = max(taken[text.position], text.margin * height) + rest
    return Covered(*(min(height // 2, math.ceil(taken[edge])) for edge in ("top", "bottom")))
