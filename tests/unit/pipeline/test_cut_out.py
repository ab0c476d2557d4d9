"""Who is told from what is behind, and cut out, as planned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foundation.errors import ManifestError
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.build import build
from pipeline.plan.expand import Plan, expand
from pipeline.plan.planning import Facts
from tests.made_media import video


def plan(folder: Path, **performer: Any) -> Plan:
    """The plan of one portrait driven by a clip."""
    for name in ("a.png", "clip.mp4"):
        (folder / name).write_bytes(name.encode())
    one = {"portrait": "a.png", "driving": {"video": "clip.mp4"}} | performer
    data = {"version": 1, "performers": {"ann": one}, "output": {"path": "out.mp4"}}
    loaded = LoadedManifest(validate(data, folder / "m.yaml"), folder, "m")
    return expand(build(loaded), Facts({"clip.mp4": video()}))


def stages(made: Plan) -> set[str]:
    return {task.stage for task in made.graph}


def test_a_wrong_matte_is_switched_off(tmp_path: Path) -> None:
    assert "matte" in stages(plan(tmp_path))
    off = plan(tmp_path, composite={"matte": "none", "passes": ["matte"]})
    assert "matte" not in stages(off)
    for task in off.graph:
        if task.stage in {"animate", "measure", "passes"}:
            assert task.inputs.matte is None


def test_without_a_matte_nobody_stands_before_something_else(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"ann.composite: .*remove it, or matte: none"):
        plan(tmp_path, composite={"matte": "none", "background": "blur"})
