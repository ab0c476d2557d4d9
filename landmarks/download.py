"""Fetch a model file once, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

from foundation.errors import InputError

OFFLINE_VARIABLE = "DUET_OFFLINE"
TIMEOUT_SECONDS = 20.0
_BLOCK = 1 << 20


def offline() -> bool:
    """Whether the user forbids downloads."""
    return os.environ.get(OFFLINE_VARIABLE, "") not in ("", "0")


def download(url: str, target: Path, *, sha256: str, max_bytes: int, what: str, cure: str) -> Path:
    """Fetch `url` into a temporary name beside `target` and move it there once its hash is right.

    Args:
        sha256: the hash, or its first digits, in hex.
        max_bytes: more than the file can have.
        what, cure: for the message.
    Raises: InputError if downloads are switched off, the network fails or stalls, or another file comes.
    """
    if offline():
        raise InputError(f"{what} is missing and {OFFLINE_VARIABLE} forbids downloads", file=target, cure=cure)
    from http.client import HTTPException  # noqa: PLC0415  (brings TLS and mail, for a file that is there already)

    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file, _open(url) as reply:
            digest, size = hashlib.sha256(), 0
            while size <= max_bytes and (block := reply.read(_BLOCK)):
                size += len(block)
                digest.update(block)
                file.write(block)
        if size > max_bytes or not digest.hexdigest().startswith(sha256):
            raise InputError(f"what {url} sent is not {what}", file=target, cure=cure)
        temporary.replace(target)
    except (OSError, HTTPException) as problem:
        reason = getattr(problem, "reason", None) or problem
        message = f"{what} is missing and cannot be downloaded: {reason}"
        raise InputError(message, file=target, cure=cure) from problem
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)
    return target


def _open(url: str) -> Any:
    from urllib.request import urlopen  # noqa: PLC0415  (as above)

    return urlopen(url, timeout=TIMEOUT_SECONDS)  # noqa: S310  (only this package's own addresses come here)
