"""batch.json: what became of every item of a batch, for people, programs and `--retry-failed`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from foundation.atomic import replacing
from foundation.errors import DuetError, InputError, ManifestError
from foundation.printable import printable
from foundation.reading import why

State = Literal["done", "failed", "unfinished"]


@dataclass
class Outcome:
    """One item's.

    Attributes:
        video: the file that was written, if one was.
        seconds: from the start of the batch until the item was over.
    """

    name: str
    portrait: str
    driving: str
    state: State = "unfinished"
    video: str | None = None
    error: DuetError | None = None
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        told = {name: value for name, value in vars(self).items() if name != "error"}
        error = None if self.error is None else self.error.to_json() | {"text": str(self.error)}
        return told | {"seconds": round(self.seconds, 2), "error": error}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Outcome:
        error = None if data["error"] is None else DuetError.from_json(data["error"])
        plain = {name: data[name] for name in ("name", "portrait", "driving", "state", "video")}
        return Outcome(**plain, error=error, seconds=float(data["seconds"]))


@dataclass
class Summary:
    """All items' outcomes, by name."""

    manifest: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def counts(self) -> Counter[State]:
        return Counter(outcome.state for outcome in self.outcomes.values())

    def unfinished(self) -> set[str]:
        """The names of the items that are not done."""
        return {name for name, outcome in self.outcomes.items() if outcome.state != "done"}

    def keep(self, names: Iterable[str]) -> None:
        """Forget the items that are not of these names."""
        named = set(names)
        self.outcomes = {name: outcome for name, outcome in self.outcomes.items() if name in named}

    def write(self, path: Path) -> None:
        """Raises: StageError if it cannot be written."""
        items = [outcome.to_json() for outcome in self.outcomes.values()]
        about = {"duet_batch": 1, "manifest": self.manifest, "counts": dict(self.counts), "items": items}
        with replacing(path, durable=True) as temporary:
            text = printable(json.dumps(about, indent=1, ensure_ascii=False))  # a name may be none in UTF-8
            temporary.write_text(text, encoding="utf-8")

    @staticmethod
    def read(path: Path) -> Summary:
        """Raises: InputError if it is not there; ManifestError if it is no batch.json."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            outcomes = [Outcome.from_json(item) for item in data["items"]]
            return Summary(data["manifest"], {outcome.name: outcome for outcome in outcomes})
        except OSError as error:
            cure = "run the batch once without --retry-failed"
            raise InputError(why(error), file=path, cure=cure) from error
        except (ValueError, KeyError, TypeError) as error:
            cure = "remove it, and run the batch without --retry-failed"
            raise ManifestError("is not a batch's summary", file=path, cure=cure) from error

    def table(self) -> Iterable[str]:
        """A line for each file that is delivered and each item that is not, and one for all."""
        for outcome in self.outcomes.values():
            if outcome.state == "done":
                yield f"video      {outcome.video}"
            if outcome.state != "done":
                yield f"{outcome.state:10} {outcome.name}  {outcome.error or ''}".rstrip()
        counts = self.counts
        told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        yield f"{len(self.outcomes)} items: {told}"
