"""Who sings when: by scenes, by lyrics, and what becomes of who is not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from face.motion import TurnRanges
from foundation.errors import ManifestError
from foundation.times import FrameRange
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.build import build
from pipeline.plan.expand import Plan, expand
from pipeline.plan.planning import Facts
from stages.contracts import subtitles
from stages.contracts.subtitles import SungLine
from tests.made_media import video


def plan(folder: Path, singers: list[tuple[int, int, list[str]]] | None = None, **changes: Any) -> Plan:
    """Ann and Bob, 10 seconds at 25 frames a second."""
    for name in ("a.png", "b.png", "clip.mp4", "song.lrc"):
        (folder / name).write_bytes(name.encode())
    data: dict[str, Any] = {
        "version": 1,
        "performers": {
            "ann": {"portrait": "a.png", "driving": {"video": "clip.mp4"}},
            "bob": {"portrait": "b.png", "driving": {"video": "clip.mp4"}},
        },
        "output": {"path": "out.mp4", "fps": 25},
    }
    media = {"clip.mp4": video(fps="25", end="10", frames=250, expected_frames=250)}
    told = None
    if singers is not None:
        data["lyrics"] = "song.lrc"
        lines = tuple(SungLine(start=start, end=end, singers=tuple(names)) for start, end, names in singers)
        told = subtitles.Facts(lines=len(lines), last=0, singers=lines, fonts=())
    loaded = LoadedManifest(validate(data | changes, folder / "m.yaml"), folder, "m")
    return expand(build(loaded), Facts(media, told))


def turns(made: Plan) -> dict[str, Any]:
    found = {}
    for task in made.graph:
        if task.stage == "prepare":
            ranges = task.settings.turns
            found[str(task.performer)] = None if ranges is None else [[one.start, one.stop] for one in ranges.sings]
    return found


def scene(start: float, *performers: str, **changes: Any) -> dict[str, Any]:
    layout = "side_by_side" if len(performers) > 1 else "full"
    return {"start": start, "layout": layout, "performers": list(performers)} | changes


def test_everyone_sings_where_nothing_is_said(tmp_path: Path) -> None:
    made = plan(tmp_path)
    assert turns(made) == {"ann": None, "bob": None}
    named = [scene(0, "ann", "bob", sings=["ann", "bob"])]
    assert set(plan(tmp_path, scenes=named).graph.tasks) >= {t.key for t in made.graph if t.stage != "edit"} - {
        made.video.key,
        made.verdict.key,
    }


def test_a_scenes_singers_sing_and_the_others_listen(tmp_path: Path) -> None:
    scenes = [scene(0, "ann", "bob", sings=["ann"]), scene(4, "ann", "bob", sings=["bob"]), scene(8, "ann", "bob")]
    made = plan(tmp_path, scenes=scenes)
    assert turns(made) == {"ann": [[0, 100], [200, 250]], "bob": [[100, 250]]}
    prepare = next(task for task in made.graph if task.stage == "prepare")
    sings = (FrameRange(0, 100), FrameRange(200, 250))
    assert prepare.settings.turns == TurnRanges(sings=sings, ease=6, listening=0.35)
    measured = {task.performer: task.settings.sings for task in made.graph if task.stage == "measure"}
    assert measured == {"ann": sings, "bob": (FrameRange(100, 250),)}
    quiet = plan(tmp_path, scenes=[scene(0, "ann", "bob", sings=[])])
    assert turns(quiet) == {"ann": [], "bob": []}


def test_who_is_not_seen_is_already_as_it_will_be_seen(tmp_path: Path) -> None:
    through = {"kind": "crossfade", "seconds": 1}
    scenes = [
        scene(0, "ann", "bob", sings=["ann"]),
        scene(2, "bob", sings=["bob"], transition=through),
        scene(4, "ann", "bob", sings=["bob"]),
        scene(6, "ann"),
    ]
    # while she is still to be seen in the crossfade, ann does what the new scene says; then what she is seen with next
    assert turns(plan(tmp_path, scenes=scenes)) == {"ann": [[0, 50], [150, 250]], "bob": [[50, 250]]}


def test_lyrics_say_who_sings_until_the_next_line(tmp_path: Path) -> None:
    lines = [(1000, 2000, ["ann"]), (4000, 6000, ["bob"]), (5000, 7000, ["ann"]), (60000, 61000, ["bob"])]
    made = plan(tmp_path, lines)
    assert turns(made) == {"ann": [[0, 100], [125, 250]], "bob": [[100, 150]]}
    overruled = plan(tmp_path, lines, scenes=[scene(0, "ann", "bob"), scene(8, "ann", "bob", sings=["bob"])])
    assert turns(overruled) == {"ann": [[0, 100], [125, 200]], "bob": [[100, 150], [200, 250]]}


def test_a_singer_who_is_no_performer_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"scenes\.0\.sings: no performer is called 'eve'"):
        plan(tmp_path, scenes=[scene(0, "ann", sings=["eve"])])
