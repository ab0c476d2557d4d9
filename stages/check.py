"""Compare the finished video with what was promised: frames, rate, size, sound, and that both end together.

Writes check.json: each check with what was expected, what was found and whether it holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from foundation.errors import CheckError
from media.info import MediaInfo
from media.probe import probe
from stages import Report


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: frames, fps, size, sound. Inputs: video."""
    path = next(inputs["video"].glob("video.*"))
    rows = compare(probe(path), settings)
    report(settings["frames"], settings["frames"])
    failed = [row for row in rows if not row["holds"]]
    if failed:
        told = "; ".join(f"{row['check']} is {row['found']}, expected {row['expected']}" for row in failed)
        raise CheckError(told, file=path, cure="the video is kept there to be looked at; report it with --debug")
    (out / "check.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return {"checks": rows}


def compare(info: MediaInfo, promised: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a check: {"check", "expected", "found", "holds"}."""
    video, fps = info.video, Fraction(promised["fps"])
    assert video is not None  # noqa: S101  (the edit wrote it)
    length = Fraction(promised["frames"]) / fps
    rows = [
        _row("frames", promised["frames"], video.frames),
        _row("frames a second", str(fps), str(video.fps)),
        _row("size", list(promised["size"]), list(video.size)),
        _row("sound tracks", 1 if promised["sound"] else 0, len(info.audio)),
        _within("picture length, s", length, video.duration, 1 / fps),
        _within("picture start, s", Fraction(0), video.start, Fraction(1, 1000)),
    ]
    for sound in info.audio:
        rows.append(_within("sound length, s", length, sound.duration, 1 / fps))
        rows.append(_within("sound start against picture, s", video.start, sound.start, Fraction(5, 1000)))
    return rows


def _row(check: str, expected: Any, found: Any) -> dict[str, Any]:
    return {"check": check, "expected": expected, "found": found, "holds": expected == found}


def _within(check: str, expected: Fraction, found: Fraction, tolerance: Fraction) -> dict[str, Any]:
    near = abs(expected - found) <= tolerance
    return {
        "check": check,
        "expected": f"{float(expected):.3f} +- {float(tolerance):.3f}",
        "found": f"{float(found):.3f}",
        "holds": near,
    }
