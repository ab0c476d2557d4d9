"""What people say of a version: notes, tied to frames and, where wanted, to a region of the picture."""

from __future__ import annotations

import json
import secrets
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from foundation.atomic import replacing
from foundation.errors import InputError, ManifestError

FILE = "notes.json"
MOST = 2000
_WRITING = threading.Lock()

Part = Annotated[float, Field(ge=0, le=1)]


class Draft(BaseModel):
    """A note as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    frame: Annotated[int, Field(ge=0)]
    """The frame, or the first of several."""
    last: Annotated[int, Field(ge=0)] | None = None
    """The last of several; None: `frame` alone."""
    region: tuple[Part, Part, Part, Part] | None = None
    """Left, top, width and height, in parts of the picture; None: all of it."""
    text: Annotated[str, Field(min_length=1, max_length=4000)]
    author: Annotated[str, Field(max_length=80)] = ""


class Note(Draft):
    """A note that is kept. `made`: when, ISO 8601."""

    id: str
    state: Literal["open", "done"] = "open"
    made: str


class Change(BaseModel):
    """What is said of a note afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    state: Literal["open", "done"]


_ALL = TypeAdapter(list[Note])


class Notes:
    """Those of one version, in its folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def all(self) -> list[Note]:
        """In the order of their frames.

        Raises: InputError if the file is damaged.
        """
        try:
            found = _ALL.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            raise InputError("cannot be read as notes", file=self._path, cure="mend it, or move it away") from error
        return sorted(found, key=lambda note: (note.frame, note.made))

    def add(self, draft: Draft) -> Note:
        """Raises: ManifestError if there are too many; as `all`."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        note = Note(**draft.model_dump(), id=secrets.token_hex(6), made=made)
        with _WRITING:
            kept = self.all()
            if len(kept) >= MOST:
                raise ManifestError(f"a version takes {MOST} notes", cure="remove some")
            self._write([*kept, note])
        return note

    def change(self, key: str, change: Change) -> Note | None:
        """The note as it is now; None if there is none."""
        with _WRITING:
            kept = {note.id: note for note in self.all()}
            if key in kept:
                kept[key] = kept[key].model_copy(update=change.model_dump())
                self._write(list(kept.values()))
            return kept.get(key)

    def remove(self, key: str) -> bool:
        """Whether there was one."""
        with _WRITING:
            kept = self.all()
            rest = [note for note in kept if note.id != key]
            self._write(rest)
            return len(rest) < len(kept)

    def _write(self, notes: list[Note]) -> None:
        with replacing(self._path, durable=True) as temporary:
            text = json.dumps([note.model_dump() for note in notes], ensure_ascii=False, indent=1)
            temporary.write_text(text, encoding="utf-8")
