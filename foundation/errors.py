"""The one exception tree. Every error that a user can cause ends as one of these, in one line.

DuetError
  +-- ManifestError     exit 2   the manifest or the arguments are wrong
  +-- InputError        exit 3   a media file, a face or a checkpoint is unusable
  +-- StageError        exit 4   a stage could not do its work (disk full, encoder failed, a package is missing, a bug)
  +-- CheckError        exit 5   the result was made, and failed a quality check
  +-- Interrupted       exit 130 the user, or the farm, stopped the run

A task file whose inputs have not been made yet ends with 75 (foundation.artifacts.Spoilt): try again later.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from foundation.printable import printable

CHECK_WORK = "run `work check`, then the same command again; if it fails still, report it"
"""The cure where finished work does not hold what it should."""
CHECK_MACHINE = "see what `doctor` says, then run the same command again"
"""The cure where a library fails at what it can do elsewhere."""


class DuetError(Exception):
    """An error with everything a user needs to mend it.

    Args:
        problem: what is wrong, one sentence, no full stop needed.
        file: the file it is about.
        performer: the performer's name in the manifest.
        stage: the stage that was at work.
        cure: what to do about it, one imperative sentence.
    """

    exit_code: ClassVar[int] = 4

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        performer: str | None = None,
        stage: str | None = None,
        cure: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.file = None if file is None else str(file)
        self.performer = performer
        self.stage = stage
        self.cure = cure

    def located(
        self, *, file: str | Path | None = None, performer: str | None = None, stage: str | None = None
    ) -> DuetError:
        """The same error, with what the caller knows filled in where it was missing."""
        self.file = self.file or (None if file is None else str(file))
        self.performer = self.performer or performer
        self.stage = self.stage or stage
        return self

    def to_json(self) -> dict[str, str | None]:
        """A JSON-safe form that `from_json` turns back into the same class of error."""
        return {
            "kind": type(self).__name__,
            "problem": self.problem,
            "file": self.file,
            "performer": self.performer,
            "stage": self.stage,
            "cure": self.cure,
        }

    @staticmethod
    def from_json(data: dict[str, str | None]) -> DuetError:
        """The error that `to_json` described (a worker process hands errors over this way)."""
        kinds = {kind.__name__: kind for kind in DuetError.__subclasses__()}
        kind = kinds.get(str(data["kind"]), StageError)
        return kind(
            str(data["problem"]),
            file=data["file"],
            performer=data["performer"],
            stage=data["stage"],
            cure=data["cure"],
        )

    def __str__(self) -> str:
        where = [f"performer {self.performer}"] if self.performer else []
        where += [f"stage {self.stage}"] if self.stage else []
        head = ", ".join(where)
        text = f"{head}: " if head else ""
        text += f"{self.file}: " if self.file else ""
        text += self.problem.rstrip(".")
        text += f" ({self.cure.rstrip('.')})" if self.cure else ""
        return printable(" ".join(text.split()))


class ManifestError(DuetError):
    """The manifest or the command's arguments are wrong.

    Attributes:
        mistakes: every mistake found in one reading, a line each, where there may be several.
    """

    exit_code = 2
    mistakes: tuple[str, ...] = ()


class InputError(DuetError):
    """An input (video, picture, sound, checkpoint) cannot be used."""

    exit_code = 3


class StageError(DuetError):
    """A stage could not finish."""

    exit_code = 4


class CheckError(DuetError):
    """The result does not hold what was promised."""

    exit_code = 5


class Interrupted(DuetError):  # noqa: N818  (it is no error of anyone's)
    """The run was stopped from outside; what is finished stays finished."""

    exit_code = 130


def event_of(error: DuetError) -> dict[str, object]:
    """What `--json` tells of an error, or of a stop, on stdout."""
    event = "Stopped" if isinstance(error, Interrupted) else "Failed"
    mistakes = list(error.mistakes) if isinstance(error, ManifestError) else []
    return {"event": event, "code": error.exit_code, **error.to_json(), "text": str(error), "mistakes": mistakes}


def stop() -> Interrupted:
    """What a command ends with that is told to."""
    return Interrupted("stopped", cure="run the same command again to go on from what is finished")


def lacking(error: ModuleNotFoundError) -> StageError:
    """What a command ends with where Duet is not installed, or in part."""
    return StageError(f"the package {error.name} is missing", cure="run `make install`, then .venv/bin/duet")
