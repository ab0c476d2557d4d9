"""Which artifacts the runs at work in a folder need, so that nobody who makes room takes them away.

A claim saves work, as a lease does, and no more: what is removed from under a run is made again.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from foundation.errors import StageError
from foundation.leases import Held, Leases, machine
from foundation.plain_files import read_plain, write_plain

FOLDER = ".runs"
_LIST = "keys-"


class Claims:
    """The claims in one work folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._leases = Leases(root, FOLDER)

    @contextlib.contextmanager
    def hold(self, keys: Iterable[str]) -> Iterator[None]:
        """Claim these artifacts while the block runs. In a folder that cannot be written to nobody makes room."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(StageError, Held):
                token = secrets.token_hex(32)
                stack.enter_context(self._leases.hold(token))
                stack.callback(self._forget, token)
                self._list(token, keys)
            yield

    def unclaimed(self, keys: Collection[str]) -> list[str]:
        """Those that no living run of another process claims; none, where one of them does not say what it needs."""
        claimed: set[str] = set()
        for lease in self._leases.living():
            if (lease.machine, lease.pid) == (machine(), os.getpid()):
                continue
            try:
                claimed.update(read_plain(self._root, f"{FOLDER}/{_LIST}{lease.key}").decode("ascii").splitlines())
            except (OSError, ValueError):
                return []
        return [key for key in keys if key not in claimed]

    def sweep(self) -> None:
        """Remove the claims of dead runs."""
        with contextlib.suppress(OSError):
            self._leases.sweep()
            lists = list(self._leases.folder.glob(f"{_LIST}*"))
            living = {lease.key for lease in self._leases.living()}
            for path in lists:
                if path.name.removeprefix(_LIST) not in living:
                    self._forget(path.name.removeprefix(_LIST))

    def _list(self, token: str, keys: Iterable[str]) -> None:
        with contextlib.suppress(OSError):
            write_plain(self._root, f"{FOLDER}/{_LIST}{token}", "\n".join(keys).encode("ascii"))

    def _forget(self, token: str) -> None:
        with contextlib.suppress(OSError):
            if not self._leases.folder.is_symlink():
                (self._leases.folder / f"{_LIST}{token}").unlink()
