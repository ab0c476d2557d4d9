"""Runs Duet's commands one after the other, each in a fork of this process, which has imported what they need.

The tests call commands by the hundred, and what most of them did longest was importing. In, a line of JSON for each:
see `Asked`. Out, a line for each: how it ended, as subprocess tells it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from dataclasses import dataclass
from typing import NoReturn

COMMANDS = ("align", "render", "animate", "batch", "plan", "preview", "report", "sing", "validate")
WITHIN = (
    "ai_edge_litert.interpreter",
    "pipeline.cli.hearing",
    "pipeline.executors.local",
    "pipeline.report.contact_sheet",
    "pipeline.report.page",
    "pipeline.report.preview_sheet",
    "scipy.signal",
)
"""What functions import when they are called."""


@dataclass(frozen=True)
class Asked:
    """A command.

    Attributes:
        arguments: as on a command line. folder: where it is called. environment: all of it.
        out, err: files for what it tells.
        alone: its tasks run in its own process; else in workers, as for users.
    """

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    out: str
    err: str
    alone: bool


def main() -> None:
    """Serve until stdin ends."""
    from stages import STAGES

    answers = os.fdopen(os.dup(1), "w")
    for name in (*(f"pipeline.cli.{command}" for command in COMMANDS), *WITHIN):
        importlib.import_module(name)
    for stage in STAGES.values():
        stage.load()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(Asked(**json.loads(line)))
        answers.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        answers.flush()


def _become(asked: Asked) -> NoReturn:
    """Be the command, and end as it ends."""
    from pipeline.cli import main as command

    code: object = 1
    try:
        for path, number in ((os.devnull, 0), (asked.out, 1), (asked.err, 2)):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
        os.chdir(asked.folder)
        os.environ.clear()
        os.environ.update(asked.environment)
        sys.argv = ["run_pipeline.py", *asked.arguments]
        if asked.alone:
            from foundation.plugins import Plugin
            from pipeline.executors import EXECUTORS

            EXECUTORS["local"] = Plugin("tests.fakes.executors:Here", version=1)
        command()
        code = 0
    except SystemExit as left:
        code = left.code or 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()
