"""The command line: one file a command, each registered here. Only this package prints or draws."""

from __future__ import annotations

import signal
import sys
import traceback
from typing import Annotated, Any

import typer

from foundation.errors import DuetError, Interrupted, ManifestError, StageError
from foundation.version import VERSION
from pipeline.cli import (
    animate,
    batch,
    compare,
    doctor,
    evaluate,
    export,
    inspect,
    models,
    plan,
    preview,
    render,
    report,
    schema,
    task,
    train,
    validate,
    work,
)

app = typer.Typer(
    name="duet",
    help="Portraits that sing: from one manifest to a finished video.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
COMMANDS = (
    render,
    batch,
    validate,
    preview,
    plan,
    animate,
    report,
    compare,
    evaluate,
    inspect,
    models,
    doctor,
    train,
    task,
    work,
    export,
    schema,
)
for command in COMMANDS:
    command.register(app)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"duet {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show Duet's version and leave.")
    ] = False,
) -> None:
    """What may stand before a command."""


def main() -> None:
    """Run a command and leave with the exit code of design: 0, 2, 3, 4, 5 or 130."""
    for stop in (signal.SIGINT, signal.SIGTERM):  # a farm that stops a job sends the second
        signal.signal(stop, _stopped)
    debug = "--debug" in sys.argv
    try:
        app()
    except DuetError as error:
        _fail(error, debug)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has left
        sys.exit(StageError.exit_code)
    except Exception as error:
        problem = f"unexpected {type(error).__name__}: {error}"
        _fail(StageError(problem, cure="run again with --debug and report it"), debug)


def _stopped(signum: int, frame: Any) -> None:
    raise Interrupted("stopped", cure="run the same command again to go on from what is finished")


def _fail(error: DuetError, debug: bool) -> None:
    """Print one line a mistake, without a traceback unless asked, and leave."""
    if debug:
        traceback.print_exc()
    if isinstance(error, ManifestError) and error.mistakes:
        where = f"{error.file}: " if error.file else ""
        for mistake in error.mistakes:
            typer.echo(f"error: {where}{mistake}", err=True)
    else:
        typer.echo(f"error: {error}", err=True)
    sys.exit(error.exit_code)
