"""Names of files to be written: what their endings mean, and where a sequence's number stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from pydantic.json_schema import JsonSchemaValue

from media.ffmpeg.codecs import CONTAINERS, SEQUENCE, VIDEO, container_of
from media.samples import SAMPLE

NUMBER = re.compile(r"%(0?[1-9]?)d")
_STILLS = [suffix for codec in VIDEO.values() for suffix in codec.suffixes]
_FILMS = [f".{name}" for name in CONTAINERS if name != SEQUENCE]
DELIVERED = (*_FILMS, *_STILLS)
NO_SONG = ("driving", "none", "sample:vocals")
"""What audio.source may say without naming a song."""
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
PREVIEWS = (".gif", ".webp")


@dataclass(frozen=True)
class SequenceName:
    """A sequence's file names: what stands before the number, how wide the number is, what stands after it."""

    before: str
    digits: int
    after: str

    def file(self, number: int) -> str:
        return f"{self.before}{number:0{self.digits}d}{self.after}"

    @property
    def stem(self) -> str:
        """What the files have in common, for the sound beside them: "shot" of "shot_%04d.exr"."""
        return self.before.rstrip("_-. ") or self.after.rpartition(".")[0].strip("_-. ") or "sound"


def sequence_name(name: str) -> SequenceName:
    """The parts of "shot_%04d.exr".

    Raises: ValueError if there is not one place for the number.
    """
    found = list(NUMBER.finditer(name))
    if len(found) != 1:
        raise ValueError("write one place for the number in the name, such as shot_%04d.exr")
    digits = found[0].group(1)
    return SequenceName(name[: found[0].start()], int(digits or 0), name[found[0].end() :])


def as_file(path: str) -> str:
    """The path of a file as a manifest has it: one that would mean something else begins with `./`."""
    return f"./{path}" if path.startswith(("~", SAMPLE)) or path in NO_SONG else path


def delivered_path(path: str) -> str:
    """Raises: ValueError if nothing can be written under such a name."""
    name = PurePath(path).name
    container = container_of(PurePath(name).suffix)
    if container is None:
        raise ValueError(f"end it in {', '.join(_FILMS)}, or, for a sequence, in {', '.join(_STILLS)}")
    if container == SEQUENCE:
        sequence_name(name)
        if NUMBER.search(str(PurePath(path).parent)):
            raise ValueError("put the number into the file's name, not into a folder's")
    return path


def ending_in(endings: tuple[str, ...]) -> JsonSchemaValue:
    """The JSON Schema of a file's name with one of these endings, in any case."""
    letters = ("".join(f"[{each.lower()}{each.upper()}]" for each in ending[1:]) for ending in endings)
    return {"type": "string", "pattern": rf"\.({'|'.join(letters)})$"}


def picture_path(path: str) -> str:
    """Raises: ValueError if it is no name for a poster."""
    return _ending(path, PICTURES)


def preview_path(path: str) -> str:
    """Raises: ValueError if it is no name for a preview."""
    return _ending(path, PREVIEWS)


def _ending(path: str, endings: tuple[str, ...]) -> str:
    if PurePath(path).suffix.lower() not in endings:
        raise ValueError(f"end it in {' or '.join(endings)}")
    return path
