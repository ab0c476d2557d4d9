"""Content Credentials (C2PA): a signed statement inside the file of what it is, what it was made of and who made it.

c2pa-python does it, and reads what strangers' files bring; it asks nobody on the network for what they only name.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.errors import InputError
from foundation.reading import why
from media.credentials.claims import UNREAD, Claim, label_of
from media.credentials.provenance import Provenance

INSTALL = "pip install -r requirements-c2pa.txt"
_TYPES = {"mp4": "video/mp4", "mov": "video/quicktime"}
_MOST = 1_000_000  # bytes of a certificate or a key
_SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},  # pictures of strangers, made smaller by another decoder
}


@dataclass(frozen=True)
class Signer:
    """Who signs. `certificate`: PEM, the signer's and those above it; `key`: PEM; `timestamp_url`: None asks nobody."""

    certificate: Path
    key: Path
    algorithm: str
    timestamp_url: str | None


def check_signer(signer: Signer) -> None:
    """Fail before the work rather than after it: a certificate is known by signing something.

    Raises: InputError if c2pa-python is not installed, or certificate and key are missing or do not fit.
    """
    from PIL import Image  # noqa: PLC0415  (planning knows signers, and signs nothing)

    library = _library()
    trial, signed = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 8)).save(trial, format="PNG")
    made = _made(library, signer)
    try:
        _builder(library, Claim(Provenance("trial"))).sign(made, "image/png", trial, signed)
    except library.C2paError as problem:
        raise _refused(problem, signer) from problem
    finally:
        made.close()


def sign(path: Path, container: str, signer: Signer, claim: Claim) -> None:
    """Replace a finished file by itself, signed. Credentials that ingredients bring are kept in it, sound or not.

    Raises: InputError if the certificate is not one that C2PA accepts.
    """
    library = _library()
    signed = path.with_name(f"{path.name}.signed")
    made = _made(library, signer)
    try:
        with path.open("rb") as source, signed.open("w+b") as destination:
            _builder(library, claim).sign(made, _TYPES[container], source, destination)
        signed.replace(path)
    except library.C2paError as problem:
        raise _refused(problem, signer) from problem
    finally:
        signed.unlink(missing_ok=True)
        made.close()


def verdict(path: Path, container: str) -> dict[str, Any]:
    """The manifest store inside a signed file, as c2pa-python reads and verifies it.

    Raises: InputError if there is none, or c2pa-python is not installed.
    """
    library = _library()
    try:
        with path.open("rb") as file:
            told: dict[str, Any] = json.loads(library.Reader(_TYPES[container], file).json())
    except library.C2paError as problem:
        cure = "render it with output.sign in the manifest"
        raise InputError(f"it has no Content Credentials: {problem}", file=path, cure=cure) from problem
    return told


def _builder(library: Any, claim: Claim) -> Any:
    """What signs, with all that is to be said. An ingredient that cannot be read is named, with its digest."""
    builder = library.Builder(claim.definition(), library.Context.from_dict(_SETTINGS))
    for number, ingredient in enumerate(claim.ingredients):
        about, kind = ingredient.about(label_of(number)), ingredient.kind()
        try:
            if kind != UNREAD:
                with ingredient.path.open("rb") as file:
                    builder.add_ingredient(about, kind, file)
                continue
        except (library.C2paError, OSError):  # damaged, or it asks for what only the network has
            pass
        builder.add_ingredient(about, UNREAD, io.BytesIO())
    return builder


def _library() -> Any:
    try:
        import c2pa  # noqa: PLC0415  (optional)
    except ImportError as problem:
        raise InputError(f"signing needs c2pa-python: {problem}", cure=INSTALL) from problem
    return c2pa


def _made(library: Any, signer: Signer) -> Any:
    algorithm = getattr(library.C2paSigningAlg, signer.algorithm.upper())
    try:
        info = library.C2paSignerInfo(algorithm, _pem(signer.certificate), _pem(signer.key), signer.timestamp_url)
        return library.Signer.from_info(info)
    except library.C2paError as problem:
        raise _refused(problem, signer) from problem


def _refused(problem: Exception, signer: Signer) -> InputError:
    cure = "give a certificate for signing, with those above it, the key that belongs to it, and its algorithm"
    return InputError(f"it cannot sign: {problem}", file=signer.certificate, cure=cure)


def _pem(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST:
            raise InputError("it is too large for a certificate or a key", file=path, cure="give a PEM file")
        return path.read_bytes()
    except OSError as problem:
        cure = "correct output.sign in the manifest"
        raise InputError(why(problem), file=path, cure=cure) from problem
