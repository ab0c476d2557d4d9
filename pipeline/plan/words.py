"""Text over the picture: the task that reads lyrics and titles, and what planning learns from it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from foundation.digests import digest_of
from foundation.errors import InputError, ManifestError
from media.text.fonts import CJK_CURE, packaged_fonts
from pipeline.manifest.load import LoadedManifest
from pipeline.manifest.parts.words import Lyrics, Title
from pipeline.plan.sources import Sources
from pipeline.plan.task import FileInput, Input, Task

WORDS = "words:"
"""What the facts of the task are called among those of the probes."""
Facts = Mapping[str, Mapping[str, Any]]


def words_task(loaded: LoadedManifest, sources: Sources) -> Task | None:
    """The task, or None where a manifest has neither lyrics nor titles.

    Raises: InputError if no font is there at all.
    """
    manifest = loaded.manifest
    if manifest.lyrics is None and not manifest.titles:
        return None
    inputs = _fonts(loaded, sources)
    if not inputs:
        raise InputError("no font is installed for lyrics and titles", cure=f"pip install matplotlib, or {CJK_CURE}")
    lyrics = manifest.lyrics or Lyrics(file="")
    if manifest.lyrics is not None:
        inputs["lyrics"] = sources[lyrics.file]
    settings = {
        "size": list(manifest.output.size),
        "performers": list(manifest.performers),
        "format": Path(lyrics.file).suffix.lower(),
        "offset": str(lyrics.offset),
        "style": lyrics.model_dump(mode="json", exclude={"file", "offset"}),
        "titles": [_title(title) for title in manifest.titles],
    }
    return Task("subtitles", settings, inputs)


def _fonts(loaded: LoadedManifest, sources: Sources) -> dict[str, Input]:
    """The font files that text may use, by the names that the stages know them by."""
    own = loaded.manifest.font
    found: dict[str, Input] = {} if own is None else {"font.own": sources[own]}
    for kind, paths in packaged_fonts().items():
        found |= {f"font.{kind}{n}": FileInput(str(path), digest_of(path)) for n, path in enumerate(paths)}
    return found


def _title(title: Title) -> dict[str, Any]:
    plain = title.model_dump(mode="json")
    return plain | {
        "start": round(title.start * 1000),
        "end": round(title.end * 1000),
        "fade": round(title.fade * 1000),
    }


def edit_inputs(task: Task, facts: Facts) -> dict[str, Input]:
    """What the edit needs to draw the text."""
    return {"words": task.output, **{name: task.inputs[name] for name in facts[WORDS]["fonts"]}}


def check_length(loaded: LoadedManifest, facts: Facts, length: Fraction) -> list[str]:
    """Notices about text that begins after the end, `length` seconds.

    Raises: ManifestError for a title that is never seen.
    """
    for number, title in enumerate(loaded.manifest.titles):
        if title.start >= length:
            told = f"titles.{number} starts at {float(title.start):g} s, after the end of the video"
            raise ManifestError(
                f"{told} ({float(length):.2f} s)", cure="start it earlier, or use a longer driving clip"
            )
    last = Fraction(facts[WORDS]["last"], 1000)
    if last >= length:
        return [f"lyrics: the last line begins at {float(last):.2f} s, after the video's end ({float(length):.2f} s)"]
    return []
