"""One render of the queue: the commands that it is made of, what it writes, how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from foundation.errors import CheckError, DuetError
from pipeline.desk.commands import Command
from pipeline.desk.folder import Folder
from pipeline.desk.live import Live
from pipeline.manifest.load import LoadedManifest, load_manifests

ENDS = {0: "done", CheckError.exit_code: "checks failed"}
"""Exit codes of renders whose result is there."""


@dataclass
class Render:
    """A render that runs. `writes`: where its results go."""

    command: Command
    writes: frozenset[Path]
    live: Live = field(default_factory=Live)


def loaded(folder: Folder, name: str) -> list[LoadedManifest]:
    """A manifest, once for each of its outputs; nothing if it has mistakes: its render tells them."""
    with suppress(DuetError):
        return load_manifests(folder.root / name, within=folder.root)
    return []


def written_by(manifests: Iterable[LoadedManifest]) -> frozenset[Path]:
    """Where a manifest's results go."""
    with suppress(DuetError):
        return frozenset(each.path(each.manifest.output.path) for each in manifests)
    return frozenset()


def arguments(folder: Folder, name: str, command: str, *more: str) -> list[str]:
    """Of a command on a manifest, kept inside the folder."""
    place = ["--work", str(folder.work), "--within", str(folder.root)]
    return [command, *place, "--json", *more, "--", str(folder.root / name)]


def spared(command: Command, code: int, lines: list[bytes]) -> tuple[str, float | None]:
    """What `plan --cost --json` has told: in words, and seconds of work for one worker."""
    try:
        told = [json.loads(line) for line in lines]
        if code == 0:
            return "; ".join(one["left"]["text"] for one in told), sum(one["seconds"] for one in told)
        return f"it cannot be planned: {command.problem(code, told[-1])}", None
    except (ValueError, KeyError, TypeError, IndexError):
        return f"it cannot be planned: {command.problem(code, None)}", None
