"""Jobs: manifests that wait to be rendered, are rendered, or were; kept in one file, in the order in which they run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.atomic import make_folder, replacing
from foundation.errors import InputError

State = Literal["waiting", "running", "done", "checks failed", "failed", "stopped"]
MOST_JOBS = 500
MOST_AT_ONCE = 8


class Job(BaseModel):
    """A manifest that is to be rendered.

    Attributes:
        name: of the manifest, in the desk's folder.
        told: why it failed, in one line.
        spared: what is to do and what finished work spares; None until it is known.
        seconds: of work that is to do, for one worker, as finished work lets expect; None if that is not known.
        added, began, ended: ISO 8601.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    name: str
    state: State = "waiting"
    told: str = ""
    spared: str | None = None
    seconds: float | None = None
    added: str
    began: str | None = None
    ended: str | None = None

    @property
    def is_over(self) -> bool:
        return self.state not in ("waiting", "running")

    def changed(self, **changes: object) -> Job:
        """The same job, later."""
        return self.model_copy(update=changes)


class Kept(BaseModel):
    """All that a queue remembers. `held`: nothing new begins. `at_once`: how many renders share the machine."""

    model_config = ConfigDict(extra="forbid")
    held: bool = False
    at_once: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    jobs: Annotated[list[Job], Field(max_length=MOST_JOBS)] = []

    @staticmethod
    def read(path: Path) -> Kept:
        """What was written last; nothing where nothing was.

        Raises: InputError if the file is damaged.
        """
        try:
            return Kept.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return Kept()
        except (OSError, ValidationError) as error:
            raise InputError("cannot be read as a queue", file=path, cure="mend it, or move it away") from error

    def write(self, path: Path) -> None:
        """Raises: StageError if it cannot be written; what stood there is then as it was."""
        make_folder(path.parent)
        with replacing(path, durable=True) as temporary:
            temporary.write_text(self.model_dump_json(indent=1), encoding="utf-8")

    def find(self, key: str) -> Job | None:
        return next((job for job in self.jobs if job.id == key), None)


def now() -> str:
    """ISO 8601, in seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")
