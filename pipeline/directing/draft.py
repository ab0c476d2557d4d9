"""The manifest that a song, its words and portraits make, as a file that a person can go on from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from foundation.atomic import replacing
from foundation.errors import InputError, ManifestError
from foundation.home import expanded
from foundation.reading import why
from media.samples import SAMPLE
from pipeline.directing.cast import Singer
from pipeline.directing.paces import Cut
from pipeline.manifest.paths import as_file
from speech.alignment import AlignedLine, Word

Data = Mapping[str, object]
MARK = "# Written by duet sing, and as it was written: "
"""Before a digest of what follows: a file that a person has changed is not written over."""
FPS = 25
TITLE_SECONDS = (0.3, 4.0)
"""When a title begins, and when it ends at the latest."""
SHORTEST_TITLE = 1.2
SHORTEST_WORD = 0.2
"""Seconds."""


@dataclass(frozen=True)
class Wishes:
    """What is asked of the video. Paths as they are given; `folder`: where the manifest will be."""

    song: str
    words: Path
    output: Path
    folder: Path
    title: str | None
    size: tuple[int, int]
    language: str
    separate: str


def draft(wishes: Wishes, singers: Sequence[Singer], cuts: Sequence[Cut] | None, begins: float) -> Data:
    """The manifest's data.

    Args:
        cuts: the scenes; None: everybody is seen for the whole song.
        begins: when the first word is sung, seconds.
    """
    folder = wishes.folder
    sings = {"language": wishes.language, "separate": wishes.separate}
    performers = {
        one.name: {"portrait": _seen_from(folder, one.portrait), "singing": dict(sings)}  # or YAML has an alias
        for one in singers
    }
    data: dict[str, object] = {
        "version": 1,
        "title": wishes.title or wishes.output.stem,
        "performers": performers,
        "audio": {"source": _seen_from(folder, wishes.song)},
        "lyrics": _seen_from(folder, str(wishes.words)),
    }
    if wishes.title:
        start, latest = TITLE_SECONDS
        end = max(min(begins, latest), start + SHORTEST_TITLE)
        place = "top" if end > begins else "bottom"  # where the words will be, unless they are there already
        data["titles"] = [{"text": wishes.title, "start": start, "end": round(end, 2), "position": place}]
    if cuts is not None:
        data["scenes"] = [_scene(cut) for cut in cuts]
    data["output"] = {"path": _seen_from(folder, str(wishes.output)), "size": list(wishes.size), "fps": FPS}
    return data


def without_words(wishes: Wishes, singers: Sequence[Singer]) -> Data:
    """The manifest's data before its words have times: whoever listens to the song for it hears the same voice."""
    data = dict(draft(wishes, singers, None, 0.0))
    del data["lyrics"]
    sings = {"language": wishes.language, "separate": wishes.separate, "words": None}
    portraits = {one.name: _seen_from(wishes.folder, one.portrait) for one in singers}
    return data | {"performers": {name: {"portrait": seen, "singing": sings} for name, seen in portraits.items()}}


def _scene(cut: Cut) -> Data:
    scene: dict[str, object] = {"start": cut.start, "layout": cut.layout, "performers": list(cut.seen)}
    if cut.layout == "picture_in_picture":
        scene["inset"] = {"corner": "top_right"}  # the words stand below
    return scene | ({"transition": {"kind": "crossfade", "seconds": cut.fade}} if cut.fade else {})


def _seen_from(folder: Path, written: str) -> str:
    """A path as the manifest has it, relative to its folder."""
    if written.startswith(SAMPLE):
        return written
    return as_file(Path(os.path.relpath(expanded(written).absolute(), folder)).as_posix())


def as_yaml(data: Data, name: str) -> str:
    """The text of a manifest; `name`: of its file."""
    body = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    return f"# Change what you like, then: duet render {name}\n{body}"


def kept_times(line: AlignedLine) -> AlignedLine:
    """The line with the times that its words came with, where they have some."""
    if not line.line.pieces:
        return line
    starts = [start for start, _ in line.line.pieces]
    ends = [*starts[1:], max(line.end, starts[-1] + SHORTEST_WORD)]
    words = (Word(text, start, end) for (start, text), end in zip(line.line.pieces, ends, strict=True))
    return replace(line, words=tuple(words))


def write_kept(path: Path, text: str) -> None:
    """Write a text file with a mark that tells whether a person has changed it.

    Raises: StageError if it cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(f"{MARK}{_digest(text)}\n{text}", encoding="utf-8")


def check_unchanged(path: Path) -> None:
    """Whether a file may be written over: there is none, or it is as `write_kept` left it.

    Raises: ManifestError if not.
    """
    try:
        head, _, text = path.read_text(encoding="utf-8").partition("\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(why(error), file=path, cure="name another --manifest") from error
    except UnicodeDecodeError:
        head, text = "", ""
    if head != MARK + _digest(text):
        cure = "render it with duet render, name another --manifest, or remove it"
        raise ManifestError("is there already, and not as duet sing wrote it", file=path, cure=cure)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
