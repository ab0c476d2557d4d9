"""Options that several commands share, defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WORK = Path("work")
MOST_WORKERS = 1024

ManifestPath = Annotated[Path, typer.Argument(metavar="MANIFEST", help="A manifest, version 1 (YAML).")]
Work = Annotated[
    Path,
    typer.Option("--work", envvar="DUET_WORK", help="Folder for finished intermediate work; kept, and reused."),
]


def _workers(written: str | int) -> int:
    """0 for "auto"."""
    if str(written) == "auto":
        return 0
    if not str(written).isdecimal() or not 0 <= int(written) <= MOST_WORKERS:
        raise typer.BadParameter(f"write a number up to {MOST_WORKERS}, or auto")
    return int(written)


Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        parser=_workers,
        metavar="N|auto",
        help="Tasks at once; auto (or 0) takes as many as processors and free memory allow.",
        show_default="auto",
    ),
]
Online = Annotated[
    bool | None,
    typer.Option(
        "--online/--offline",
        help="Whether workers may download models that they lack.",
        show_default="online on this machine, offline on a farm",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs, instead of text.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
