"""Who works on what, among processes that share a work folder, on one machine or on many.

A lease is a small file that names its owner; the owner touches it every few seconds. It saves work that would be done
twice, no more: should two owners ever hold one key (a machine that slept, a clock that jumped), both end with the same
bytes and the store keeps one. So leases need no locks of the file system, and work over NFS.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from foundation.atomic import write_error
from foundation.errors import ManifestError
from foundation.plain_files import open_plain, read_plain

FOLDER = ".leases"
VARIABLE = "DUET_LEASE_SECONDS"
STALE_SECONDS = 60.0
"""An owner that has not been heard of for so long is dead, or stopped, or its machine is: others go on without it.
The environment may say otherwise, to all processes that share a work folder."""
LEAST_SECONDS = 1.0
BEATS = 12
"""How often a living owner is heard of in that time."""


class Held(Exception):  # noqa: N818  (no error: somebody else is at work)
    """Another living owner has the lease."""


@dataclass(frozen=True)
class Lease:
    """Somebody's right to make one artifact.

    Attributes:
        token: tells this lease from any other of the same key.
        machine: host, boot and process namespace.
        host: the machine's name, for people.
        pid, started: the process, and its start time against reuse of the number.
    """

    key: str
    token: str
    machine: str
    host: str
    pid: int
    started: str


class Leases:
    """The leases of one work folder. `name`: of the folder in it where they lie."""

    def __init__(self, root: Path, name: str = FOLDER) -> None:
        self._root, self._name, self.folder = root, name, root / name
        self.stale = _seconds()
        self.beat = self.stale / BEATS

    @contextlib.contextmanager
    def hold(self, key: str) -> Iterator[Lease]:
        """Have the lease of `key` while the block runs; a dead owner's is taken over.

        Who sleeps for too long while it has one may find that another has it now; both then end with the same work.

        Raises: Held; StageError if the work folder cannot be written to.
        """
        lease = self._take(key)
        stop = threading.Event()
        beat = threading.Thread(target=self._beat, args=(lease, stop), name=f"lease {key[:8]}", daemon=True)
        beat.start()
        try:
            yield lease
        finally:
            stop.set()
            beat.join()
            self._remove(lease)

    def holder(self, key: str) -> Lease | None:
        """The living owner of the lease of `key`, if there is one."""
        lease = self._read(key)
        return lease if lease and self._alive(lease) else None

    def living(self) -> list[Lease]:
        """Every lease that a living owner has."""
        names = sorted(path.name for path in self.folder.glob("[0-9a-f]*"))
        return [lease for lease in map(self.holder, names) if lease]

    def age(self, lease: Lease) -> float:
        """Seconds since its owner was heard of, on the clock of the file system."""
        try:
            return self._now() - (self.folder / lease.key).lstat().st_mtime
        except OSError:
            return 0.0

    def sweep(self) -> None:
        """Remove the leases of dead owners."""
        for path in self.folder.glob("[0-9a-f]*"):
            lease = self._read(path.name)
            if lease and not self._alive(lease):
                self._remove(lease)

    def _take(self, key: str) -> Lease:
        lease = Lease(key, secrets.token_hex(8), machine(), socket.gethostname(), os.getpid(), _started(os.getpid()))
        for _ in range(3):
            try:
                self._write(lease)
            except FileExistsError:
                other = self._read(key)
                if other and self._alive(other):
                    raise Held(other.host) from None
                if other:
                    self._remove(other)
            except FileNotFoundError:
                continue  # somebody removes the work folder
            except OSError as error:
                raise write_error(error, self.folder) from error
            else:
                return lease
        raise Held("several at once")

    def _write(self, lease: Lease) -> None:
        """Create the file, or fail if it is there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = open_plain(self._root, f"{self._name}/{lease.key}", os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps({name: value for name, value in vars(lease).items() if name != "key"}))

    def _read(self, key: str) -> Lease | None:
        """The lease of `key`, whoever has it; one that cannot be read (its owner is writing it) names nobody."""
        try:
            told = json.loads(read_plain(self._root, f"{self._name}/{key}"))
            return Lease(key, told["token"], told["machine"], told["host"], int(told["pid"]), str(told["started"]))
        except OSError:
            return None
        except (ValueError, KeyError, TypeError, RecursionError):
            return Lease(key, "", "", "unknown", 0, "")

    def _alive(self, lease: Lease) -> bool:
        if lease.machine == machine() and not (_running(lease.pid) and _started(lease.pid) == lease.started):
            return False
        return self.age(lease) < self.stale

    def _remove(self, lease: Lease) -> None:
        """Take the file away, unless it has become somebody else's."""
        now = self._read(lease.key)
        if now and now.token == lease.token:
            with contextlib.suppress(OSError):
                (self.folder / lease.key).unlink()

    def _beat(self, lease: Lease, stop: threading.Event) -> None:
        """Say now and then that the owner lives, as long as the lease is its own; also after somebody has removed the
        work folder."""
        while not stop.wait(self.beat):
            with contextlib.suppress(OSError):
                now = self._read(lease.key)
                if now is None:
                    self._write(lease)
                elif now.token == lease.token:
                    os.utime(self.folder / lease.key, follow_symlinks=False)

    def _now(self) -> float:
        """The time as the file system tells it: the clocks of two machines differ."""
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="_clock") as probe:
            os.utime(probe.name)
            return os.stat(probe.name).st_mtime  # noqa: PTH116  (a name, not a path of ours)


def _seconds() -> float:
    """Raises: ManifestError if the environment says something else than seconds."""
    written = os.environ.get(VARIABLE) or str(STALE_SECONDS)
    if not re.fullmatch(r"\d{1,6}(\.\d+)?", written) or float(written) < LEAST_SECONDS:
        raise ManifestError(f"{VARIABLE} is {written!r}", cure=f"write seconds, {LEAST_SECONDS:g} or more")
    return float(written)


@cache
def machine() -> str:
    """What two processes have in common that can see each other's process numbers: host, boot, process namespace."""
    boot, space = "", ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{socket.gethostname()} {boot} {space}"


def _running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty where that cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return ""
    return "" if fields[0] == "Z" else fields[19]
