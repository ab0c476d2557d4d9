"""Options for operators, that `render` and `batch` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from foundation.errors import ManifestError
from pipeline.cli.progress import Style
from pipeline.cli.runs import Running
from pipeline.executors import EXECUTORS, load_executor
from pipeline.executors.base import Circumstances
from pipeline.plan.keep import Keep
from pipeline.plan.select import Selection, numbers

ExecutorName = Annotated[
    str, typer.Option("--executor", help=f"Where tasks run: {' or '.join(EXECUTORS)}.", show_default=True)
]
Address = Annotated[str | None, typer.Option("--address", help="The cluster of --executor ray, HOST:PORT or auto.")]
Only = Annotated[
    str | None, typer.Option("--only", metavar="STAGE", help="Do this stage and what it needs; write no video.")
]
Frames = Annotated[
    str | None,
    typer.Option("--frames", metavar="A-B", help="Do the chunks that make these frames, 0-99; write no video."),
]
Part = Annotated[
    str | None, typer.Option("--part", metavar="A-B", help="Of the chosen tasks, do only these, counted from 0.")
]
OutputFolder = Annotated[
    Path | None,
    typer.Option("--output-folder", help="Write the videos into this folder instead of that of output.path."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and do nothing.")]
ProgressStyle = Annotated[
    str, typer.Option("--progress", metavar="STYLE", help=f"How progress is told: {', '.join(get_args(Style))}.")
]


def running_of(
    executor: str,
    address: str | None,
    workers: int,
    online: bool | None,
    style: str,
    *,
    keep_going: bool = False,
    keep: Keep = Keep.ALL,
) -> Running:
    """The options together; `keep_going` is as in Circumstances, `keep` as in Running.

    Raises: ManifestError for a name that is not known, or options that do not go together.
    """
    remote = load_executor(executor).remote
    if address is not None and not remote:
        raise ManifestError(f"--address: the executor {executor} has none", cure="remove it, or use --executor ray")
    styles: dict[str, Style] = {name: name for name in get_args(Style)}
    if style not in styles:
        raise ManifestError(f"--progress is {style!r}", cure=f"use one of {', '.join(styles)}")
    allowed = online if online is not None else not remote
    how = Circumstances(workers=workers, keep_going=keep_going, online=allowed, address=address)
    return Running(executor, how, styles[style], keep)


def selection_of(only: str | None, frames: str | None, part: str | None) -> Selection:
    """The options together.

    Raises: ManifestError for a range that is none.
    """
    return Selection(only, numbers(frames, "--frames"), numbers(part, "--part"))
