"""Read what a media file is: container, exact rate, length, rotation, sound. The facts are all of its result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from media.probe import probe
from stages import Report


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Inputs: media."""
    return probe(inputs["media"]).to_json()
