"""A manifest's text while people change it: read, judged, and changed in one place with all else left as it stands."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from foundation.codec import Json
from foundation.errors import ManifestError
from foundation.yaml_text import YamlError, parse_yaml
from pipeline.manifest.load import refuse_network, validate_all

MOST_WRITTEN = 1_000_000
"""Characters of a text that is written here."""
MOST_CHANGED = 200_000
"""Characters of a text that a form may change: larger ones take too long, and are changed by hand."""
DEEPEST = 12
MOST_EDITS = 100
_WIDTH = 10_000
_OFFSET = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n\1( *)- ", re.MULTILINE)

Step = str | int


class Edit(BaseModel):
    """A change at one place: `path` to a field, and what stands there from now on; `remove`: nothing; `to`: what is
    there goes to that place of its list."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    path: Annotated[list[Step], Field(min_length=1, max_length=DEEPEST)]
    value: Json = None
    remove: bool = False
    to: Annotated[int, Field(ge=0)] | None = None


class Draft(BaseModel):
    """A text, and what is to be changed in it, one after the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: Annotated[str, Field(max_length=MOST_WRITTEN)]
    edits: Annotated[list[Edit], Field(max_length=MOST_EDITS)] = []


@dataclass(frozen=True)
class Mistake:
    """`path`: where, as the manifest's own messages write it; empty: nowhere in particular."""

    path: str
    text: str


@dataclass(frozen=True)
class Judged:
    """A text, what it holds (None if it is no YAML), and every mistake in it."""

    text: str
    data: Json
    mistakes: list[Mistake]


def judge(text: str, file: Path) -> Judged:
    """Read a text as the manifest of that file."""
    try:
        data = parse_yaml(text)
    except YamlError as error:
        return Judged(text, None, [Mistake("", str(error))])
    try:
        refuse_network(validate_all(data, file), file)
    except ManifestError as error:
        mistakes = [_placed(line) for line in error.mistakes] or [Mistake("", error.problem)]
        return Judged(text, data, mistakes)
    return Judged(text, data, [])


def _placed(line: str) -> Mistake:
    path, colon, told = line.partition(": ")
    return Mistake(path, told) if colon else Mistake("", line)


def changed(text: str, edits: Sequence[Edit]) -> str:
    """The text with these changes; comments, order and quotes stay.

    Raises: ManifestError if the place is not there, or the text cannot be changed without changing more.
    """
    before = _parsed(text)
    if len(text) > MOST_CHANGED:
        raise ManifestError("this text is too long for the form", cure="change it by hand")
    yaml = _yaml(text)
    try:
        tree = yaml.load(text)
        tree = {} if tree is None else tree
        for edit in edits:
            _apply(tree, edit)
        file = io.StringIO()
        yaml.dump(tree, file)
    except (YAMLError, RecursionError, NotImplementedError) as error:
        raise ManifestError(f"the form cannot change this text: {_first(error)}", cure="change it by hand") from error
    expected = {} if before is None else _unshared(before)
    for edit in edits:
        _apply(expected, edit)
    if _parsed(file.getvalue()) != expected:  # an alias, or a word that the two readers take differently
        raise ManifestError("the form cannot change this place alone", cure="change the text by hand")
    return file.getvalue()


def _unshared(value: Json) -> Json:
    """The same, with what aliases share written out at each place."""
    if isinstance(value, dict):
        return {key: _unshared(each) for key, each in value.items()}
    return [_unshared(each) for each in value] if isinstance(value, list) else value


def _parsed(text: str) -> Json:
    try:
        return parse_yaml(text)
    except YamlError as error:
        raise ManifestError(f"is not valid YAML: {error}", cure="correct the text first") from error


def _first(error: BaseException) -> str:
    return (str(getattr(error, "problem", None) or error).splitlines() or ["?"])[0]


def _yaml(text: str) -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    lists = _OFFSET.search(text)
    if lists and lists[2]:
        yaml.indent(mapping=2, sequence=2 + len(lists[2]), offset=len(lists[2]))
    return yaml


def _apply(tree: Json, edit: Edit) -> None:
    """Raises: ManifestError if there is no such place."""
    here = tree
    *above, last = edit.path
    for step in above:
        here = _below(here, step)
    if isinstance(here, list) and isinstance(last, int) and 0 <= last <= len(here):
        if edit.to is not None:
            if last == len(here):
                raise _nowhere(edit.path)
            here.insert(edit.to, here.pop(last))
        elif edit.remove:
            del here[last : last + 1]
        elif last == len(here):
            here.append(edit.value)
        else:
            here[last] = edit.value
    elif isinstance(here, dict) and isinstance(last, str):
        if edit.remove:
            here.pop(last, None)
        else:
            here[last] = edit.value
    else:
        raise _nowhere(edit.path)


def _below(here: Json, step: Step) -> Json:
    """What stands at a step; a mapping is made where nothing does."""
    if isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here):
        return here[step]
    if isinstance(here, dict) and isinstance(step, str):
        if here.get(step) is None:
            here[step] = {}
        return here[step]
    raise _nowhere([step])


def _nowhere(path: list[Step]) -> ManifestError:
    return ManifestError(f"{'.'.join(map(str, path))}: there is no such place", cure="change the text by hand")
