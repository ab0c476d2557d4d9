"""A Ray cluster for tests, in processes of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.conftest import ROOT


@contextmanager
def cluster() -> Iterator[tuple[str, Callable[[], None]]]:
    """The address of a Ray cluster of two nodes, and what kills one of them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.farm_cluster", str(port)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nodes:
        assert nodes.stdin is not None
        assert nodes.stdout is not None

        def kill() -> None:
            assert nodes.stdin is not None
            assert nodes.stdout is not None
            nodes.stdin.write("kill\n")
            nodes.stdin.flush()
            assert nodes.stdout.readline().strip() == "killed"

        try:
            address = nodes.stdout.readline().strip()
            assert address == f"127.0.0.1:{port}"
            yield address, kill
        finally:
            nodes.stdin.close()
            nodes.wait(60)
