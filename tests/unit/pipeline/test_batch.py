"""A batch: items by glob and by pairs, names by template, shared work once, failures apart."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foundation.artifacts import Artifact
from foundation.codec import encode
from foundation.errors import DuetError, InputError, ManifestError
from foundation.label import Label
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.batch import BatchPlan, plan_batch, read_items
from pipeline.plan.build import build
from pipeline.plan.graph import Graph
from pipeline.report.batch import Outcome, Summary
from tests.made_media import video


def made(key: str) -> Artifact:
    """What a probe of any clip makes."""
    facts = encode(replace(video(fps="25", frames=250, expected_frames=250), audio=()))
    label = Label(stage="probe", key=key, about={}, files={}, facts=facts, spent={})
    return Artifact(Path("probe", key), label)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    for name in ("faces/ann.png", "faces/bob.png", "clips/one.mp4", "clips/two.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path


def loaded(folder: Path, output: str = "out/{name}.mp4", **batch: Any) -> LoadedManifest:
    data = {"version": 1, "batch": batch, "output": {"path": output}}
    return LoadedManifest(validate(data, folder / "m.yaml"), folder, "m")


def matrix(folder: Path, **more: Any) -> LoadedManifest:
    return loaded(folder, portraits="faces/*.png", driving="clips/*.mp4", **more)


def known(graph: Graph) -> tuple[Mapping[str, Artifact], Mapping[str, DuetError]]:
    return {key: made(key) for key in graph.tasks}, {}


def test_every_portrait_follows_every_clip_and_what_they_share_is_done_once(media: Path) -> None:
    items = read_items(matrix(media))
    assert [item.name for item in items] == ["ann__one", "ann__two", "bob__one", "bob__two"]
    assert items[0].target == media / "out" / "ann__one.mp4"
    plan = plan_batch(items, known)
    counts = {stage: sum(task.stage == stage for task in plan.graph) for stage in plan.alone}
    assert (counts["probe"], plan.alone["probe"]) == (2, 4)
    assert (counts["faces"], plan.alone["faces"]) == (4, 8)  # each portrait once, each clip once
    assert (counts["crop"], plan.alone["crop"]) == (2, 4)
    assert counts["animate"] == plan.alone["animate"] == 4 * 4
    assert {item.verdict.key for item in items if item.verdict} <= plan.graph.tasks.keys()


def test_an_item_is_what_its_own_manifest_would_be(media: Path) -> None:
    item = read_items(matrix(media, performer={"motion": {"head": 0.5}, "driving": {"start": 2}}))[0]
    performer = next(iter(item.loaded.manifest.performers.values()))
    assert performer.driving is not None
    assert (performer.portrait, performer.driving.video) == ("faces/ann.png", "clips/one.mp4")
    assert performer.motion.head == 0.5
    assert performer.driving.start.seconds == 2
    assert item.loaded.manifest.batch is None


def test_pairs_come_from_a_table(media: Path) -> None:
    (media / "pairs.csv").write_text(
        "portrait,driving,name\nfaces/ann.png,clips/two.mp4,Ännchen\nfaces/bob.png,clips/one.mp4,\n"
    )
    items = read_items(loaded(media, pairs="pairs.csv", name="{index:03d}-{portrait}"))
    assert [(item.name, item.driving) for item in items] == [("Ännchen", "clips/two.mp4"), ("002-bob", "clips/one.mp4")]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffportrait,driving,name\nfaces/ann.png,clips/one.mp4,x\n,,\n,,\n",
        "Portrait, Driving ,NAME\nfaces/ann.png, clips/one.mp4, x\n",
        "portrait;driving;name\r\nfaces/ann.png;clips/one.mp4;x\r\n",
        "sep=;\nportrait;driving;name\nfaces/ann.png;clips/one.mp4;x\n",
        "portrait\tdriving\tname\nfaces/ann.png\tclips/one.mp4\tx\n",
        'portrait,driving,name,\n"faces/ann.png","clips/one.mp4","x",\n',
    ],
)
def test_a_table_may_be_as_spreadsheets_write_it(media: Path, text: str) -> None:
    (media / "pairs.csv").write_text(text, encoding="utf-8", newline="")
    (item,) = read_items(loaded(media, pairs="pairs.csv"))
    assert (item.name, item.portrait, item.driving) == ("x", "faces/ann.png", "clips/one.mp4")


def test_a_table_gives_songs_words_times_and_faces(media: Path) -> None:
    table = (
        "portrait;driving;song;lyrics;start;end;face;notes\n"
        "faces/ann.png;clips/one.mp4;a.wav;a.lrc;0:01,5;2,5;1;nice\n"
        "faces/bob.png;clips/two.mp4;;;;;120 80;\n"
    )
    (media / "pairs.csv").write_text(table)
    first, second = read_items(loaded(media, pairs="pairs.csv"))
    ann = next(iter(first.loaded.manifest.performers.values()))
    assert (first.loaded.manifest.audio.source, second.loaded.manifest.audio.source) == ("a.wav", "driving")
    assert first.loaded.manifest.lyrics is not None
    assert first.loaded.manifest.lyrics.file == "a.lrc"
    assert ann.driving is not None
    assert ann.driving.end is not None
    assert (ann.driving.start.seconds, ann.driving.end.seconds) == (1.5, 2.5)
    assert ann.face.index == 1
    assert next(iter(second.loaded.manifest.performers.values())).face.at == (120, 80)
    assert plan_batch([first], known).notices[0] == "pairs.csv: the columns notes mean nothing here"


def test_a_file_that_is_there_is_no_pattern(media: Path) -> None:
    for name in ("faces/face[1].png", "clips/My Song [dQw4w9WgXcQ].mp4"):
        (media / name).write_bytes(name.encode())
    (item,) = read_items(loaded(media, portraits="faces/face[1].png", driving="clips/My Song [dQw4w9WgXcQ].mp4"))
    assert item.name == "face[1]__My Song [dQw4w9WgXcQ]"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("portrait,driving,start\na,b,soon\n", "line 2: write seconds such as 3.2"),
        ("portrait,driving,face\na,b,best\n", "line 2: use largest"),
        ("portrait,driving,driving\na,b,c\n", "its columns are portrait, driving, driving"),
        ("portrait,clip\na,b\n", "its columns are portrait, clip"),
        ("portrait,driving\nfaces/ann.png\n", "line 2: a portrait and a clip are needed"),
        ("portrait,driving\na,b,c,d\n", "line 2: a portrait and a clip are needed"),
        ("portrait,driving\n", "names no pair"),
        ("portrait,driving,name\na.png,b.mp4,../x\n", "cannot be an item's name"),
    ],
)
def test_a_table_that_cannot_be_used_is_told(media: Path, text: str, told: str) -> None:
    (media / "pairs.csv").write_text(text)
    with pytest.raises(ManifestError, match=told):
        read_items(loaded(media, pairs="pairs.csv"))
    with pytest.raises(InputError, match=r"gone\.csv"):
        read_items(loaded(media, pairs="gone.csv"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"batch": {"portraits": "a"}}, "batch: .*name portraits and driving, or pairs alone"),
        ({"batch": {"pairs": "p.csv", "name": "../{portrait}"}}, "batch.name: .*in a plain file name"),
        ({"batch": {"pairs": "p.csv", "name": "{portrait.x}"}}, "batch.name: .*in a plain file name"),
        ({"batch": {"pairs": "p.csv", "name": "{portrait:9000000000}"}}, "batch.name: .*in a plain file name"),
        ({"batch": {"pairs": "p.csv", "name": "{index:9000000000}"}}, "batch.name: .*in a plain file name"),
        ({"batch": {"pairs": "p.csv", "performer": {"portrait": "a"}}}, "portrait and driving.video come from"),
        ({"batch": {"pairs": "p.csv", "performer": {"motion": {"hed": 1}}}}, "batch.performer.motion.hed: .*mean head"),
        ({"scenes": [{"start": 0, "layout": "full", "performers": ["a"]}]}, "scenes: cannot go with batch"),
        ({"output": {"path": "out.mp4"}}, r"output.path: 'out.mp4' is one file for all items \(write \{name\}"),
        ({"audio": {"mix": [{"from": "a"}]}}, "audio.mix: cannot go with batch"),
    ],
)
def test_batches_that_cannot_be_are_refused_by_name(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    data: dict[str, Any] = {"version": 1, "batch": {"pairs": "p.csv"}, "output": {"path": "{name}.mp4"}}
    with pytest.raises(ManifestError, match=told):
        validate(data | change, tmp_path / "m.yaml")


def test_one_of_performers_and_batch_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"performers: is missing \(add it\)"):
        validate({"version": 1, "output": {"path": "a.mp4"}}, tmp_path / "m.yaml")
    with pytest.raises(ManifestError, match="use `batch`"):
        build(loaded(tmp_path, pairs="p.csv"))


def test_names_must_differ_and_patterns_must_match(media: Path) -> None:
    with pytest.raises(ManifestError, match="several items the same name: ann, bob"):
        read_items(matrix(media, name="{portrait}"))
    with pytest.raises(ManifestError, match=r"batch\.portraits: 'faces/\*\.tif' matches no file"):
        read_items(loaded(media, portraits="faces/*.tif", driving="clips/one.mp4"))


def test_an_item_that_cannot_be_planned_leaves_the_others_alone(media: Path) -> None:
    items = read_items(
        loaded(media, portraits=["faces/ann.png", "faces/gone.png"], driving=["clips/one.mp4", "clips/two.mp4"])
    )
    two = next(task for task in build(items[1].loaded).graph)

    def probe(graph: Graph) -> tuple[Mapping[str, Artifact], Mapping[str, DuetError]]:
        return {key: made(key) for key in graph.tasks if key != two.key}, {two.key: InputError("is no video")}

    plan: BatchPlan = plan_batch(items, probe)
    assert [item.error is None for item in plan.items] == [True, False, False, False]
    assert "is no video" in str(plan.items[1].error)
    assert "gone.png" in str(plan.items[2].error)


def test_the_summary_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    error = InputError("no face was found", file="a.png", cure="use another")
    summary = Summary("m.yaml", {"a": Outcome("a", "a.png", "c.mp4", "failed", error=error)})
    summary.outcomes["b"] = Outcome("b", "b.png", "c.mp4", "done", video="b.mp4", seconds=2.0)
    summary.write(tmp_path / "batch.json")
    again = Summary.read(tmp_path / "batch.json")
    assert again.unfinished() == {"a"}
    assert str(again.outcomes["a"].error) == str(error)
    assert list(again.table())[-1] == "2 items: 1 done, 1 failed"
    (tmp_path / "batch.json").write_text("[]")
    with pytest.raises(ManifestError, match="is not a batch's summary"):
        Summary.read(tmp_path / "batch.json")
    with pytest.raises(InputError, match="run the batch once"):
        Summary.read(tmp_path / "gone.json")


def test_what_is_no_longer_in_the_manifest_is_no_longer_told(tmp_path: Path) -> None:
    outcomes = {name: Outcome(name, "a.png", "b.mp4", "failed") for name in ("one", "two")}
    summary = Summary("m.yaml", outcomes)
    summary.keep(["two", "three"])
    assert summary.counts == {"failed": 1}
    assert summary.unfinished() == {"two"}


def test_a_name_that_is_not_in_utf_8_costs_its_item_alone(media: Path) -> None:
    odd = os.fsdecode(b"caf\xe9.png")
    (media / "faces" / odd).write_bytes(b"x")
    plan = plan_batch(read_items(loaded(media, portraits="faces/*.png", driving="clips/one.mp4")), known)
    assert {item.name: item.error is None for item in plan.items} == {
        "ann__one": True,
        "bob__one": True,
        "caf___one": False,
    }
    failed = next(item for item in plan.items if item.error)
    summary = Summary(
        "m.yaml", {failed.name: Outcome(failed.name, failed.portrait, failed.driving, error=failed.error)}
    )
    summary.write(media / "batch.json")
    again = Summary.read(media / "batch.json").outcomes[failed.name]
    assert (again.portrait, str(again.error)) == (f"faces/{odd}", str(failed.error))
