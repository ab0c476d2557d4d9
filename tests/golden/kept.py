"""The golden frames as they are kept: pictures, the versions that made them, and how far another may be from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np

from engines import ENGINES
from foundation.geometry import Image
from media.image.images import read_image, write_png
from stages import STAGES
from tests.golden.cases import CASES, Case

FOLDER = Path(__file__).parent / "frames"
REGION = 16
"""Pixels a side over which differences are averaged."""
MOST_ON_AVERAGE = 0.25
"""Levels by which a region may be brighter or darker, in one channel."""
MOST = 32
"""Levels by which a single value may differ: rounding can flip a pixel on an edge."""


@dataclass(frozen=True)
class Goldens:
    """Attributes:
    folder: NAME.png of each case, and versions.json.
    cases: by name.
    """

    folder: Path = FOLDER
    cases: Mapping[str, Case] = field(default_factory=lambda: CASES)

    def made_with(self) -> dict[str, dict[str, int]]:
        """The versions of each golden frame's parts when it was made."""
        path = self.folder / "versions.json"
        made: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return made

    def complaint(self, name: str) -> str | None:
        """What is wrong with a golden frame, and the cure; None: it is still what Duet draws."""
        made, now = self.made_with().get(name), versions(self.cases[name])
        if made != now:
            return f"{name} was made with {made}, and the tables say {now}: look at it, {RENEW}"
        problem = difference(read_image(self.folder / f"{name}.png"), drawn(self.cases[name]))
        if problem is None:
            return None
        raised = " or ".join(now)
        return f"{name} {problem}: raise the version of {raised} in its table, {RENEW}; or draw it as before"

    def renew(self) -> tuple[list[str], list[str]]:
        """Draw the frames anew whose versions were raised, and those that are missing.

        Returns:
            the names of the renewed ones, and complaints of those that differ without a raised version: these stay.
        """
        made, renewed, refused = self.made_with(), [], []
        for name, case in self.cases.items():
            before, now = made.get(name, {}), versions(case)
            picture, path = drawn(case), self.folder / f"{name}.png"
            if before.keys() != now.keys() or any(now[part] > before[part] for part in now):
                write_png(path, picture)
                made[name] = now
                renewed.append(name)
            elif problem := difference(read_image(path), picture) or (before != now and "has a lowered version"):
                refused.append(f"{name} {problem}: raise the version of {' or '.join(now)} first")
        kept = {name: made[name] for name in self.cases if name in made}
        (self.folder / "versions.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        return renewed, refused


RENEW = "then run `python -m tests.golden.make_frames`"


def versions(case: Case) -> dict[str, int]:
    """What the tables say now of each part of a case."""
    tables: dict[str, Any] = {"engine": ENGINES, "stage": STAGES}
    return {part: tables[part.split()[0]][part.split()[1]].version for part in case.parts}


def drawn(case: Case) -> Image:
    """The frame as Duet draws it now."""
    with TemporaryDirectory() as folder:
        return case.make(Path(folder))


def difference(golden: Image, picture: Image) -> str | None:
    """How a picture differs from a golden one; None: by no more than another processor's rounding."""
    if golden.shape != picture.shape:
        return f"is {picture.shape}, not {golden.shape}"
    apart = picture.astype(np.float32) - golden
    average = float(np.abs(cv2.blur(apart, (REGION, REGION))).max())
    most = int(np.abs(apart).max())
    if average <= MOST_ON_AVERAGE and most <= MOST:
        return None
    return f"differs by {average:.2f} levels in a region of {REGION} pixels a side, by {most} in one value"
