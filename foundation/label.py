"""What an artifact says of itself: a small file with a format number and a seal, believed only if both are right."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

FORMAT = 3
"""Raised whenever labels, or the facts in them, change their shape: work under any other is made again."""


class OtherFormat(ValueError):  # noqa: N818  (no damage: another version of Duet made it)
    """The label is sound as far as can be told, and of a format that this version does not read."""


@dataclass(frozen=True)
class Stored:
    """One file of an artifact. `size`: bytes. `sha256`: of them. `stamp`: as foundation.digests, when it was made."""

    size: int
    sha256: str
    stamp: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A label that was believed.

    Attributes:
        stage, key: whose it is.
        about: what the artifact was made from, and by.
        files: by their paths in its folder.
        facts: what the stage said of its work.
        spent: what the work took.
    """

    stage: str
    key: str
    about: Mapping[str, Any]
    files: Mapping[str, Stored]
    facts: Mapping[str, Any]
    spent: Mapping[str, Any]

    def written(self) -> str:
        """As JSON, sealed. Everything in it must be JSON-safe."""
        files = {name: vars(stored) for name, stored in self.files.items()}
        # through JSON once, so that the seal is of what a reader will see
        said = json.loads(json.dumps({"format": FORMAT} | vars(self) | {"files": files}))
        return json.dumps(said | {"seal": _seal(said)}, indent=1, ensure_ascii=False)

    @staticmethod
    def read(text: bytes, stage: str, key: str) -> Label:
        """The label of the artifact `key` of `stage`.

        Raises: ValueError if it is damaged, or another artifact's; OtherFormat.
        """
        try:
            said = json.loads(text)
            if isinstance(said, dict) and said.get("format") != FORMAT and "seal" in said:
                raise OtherFormat(f"format {said.get('format', 1)!r}")
            seal = said.pop("seal")
            if seal != _seal(said) or (said["stage"], said["key"]) != (stage, key):
                raise ValueError("the seal is broken, or it is another artifact's")
            about, facts, spent = (dict(said[name]) for name in ("about", "facts", "spent"))
            files = {_inside(name): Stored(**about) for name, about in said["files"].items()}
            return Label(stage=stage, key=key, about=about, files=files, facts=facts, spent=spent)
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"is no label: {error}") from error


def canonical(value: Any) -> str:
    """JSON with one spelling for each value: sorted keys, no spaces, no NaN.

    Raises: TypeError or ValueError for what JSON cannot say.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def is_sha256(written: object) -> bool:
    """Whether something is a sha256 as it is written here: 64 hexadecimal digits."""
    return isinstance(written, str) and re.fullmatch("[0-9a-f]{64}", written) is not None


def _seal(said: Mapping[str, Any]) -> str:
    """sha256 of all else that the label says. It guards against accidents, not against forgers."""
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"{name!r} leads out of the artifact")
    return name
