"""Read what a media file is: container, exact rate, length, rotation, sound. The facts are all of its result."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from media.video.numbered_pictures import describe_pictures
from media.video.probe import probe
from stages import Report


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: of numbered pictures their number, `pictures`, and `fps`. Inputs: media (of pictures, the first)."""
    if "pictures" in settings:
        return describe_pictures(inputs["media"], settings["pictures"], Fraction(settings["fps"])).to_json()
    return probe(inputs["media"]).to_json()
