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

PLATE = "sample:carphone"


def plan(folder: Path, **performer: Any) -> Plan:
    """The plan of one portrait driven by a clip."""
    for name in ("a.png", "clip.mp4"):
        (folder / name).write_bytes(name.encode())
    one = {"portrait": "a.png", "driving": {"video": "clip.mp4"}} | performer
    data = {"version": 1, "performers": {"ann": one}, "output": {"path": "out.mp4"}}
    loaded = LoadedManifest(validate(data, folder / "m.yaml"), folder, "m")
    return expand(build(loaded), Facts({"clip.mp4": video(), PLATE: video()}))


def pair(folder: Path, *composites: dict[str, Any]) -> Plan:
    """The plan of two faces of one picture."""
    for name in ("a.png", "clip.mp4"):
        (folder / name).write_bytes(name.encode())
    performers = {
        name: {"portrait": "a.png", "face": face, "driving": {"video": "clip.mp4"}, "composite": composite}
        for name, face, composite in zip(("ann", "bob"), ("leftmost", "rightmost"), composites, strict=True)
    }
    data = {"version": 1, "performers": performers, "output": {"path": "out.mp4"}}
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


def opacities(made: Plan, stage: str) -> set[bool]:
    return {task.settings.opacity for task in made.graph if task.stage == stage}


def test_a_plates_person_is_told_in_every_frame_where_that_is_asked_for(tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = [{"background": "none"}, {"passes": ["matte"]}]
    for composite in asked:
        made = plan(tmp_path, portrait=PLATE, composite=composite)
        assert "plate_matte" in stages(made)
        assert all(task.inputs.matte is not None for task in made.graph if task.stage == "composite_plate")
    unasked: list[dict[str, Any]] = [{}, {"passes": ["difference"]}, {"passes": ["matte"], "matte": "none"}]
    for composite in unasked:
        assert "plate_matte" not in stages(plan(tmp_path, portrait=PLATE, composite=composite))


def test_what_a_head_uncovers_on_a_plate_is_known_where_one_moves(tmp_path: Path) -> None:
    assert "plate_matte" not in stages(plan(tmp_path, portrait=PLATE))
    turned = plan(tmp_path, portrait=PLATE, motion={"head": 0.5})
    assert opacities(turned, "composite_plate") == {False}
    assert all(task.inputs.opacities is not None for task in turned.graph if task.stage == "animate")
    network: dict[str, Any] = {"engine": "tpsmm", "tpsmm": {"config": "duet-128"}}
    assert "plate_matte" in stages(plan(tmp_path, portrait=PLATE, **network))
    assert "plate_matte" not in stages(plan(tmp_path, portrait=PLATE, composite={"matte": "none"}, **network))


def test_a_networks_person_is_told_as_its_crop_is_pasted(tmp_path: Path) -> None:
    network = {"engine": "tpsmm", "tpsmm": {"config": "duet-128"}}
    made = plan(tmp_path, composite={"background": "blur"}, **network)
    assert opacities(made, "composite") == {True}
    assert opacities(made, "animate") == {False}
    assert opacities(plan(tmp_path, **network), "composite") == {False}
    assert "matte" not in stages(plan(tmp_path, composite={"into": "crop"}, **network))


def test_those_of_one_picture_are_cut_out_together(tmp_path: Path) -> None:
    made = pair(tmp_path, {"background": "#102030"}, {})
    assert opacities(made, "animate") == opacities(made, "merge") == {True}
    edit = next(task for task in made.graph if task.stage == "edit")
    assert edit.inputs.mattes["ann"].given == edit.inputs.crops[0].given
    assert opacities(pair(tmp_path, {}, {}), "merge") == {False}
    passes = next(task for task in pair(tmp_path, {}, {"passes": ["matte"]}).graph if task.stage == "passes")
    assert passes.settings.member == 1
    assert passes.inputs.group is not None


@pytest.mark.parametrize(
    ("composites", "told"),
    [
        (({"background": "none"}, {"background": "blur"}), "bob: ann and bob are in one picture"),
        (({"background": "none"}, {"matte": "none"}), "bob: composite.background of ann .* bob has matte: none"),
    ],
)
def test_what_a_group_cannot_stand_before_is_told(
    tmp_path: Path, composites: tuple[dict[str, Any], ...], told: str
) -> None:
    with pytest.raises(ManifestError, match=told):
        pair(tmp_path, *composites)
