"""desk: a page in the browser where music videos are rendered, watched and judged."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from foundation.errors import InputError, Interrupted, StageError
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Work

LIBRARIES = {"fastapi", "starlette", "uvicorn", "jinja2", "python_multipart", "ruamel"}

Shown = Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Every manifest below it is shown, and nothing else.")]
Host = Annotated[str, typer.Option("--host", help="Where to listen; where others reach it, with --token.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes one that is free.")]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="DUET_DESK_TOKEN", help="What lets people in: 16 characters or more."),
]


def run(
    folder: Shown = Path(),
    *,
    port: Port = 8765,
    host: Host = "127.0.0.1",
    token: Token = None,
    work: Work = WORK,
    debug: Debug = False,
) -> None:
    try:
        import uvicorn  # optional, as all that follows

        from pipeline.desk.app import desk
        from pipeline.desk.folder import Folder
        from pipeline.desk.projects import Projects
        from pipeline.desk.queue import Queue
        from pipeline.desk.security import Access, address
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in LIBRARIES:
            raise
        told = f"the desk needs {error.name}, which is not installed"
        raise StageError(told, cure="make desk, or pip install -r requirements-desk.txt") from error
    access = Access(host, token)
    projects = Projects(Folder.at(folder, store_at(work).root))
    queue = Queue(projects.folder, projects.opened)
    app = desk(projects, queue, access)
    with _listening(host, port) as listener:
        queue.start()
        typer.echo(f"desk    {address(access, listener.getsockname()[1])}\nCtrl-C ends it")
        settings = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, proxy_headers=False)
        server = uvicorn.Server(settings)
        app.state.closing = lambda: server.should_exit
        try:
            with suppress(Interrupted):  # how a desk ends is no failure
                server.run(sockets=[listener])
        finally:
            queue.end()


def _listening(host: str, port: int) -> socket.socket:
    """Raises: InputError if the address cannot be had."""
    bare = host.strip("[]")
    try:
        family = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((bare, port), family=family)
    except OSError as error:
        told = f"cannot listen at {host}:{port}: {error.strerror or error}"
        raise InputError(told, cure="choose another --port, or --port 0 for one that is free") from error
