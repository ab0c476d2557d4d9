"""Pictures stay as they are until somebody raises a version."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engines import ENGINES
from foundation.geometry import Image
from media.image.images import read_image
from stages import STAGES
from tests.golden.cases import CASES, Case
from tests.golden.kept import FOLDER, Goldens, difference


@pytest.mark.parametrize("name", list(CASES))
def test_pictures_change_only_with_a_version(name: str) -> None:
    complaint = Goldens().complaint(name)
    assert complaint is None, complaint


def test_every_engine_has_a_golden_frame_and_none_is_left_over() -> None:
    assert ENGINES.keys() <= CASES.keys()
    assert {path.stem for path in FOLDER.glob("*.png")} == CASES.keys() == Goldens().made_with().keys()


@pytest.mark.parametrize("name", list(CASES))
def test_half_a_level_is_seen_and_rounding_is_not(name: str) -> None:
    golden, random = read_image(FOLDER / f"{name}.png"), np.random.default_rng(0)
    half = golden.copy()
    part = half[40:80, 40:80, 1]
    part += ((random.random(part.shape) < 0.5) & (part < 255)).astype(np.uint8)
    assert difference(golden, half)
    rounding = golden + random.choice([-1, 0, 1], golden.shape, p=[0.01, 0.98, 0.01])
    assert difference(golden, np.clip(rounding, 0, 255).astype(np.uint8)) is None
    assert difference(golden, golden[:, 1:])


def test_only_a_raised_version_renews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shade = 100

    def grey(folder: Path) -> Image:
        return np.full((40, 40, 3), shade, np.uint8)

    goldens = Goldens(tmp_path, {"grey": Case(("stage edit",), grey)})
    assert goldens.complaint("grey")
    assert goldens.renew() == (["grey"], [])
    assert goldens.complaint("grey") is None
    assert goldens.renew() == ([], [])
    shade = 101
    assert "raise the version of stage edit" in (goldens.complaint("grey") or "")
    renewed, refused = goldens.renew()
    assert not renewed
    assert "differs by 1.00 levels" in refused[0]
    assert read_image(tmp_path / "grey.png")[0, 0, 0] == 100
    monkeypatch.setitem(STAGES, "edit", replace(STAGES["edit"], version=STAGES["edit"].version + 1))
    assert "look at it" in (goldens.complaint("grey") or "")
    assert goldens.renew() == (["grey"], [])
    assert read_image(tmp_path / "grey.png")[0, 0, 0] == 101
    assert goldens.complaint("grey") is None
