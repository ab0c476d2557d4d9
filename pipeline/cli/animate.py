"""animate: one portrait, one clip, no manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Json, Work, Workers, worker_count
from pipeline.cli.render import SheetOption, render
from pipeline.manifest.load import LoadedManifest, validate

Portrait = Annotated[str, typer.Argument(metavar="PORTRAIT", help="A picture with a face, or sample:astronaut.")]
Clip = Annotated[str, typer.Argument(metavar="CLIP", help="A video of a face, or sample:carphone.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The video to write (.mp4).")]
Engine = Annotated[str, typer.Option("--engine", help="auto, landmark_tps or tpsmm.")]
Size = Annotated[
    tuple[int, int], typer.Option("--size", metavar="WIDTH HEIGHT", help="The video's size in pixels, even numbers.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("animate", help="Animate one portrait by one clip, with the clip's sound.")(run)


def run(
    portrait: Portrait,
    clip: Clip,
    *,
    output: Output,
    engine: Engine = "auto",
    size: Size = (1280, 720),
    work: Work = WORK,
    workers: Workers = 0,
    sheet: SheetOption = False,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    data: dict[str, Any] = {
        "version": 1,
        "title": output.stem,
        "performers": {"portrait": {"portrait": portrait, "driving": {"video": clip}, "engine": engine}},
        "output": {"path": str(output), "size": list(size)},
    }
    loaded = LoadedManifest(validate(data, Path("animate")), Path.cwd(), output.stem)
    count = worker_count(workers)
    render(loaded, output.absolute(), store_at(work), workers=count, sheet=sheet, as_json=as_json)
