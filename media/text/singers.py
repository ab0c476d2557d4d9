"""Who sings a line: names that stand before it, as people write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from foundation.errors import InputError
from foundation.names import same_name

EVERYONE = ("all", "both", "everyone", "everybody", "together", "合", "男女")
"""Before a line, in any case, instead of names."""
_NAMED = re.compile(r"\s*(?:[-\u2013\u2014]\s*)?([^:\uff1a\n]{1,200})([:\uff1a])(\s*)(.*)")  # \uff1a: of Chinese text
_TOGETHER = re.compile(r"\s*(?:,|&|\+|/|、|和|\s(?:and|AND|And)\s)\s*")
_LABEL = re.compile(r"[^\W\d_][\w.'\u2019-]*(?: [^\W_][\w.'\u2019-]*){0,2}")
SECTIONS = (
    "chorus", "verse", "bridge", "intro", "outro", "refrain", "hook", "pre-chorus", "prechorus", "interlude", "coda",
    "solo", "break", "instrumental",
)  # fmt: skip
"""Parts of a song, which people write before lines, too."""
_PARTS = ("男", "女")
"""Man, woman: what duets in Chinese have before their lines."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Singers:
    """Takes the names off lines.

    Attributes:
        performers: whose names count, in any case.
        file: that the lines are of, for messages.
        told: hears of names that are nobody's.
    """

    performers: Sequence[str]
    file: Path
    told: Told = field(default=lambda line: None)

    def before(self, text: str, where: str) -> tuple[str, tuple[str, ...]]:
        """A line without the names before it, and who they are; () where none is named.

        Of a line of several rows, each may have names of its own. A name is followed by a colon, in Chinese text by its
        wide one; a dash before it belongs to it. What looks like one ("Chorus: ...", every word with a capital) and is
        no performer's is taken off, with a notice; with a space before the colon it belongs to the text.

        Args:
            where: which line of the file it is, for messages.
        Raises: InputError for what is nearly a performer's name.
        """
        rows = [self._row(row, where) for row in text.split("\n")]
        singers = dict.fromkeys(name for _, names in rows for name in names)
        return "\n".join(row for row, _ in rows), tuple(singers)

    def _row(self, row: str, where: str) -> tuple[str, tuple[str, ...]]:
        found = _NAMED.fullmatch(row)
        if found is None:
            return row, ()
        written, colon, space, rest = found.groups()
        if whole := self.known(written.strip()):
            return rest, whole
        parts = [part for part in _TOGETHER.split(written.strip()) if part]
        known = [self.known(part) for part in parts]
        if parts and all(known):
            return rest, tuple(dict.fromkeys(name for names in known for name in names))
        strangers = [part for part, names in zip(parts, known, strict=True) if not names]
        for stranger in strangers:
            self._refuse_misspelt(stranger, where)
        if not all(map(_is_label, strangers)) or not _apart(written, colon, space, rest):
            return row, ()
        cure = f"performers: {', '.join(self.performers)}; " if self.performers else ""
        self.told(
            f"{where} begins with {', '.join(strangers)}, who is no performer: it is not shown ({cure}"
            "a space before the colon makes it part of the text)"
        )
        return rest, tuple(dict.fromkeys(name for names in known for name in names))

    def known(self, name: str) -> tuple[str, ...]:
        """Who is meant; () for nobody's name."""
        if name in self.performers:
            return (name,)
        folded = same_name(name)
        same = tuple(each for each in self.performers if same_name(each) == folded)
        if len(same) == 1:
            return same
        return tuple(self.performers) if folded in EVERYONE else ()

    def _refuse_misspelt(self, name: str, where: str) -> None:
        """Raises: InputError for what is nearly a performer's name."""
        folded = {same_name(each): each for each in self.performers}
        close = difflib.get_close_matches(same_name(name), folded, n=1, cutoff=0.8)
        if close and " " not in same_name(name).replace(close[0], ""):
            told = f"{where} is sung by {name!r}, who is no performer"
            cure = f"did you mean {folded[close[0]]}? (performers: {', '.join(self.performers)})"
            raise InputError(told, file=self.file, cure=cure)


def _apart(written: str, colon: str, space: str, rest: str) -> bool:
    """Whether a colon stands as after a name: nothing before it, and after it a space, or nothing, or it is wide."""
    return written == written.rstrip() and bool(space or not rest or colon != ":")


def _is_label(written: str) -> bool:
    """Whether it looks like a name before a line, not like the beginning of a sentence."""
    if written in _PARTS:
        return True
    return bool(_LABEL.fullmatch(written)) and all(word[0].isupper() or word[0].isdigit() for word in written.split())


def names_before(rows: Iterable[str]) -> dict[str, int]:
    """Names that stand before rows, as far as they look like some, in order, and before how many rows.

    "all" and its like, and parts of a song ("Chorus 2: ..."), are none.
    """
    counts: dict[str, int] = {}
    for row in rows:
        found = _NAMED.fullmatch(row)
        if found is None:
            continue
        written, colon, space, rest = found.groups()
        parts = [part for part in _TOGETHER.split(written.strip()) if part]
        if not all(map(_is_label, parts)) or not _apart(written, colon, space, rest):
            continue
        for part in parts:
            if part.casefold() not in EVERYONE and part.split()[0].casefold() not in SECTIONS:
                known = next((name for name in counts if same_name(name) == same_name(part)), part)
                counts[known] = counts.get(known, 0) + 1
    return counts
