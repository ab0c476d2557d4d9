"""task: run one task file, a farm's unit of work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from foundation.errors import InputError, ManifestError
from foundation.notices import notices_told
from foundation.reading import why
from media.files.checks import check_file
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Json, Online, Work
from pipeline.executors.run_task import run_task
from pipeline.executors.worker import Place, settle
from pipeline.plan.task import Task
from pipeline.report.verdict import verdict_of
from stages.contracts import check

TaskFile = Annotated[Path, typer.Argument(metavar="FILE", help="A task file, written by `plan --tasks FOLDER`.")]


def run(
    file: TaskFile, *, work: Work = WORK, online: Online = None, as_json: Json = False, debug: Debug = False
) -> None:
    check_file(file)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(why(error), file=file, cure="name a file of `plan --tasks`") from error
    except ValueError as error:
        raise ManifestError("is not JSON", file=file, cure="name a file of `plan --tasks`") from error
    task = Task.from_json(data, file)
    # a farm's machines have a model, or they say so: a thousand of them do not fetch it from its publisher at once
    store = settle(Place(str(store_at(work).root), devices=None, online=bool(online)))
    with notices_told(lambda text: typer.echo(text, err=True)):
        made = run_task(task, store, _silent)
    if as_json:
        told = {"key": task.key, "folder": str(made.folder), "facts": dict(made.facts)}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(str(made.folder))
    if task.stage == check.CONTRACT.stage:
        verdict_of(check.CONTRACT.output(task.output), store).refuse(made.folder)


def _silent(done: int, total: int) -> None:
    """A farm's log has no use for a bar."""
