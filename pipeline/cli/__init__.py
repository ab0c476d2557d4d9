"""The command line: one file a command, each named here. Only this package prints or draws."""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from foundation import limits
from foundation.errors import DuetError, InputError, ManifestError, StageError, event_of, lacking, stop
from foundation.printable import Printable, printable
from foundation.reading import why
from foundation.version import VERSION

COMMANDS = {
    "render": "Render a manifest. Finished work is kept and reused, so a stopped run goes on.",
    "batch": "Render every item of a manifest's batch section. What fails stops nothing else; finished work is reused.",
    "validate": "Check a manifest and open its media, without rendering.",
    "preview": "One picture of a manifest: faces, crops, a few animated frames, scenes. In seconds.",
    "plan": "Show what a render or a batch would do, stage by stage, and what is done already.",
    "animate": "Animate one portrait by one clip, with the clip's sound: PORTRAIT CLIP -o OUT, or the published demo's "
    "flags.",
    "live": "A portrait that moves with a camera, or a clip, as it is filmed; into a window, a file or a stream.",
    "sing": "From a song, its words and portraits to a music video; writes the manifest that it renders.",
    "align": "Find when each word of a song is sung; write LRC, SRT, ASS karaoke or TextGrid.",
    "report": "Write the report of a manifest that has been rendered, without rendering.",
    "compare": "Show two results side by side, with every measure of both; renders what is missing.",
    "evaluate": "Animate each clip's first frame by the clip, and compare it with the clip: L1, AKD, MKR, identity, "
    "SSIM, PSNR.",
    "inspect": "Show a file's streams, exact rate, rotation, colours, loudness, shots and faces.",
    "models": "List, fetch and verify the checkpoints of networks.",
    "doctor": "Show what this machine has and lacks, and what to do about it.",
    "train": "Train a network on clips. A run that was stopped goes on where it was.",
    "task": "Run one task file; what it needs must have run before, into the same work folder.",
    "work": "Look at the work folder, check it, make room in it.",
    "export": "Write a job for render farms.",
    "desk": "A page in the browser: every project of a folder written, rendered, watched and judged.",
    "schema": "Print the JSON Schema of a manifest.",
}
"""The file of each in this package has a function `run`, or an `app` of several commands."""


class Commands(TyperGroup):
    """The commands, their files imported only when they are called: all of them together take a second."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, text in COMMANDS.items():
            self.add_command(TyperCommand(name, help=text))  # what the help shows of it

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that is called, itself."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, _load(str(name)), rest


def _load(name: str) -> Any:
    module = importlib.import_module(f"pipeline.cli.{name}")
    holder = typer.Typer()
    if hasattr(module, "app"):
        holder.add_typer(module.app, name=name, help=COMMANDS[name])
    else:
        holder.command(name, help=COMMANDS[name])(module.run)
    return get_group(holder).commands[name]


app = typer.Typer(
    name="duet",
    help="Portraits that sing: from one manifest to a finished video.",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"duet {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show Duet's version and leave.")
    ] = False,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", metavar="NAME=NUMBER", help="Raise a bound on what inputs may ask for: docs/media.md."),
    ] = None,
) -> None:
    """What may stand before a command."""
    written = ",".join([os.environ.get(limits.VARIABLE, ""), *(limit or ())])
    limits.raised(written)
    os.environ[limits.VARIABLE] = written  # for workers, too


def main() -> None:
    """Run a command and leave with the exit code of design: 0, 2, 3, 4, 5, 75 or 130."""
    for each in (signal.SIGINT, signal.SIGTERM):  # a farm that stops a job sends the second
        signal.signal(each, _stopped)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup wants it
        signal.signal(signal.SIGHUP, _stopped)
    debug = "--debug" in sys.argv
    sys.stdout = Printable(sys.stdout)
    try:
        try:
            code = app(standalone_mode=False)
        finally:
            sys.stdout.flush()
    except typer.TyperException as error:
        _fail(_misused(error), debug)
    except DuetError as error:
        _fail(error, debug)
    except SystemExit as left:
        if left.code == 1:  # so click leaves when a reader has left
            _leave_unheard(BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)))
        raise
    except OSError as error:
        if error.filename is None and error.errno in _UNHEARD:
            _leave_unheard(error)
        if error.errno == errno.ENAMETOOLONG:  # asked whether such a file is there, Python up to 3.13 raises
            _fail(InputError(why(error), file=error.filename, cure="choose a shorter name"), debug)
        _fail(StageError(why(error), file=error.filename, cure="run again with --debug"), debug)
    except ModuleNotFoundError as error:
        _fail(lacking(error), debug)
    except Exception as error:
        problem = f"unexpected {type(error).__name__}: {error}"
        _fail(StageError(problem, cure="run again with --debug and report it"), debug)
    sys.exit(code if isinstance(code, int) else 0)


def _misused(error: typer.TyperException) -> ManifestError:
    """Arguments that no command takes, told as every other mistake."""
    told = error.format_message().replace("Value error, ", "").rstrip(".")
    if not told:  # a command of several, alone: its help has been shown
        sys.exit(error.exit_code)
    return ManifestError(told[0].lower() + told[1:], cure="add --help to see what can be asked for")


_UNHEARD = (errno.EPIPE, errno.ENOSPC, errno.EIO)
"""Of what is told, without a file's name: whoever reads it has left, or the disk that it goes to is full."""


def _leave_unheard(error: OSError) -> NoReturn:
    """Leave with the code of what cannot be written; without a word to those who have left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what is still kept for stdout is lost, and no reason to fail once more
    if error.errno == errno.EPIPE:
        os.dup2(nowhere, 2)
    typer.echo(f"error: what is told cannot be written: {error.strerror} (make room, or tell it elsewhere)", err=True)
    sys.exit(StageError.exit_code)


def _stopped(signum: int, frame: Any) -> None:
    raise stop()


def _fail(error: DuetError, debug: bool) -> None:
    """Print one line a mistake, without a traceback unless asked, and leave."""
    if debug:
        traceback.print_exc()
    if "--json" in sys.argv:
        with suppress(OSError):
            typer.echo(json.dumps(event_of(error), ensure_ascii=False))
    where = f"{error.file}: " if error.file else ""
    mistakes = error.mistakes if isinstance(error, ManifestError) else ()
    with suppress(OSError):  # nobody may be there to hear it
        for line in [where + mistake for mistake in mistakes] or [str(error)]:
            typer.echo(f"error: {printable(line)}", err=True)
    sys.exit(error.exit_code)
