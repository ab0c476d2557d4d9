"""What a stage takes: files of the user's and finished work of other stages, by what they hold.

One class a kind of thing, the same in the plan, where it refers to what will be there, and in the stage, where it lies
on the disk. So the plan cannot hand a stage what it does not know how to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from foundation.codec import Json
from foundation.label import is_sha256

I = TypeVar("I")  # noqa: E741  (inputs)


@dataclass(frozen=True)
class FileInput:
    """A file of the user's. `digest`: sha256 of its bytes."""

    path: str
    digest: str

    def to_json(self) -> dict[str, str]:
        return {"file": self.path, "sha256": self.digest}


@dataclass(frozen=True)
class TaskInput:
    """Another task's artifact; `file`: the one file of it that is meant, None for the folder."""

    stage: str
    key: str
    file: str | None = None

    @property
    def digest(self) -> str:
        return "/".join([self.stage, self.key, *([self.file] if self.file else [])])

    def to_json(self) -> dict[str, str]:
        file = {} if self.file is None else {"file_in": self.file}
        return {"stage": self.stage, "key": self.key} | file


Input = FileInput | TaskInput


class Handle:
    """Something that a stage reads.

    Attributes:
        given: where it comes from.
    """

    __slots__ = ("_place", "given")

    def __init__(self, given: Input, place: Path | None = None) -> None:
        self.given = given
        self._place = place

    @property
    def path(self) -> Path:
        """Where it lies.

        Raises:
            RuntimeError: it is planned, and nobody has looked yet where it is.
        """
        if self._place is None:
            raise RuntimeError(f"{type(self).__name__} is planned, not found")
        return self._place

    @property
    def key(self) -> str:
        """Of the task that makes it.

        Raises:
            RuntimeError: it is a file of the user's.
        """
        return self._made.key

    @property
    def stage(self) -> str:
        """Of the task that makes it.

        Raises:
            RuntimeError: it is a file of the user's.
        """
        return self._made.stage

    @property
    def _made(self) -> TaskInput:
        if not isinstance(self.given, TaskInput):
            raise RuntimeError(f"no task makes {self}")
        return self.given

    def found(self, place: Path) -> Self:
        """The same, with the place where it lies."""
        return type(self)(self.given, place)

    @classmethod
    def at(cls, place: Path) -> Self:
        """One that lies somewhere, planned by nobody: for those who call a stage by hand."""
        return cls(FileInput(str(place), ""), place)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.given == other.given

    def __hash__(self) -> int:
        return hash((type(self), self.given))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.given})"


def handles(inputs: object) -> Iterator[tuple[str, Handle]]:
    """Every handle among a stage's inputs, with a name: "crop", "chunks.3", "files.config"."""
    for field in fields(cast(Any, inputs)):
        yield from _handles(field.name, getattr(inputs, field.name))


def _handles(name: str, value: object) -> Iterator[tuple[str, Handle]]:
    if isinstance(value, Handle):
        yield name, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from _handles(f"{name}.{number}", each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _handles(f"{name}.{key}", each)


def located(inputs: I, place: Callable[[Input], Path]) -> I:
    """A stage's inputs with each handle found by `place`."""
    values = {field.name: _located(getattr(inputs, field.name), place) for field in fields(cast(Any, inputs))}
    return cast(I, replace(cast(Any, inputs), **values))


def _located(value: Any, place: Callable[[Input], Path]) -> Any:
    if isinstance(value, Handle):
        return value.found(place(value.given))
    if isinstance(value, tuple):
        return tuple(_located(each, place) for each in value)
    if isinstance(value, Mapping):
        return {key: _located(each, place) for key, each in value.items()}
    return value


def write_handle(value: object) -> Json:
    """A handle in a task file."""
    if isinstance(value, Handle):
        return value.given.to_json()
    raise TypeError(f"{type(value).__name__} is nothing that a stage takes")


def write_digest(value: object) -> Json:
    """A handle in what a key is made of: what it holds, not where it lies."""
    if isinstance(value, Handle):
        return value.given.digest
    raise TypeError(f"{type(value).__name__} is nothing that a stage takes")


def read_handle(kind: type, data: Json) -> Handle:
    """The handle of class `kind` that `write_handle` wrote.

    Raises:
        ValueError: it is none.
    """
    if not issubclass(kind, Handle) or not isinstance(data, dict):
        raise ValueError(f"{kind.__name__} expected")
    return kind(read_input(data))


def read_input(data: Mapping[str, Json]) -> Input:
    """What `to_json` of an input wrote.

    Raises:
        ValueError: it is none, or would lead out of the work folder.
    """
    if set(data) == {"file", "sha256"}:
        return FileInput(str(data["file"]), _hex(str(data["sha256"])))
    if not {"stage", "key"} <= set(data) <= {"stage", "key", "file_in"}:
        raise ValueError("an input is {file, sha256} or {stage, key, file_in}")
    return TaskInput(
        _plain(str(data["stage"])), _hex(str(data["key"])), data.get("file_in") and _plain(data["file_in"])
    )


def _plain(name: str) -> str:
    """A name becomes part of a path, so it must not lead out of the folder."""
    if Path(name).name != name or name == "..":
        raise ValueError(f"{name!r} is no plain file name")
    return name


def _hex(key: str) -> str:
    """A key becomes a path, so it must be one."""
    if not is_sha256(key):
        raise ValueError("a key or sha256 has 64 hexadecimal digits")
    return key
