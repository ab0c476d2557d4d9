"""Options that several commands share, defined once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from foundation.errors import ManifestError
from foundation.times import rate
from media.files.numbered import is_pattern

WORK = Path("work")
MOST_WORKERS = 1024

ManifestPath = Annotated[Path, typer.Argument(metavar="MANIFEST", help="A manifest, version 1 (YAML).")]
Work = Annotated[
    Path,
    typer.Option("--work", envvar="DUET_WORK", help="Folder for finished intermediate work; kept, and reused."),
]
Within = Annotated[
    Path | None,
    typer.Option(
        "--within", metavar="DIR", help="Refuse a manifest that reads or writes outside of DIR, or asks the network."
    ),
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


def _rate(written: str) -> Fraction:
    try:
        return rate(written)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise typer.BadParameter("write frames a second as 25, 29.97 or 30000/1001, at most 1000") from None


Fps = Annotated[
    Fraction | None,
    typer.Option("--fps", parser=_rate, metavar="RATE", help="Pictures a second, of numbered pictures: 25, 29.97, ..."),
]


def are_numbered(media: str, fps: Fraction | None) -> bool:
    """Whether this names numbered pictures.

    Raises: ManifestError if they are given no rate, or something else is given one.
    """
    numbered = is_pattern(media) and not Path(media).exists()
    if numbered and fps is None:
        told = "numbered pictures have no rate of their own"
        raise ManifestError(told, file=media, cure="add --fps, such as --fps 25")
    if fps is not None and not numbered:
        told = "--fps is for numbered pictures, such as shot_%04d.png, and this is none"
        raise ManifestError(told, file=media, cure="leave it out: a video has a rate of its own")
    return numbered


Online = Annotated[
    bool | None,
    typer.Option(
        "--online/--offline",
        help="Whether workers may download models that they lack, and signing may ask a time-stamping service.",
        show_default="online on this machine, offline on a farm",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON, for programs, instead of text.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
