"""What made an artifact: versions of the code, the libraries, the weights."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path
from typing import Any

from foundation.processor import processor_class
from foundation.version import libraries
from landmarks.model_file import SHA256, USED_BY
from pipeline.plan.needs import backend_of, model_of
from pipeline.plan.task import Task

ROOT = Path(__file__).resolve().parents[2]
CODE = (
    "foundation",
    "media",
    "networks",
    "tpsmm",
    "fomm",
    "liveportrait",
    "compositing",
    "landmarks",
    "face",
    "engines",
    "quality",
    "stages",
)
"""The floors whose code decides what an artifact holds."""


def versions_of(task: Task) -> dict[str, Any]:
    """{"stage", "code", "python", "processor", "libraries", "weights"}: kept beside the inputs in the artifact's label.

    `code` is one digest of every source file that can decide a result, `weights` the digests of the model files,
    `processor` as processor_class.
    """
    weights = list(model_of(task))
    if backend_of(task) in USED_BY:
        weights.append(SHA256)
    about = {"stage": task.spec.version, "code": _code(), "python": platform.python_version()}
    about |= {"processor": processor_class()}
    return about | {"libraries": libraries(), "weights": weights}


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
