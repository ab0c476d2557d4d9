"""Texts that people write, put into their files: nobody writes over what somebody else has written meanwhile."""

from __future__ import annotations

import codecs
import threading
from pathlib import Path

from fastapi import HTTPException

from foundation.atomic import replacing
from foundation.codec import Json
from foundation.digests import digest_of
from foundation.errors import ManifestError

_ONE_AT_A_TIME = threading.Lock()


def begin(path: Path, text: str) -> None:
    """Make a file. Raises: ManifestError if there is one; StageError if it cannot be written."""
    with _ONE_AT_A_TIME:
        if path.exists():
            raise ManifestError("there is such a project already", file=path, cure="choose another name")
        _write(path, text.encode())


def save(path: Path, text: str, digest: str) -> Json:
    """Put a text in place of the one that it was written from; the file's digest afterwards. A byte order mark stays.

    Args:
        digest: of the file that it was written from.
    Raises:
        HTTPException: 409 if somebody else changed it meanwhile.
        StageError: it cannot be written.
    """
    with _ONE_AT_A_TIME:
        if digest_of(path) != digest:
            raise HTTPException(409, f"{path.name} was changed elsewhere: open it again")
        with path.open("rb") as file:
            marked = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
        _write(path, codecs.BOM_UTF8 * marked + text.encode())
        return {"digest": digest_of(path)}


def _write(path: Path, data: bytes) -> None:
    with replacing(path, durable=True) as temporary:
        temporary.write_bytes(data)
