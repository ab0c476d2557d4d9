"""Who sings which line: portraits with names, names before lines, or turns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from foundation.errors import ManifestError
from foundation.names import composed, same_name
from media.samples import SAMPLE
from speech.lines import SungLine

MOST_SINGERS = 16
"""As many as a scene shows."""
FEWEST_NAMED = 2
"""Lines that begin with a name, at least, or it is taken for one of their words."""
_NAME = re.compile(r"[^\W\d][\w -]{0,63}")


@dataclass(frozen=True)
class Singer:
    """Somebody who sings.

    Attributes:
        name: the performer's, in the manifest.
        portrait: a file, or sample:NAME.
        called: what the words call them.
    """

    name: str
    portrait: str
    called: str


def cast(portraits: Sequence[str], named: Mapping[str, int], words: Path) -> list[Singer]:
    """The singers, one a portrait.

    A portrait is written as FILE or NAME=FILE; without a name it is called like its file. Names that the words have and
    no portrait goes to the portraits that are left, in order.

    Args:
        named: names that stand before lines of the words, and before how many.
        words: for messages.
    Raises: ManifestError for more names, or more portraits, than can be.
    """
    if len(portraits) > MOST_SINGERS:
        told = f"{len(portraits)} portraits are more than {MOST_SINGERS}"
        raise ManifestError(told, cure=f"name at most {MOST_SINGERS}")
    given = [_parted(written) for written in portraits]
    called: list[str | None] = [name for name, _ in given]
    known = {same_name(name or _stem(file)): number for number, (name, file) in reversed([*enumerate(given)])}
    strangers = []
    for label in named if sum(named.values()) >= FEWEST_NAMED else ():
        number = known.get(same_name(label))
        if number is None:
            strangers.append(label)
        else:
            called[number] = label
    free = [number for number, name in enumerate(called) if name is None]
    if len(strangers) > len(free):
        names = ", ".join(named)
        told = f"the words name {len(named)} singers ({names}), and {len(portraits)} portraits are given"
        cure = "give each of them a portrait: NAME=FILE; a space before the colon makes a name part of the words"
        raise ManifestError(told, file=words, cure=cure)
    for number, label in zip(free, strangers, strict=False):
        called[number] = label
    singers: list[Singer] = []
    for name, (_, file) in zip(called, given, strict=True):
        wanted = _cleaned(name or _stem(file))
        own = _unused(wanted, {singer.name.casefold() for singer in singers})
        singers.append(Singer(own, file, name if name and own == wanted else own))
    return singers


def whose(lines: Sequence[SungLine], singers: Sequence[Singer], at_once: int) -> list[SungLine]:
    """The lines, each with the names of those who sing it.

    A line without a name is sung by those of the line before. Where no line has any, singers take turns, and lines that
    come back are sung by all.

    Args:
        lines: singers as `called`.
        at_once: lines in a turn.
    """
    if len(singers) == 1:
        return [replace(line, singers=()) for line in lines]
    names = {singer.called: singer.name for singer in singers}
    sung = next((line.singers for line in lines if line.singers), ())
    if not sung:
        return _by_turns(lines, [singer.name for singer in singers], at_once)
    made = []
    for line in lines:
        sung = line.singers or sung
        made.append(replace(line, singers=tuple(names[name] for name in sung)))
    return made


def _by_turns(lines: Sequence[SungLine], names: list[str], at_once: int) -> list[SungLine]:
    heard = [" ".join(re.findall(r"\w+", line.text.casefold())) for line in lines]
    chorus = {text for text in heard if heard.count(text) > 1}
    if sum(text in chorus for text in heard) > len(heard) / 2:
        chorus = set()
    made, turn = [], 0
    for line, text in zip(lines, heard, strict=True):
        if text in chorus:
            made.append(replace(line, singers=tuple(names)))
            continue
        made.append(replace(line, singers=(names[turn // at_once % len(names)],)))
        turn += 1
    return made


def _parted(written: str) -> tuple[str | None, str]:
    """The name, if there is one, and the file."""
    name, equals, file = written.partition("=")
    if equals and file and _NAME.fullmatch(name) and not Path(written).exists():
        return name, file
    return None, written


def _stem(file: str) -> str:
    return PurePath(file.removeprefix(SAMPLE)).stem


def _cleaned(name: str) -> str:
    """A name that a manifest may have, as near as can be."""
    kept = re.sub(r"[^\w -]", "", composed(name)).lstrip(" -_0123456789").rstrip()[:60]
    return kept if _NAME.fullmatch(kept) else "singer"


def _unused(name: str, used: set[str]) -> str:
    number, made = 2, name
    while made.casefold() in used:
        made, number = f"{name}_{number}", number + 1
    return made
