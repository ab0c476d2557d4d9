"""Options that several commands share, defined once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

ManifestPath = Annotated[Path, typer.Argument(metavar="MANIFEST", help="A manifest, version 1 (YAML).")]
Work = Annotated[
    Path,
    typer.Option("--work", envvar="DUET_WORK", help="Folder for finished intermediate work; kept, and reused."),
]
Workers = Annotated[
    int,
    typer.Option("--workers", min=0, max=256, help="Tasks at once; 0 takes one for each processor.", show_default=True),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs, instead of text.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]

WORK = Path("work")


def worker_count(asked: int) -> int:
    """How many workers to start: what was asked for, or one a processor that we may use."""
    if asked:
        return asked
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on every system
        return max(1, os.cpu_count() or 1)
