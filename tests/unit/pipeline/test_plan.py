"""Planning is a pure function: the same manifest and facts give the same tasks, to the key."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from foundation.errors import DuetError, InputError, ManifestError
from foundation.times import FrameRange, chunks
from media.files.info import MediaInfo
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.build import build
from pipeline.plan.expand import Plan, expand
from pipeline.plan.graph import Graph
from pipeline.plan.planning import Facts
from pipeline.plan.select import Selection
from pipeline.plan.task import FileInput, Task, TaskInput
from stages.artifacts import Media
from stages.contracts import normalize
from stages.contracts.edit import Background, Passage
from stages.contracts.sound import SoundEntry
from tests.fakes.stages import ToyFacts, put_toy, toy_task
from tests.made_media import song, sound, video


def plan(folder: Path, media: dict[str, MediaInfo] | None = None, **changes: Any) -> Plan:
    """The plan of two portraits driven by one clip; `changes` replace the manifest's top-level fields."""
    for name in ("a.png", "b.png", "clip.mp4", "song.wav"):
        (folder / name).write_bytes(name.encode())
    data: dict[str, Any] = {
        "version": 1,
        "performers": {
            "ann": {"portrait": "a.png", "driving": {"video": "clip.mp4"}},
            "bob": {"portrait": "b.png", "driving": {"video": "clip.mp4"}},
        },
        "output": {"path": "out.mp4"},
    }
    loaded = LoadedManifest(validate(data | changes, folder / "m.yaml"), folder, "m")
    return expand(build(loaded), Facts(media or {"clip.mp4": video()}))


def only(made: Plan, stage: str, performer: str | None = None) -> Task:
    """The first task of a stage."""
    return next(task for task in made.graph if task.stage == stage and performer in (None, task.performer))


def stages(made: Plan) -> list[str]:
    return [task.stage for task in made.graph]


def test_a_shared_clip_is_read_and_followed_once(tmp_path: Path) -> None:
    made = plan(tmp_path)
    assert stages(made).count("probe") == 1
    assert stages(made).count("normalize") == 1
    assert stages(made).count("faces") == 3  # the clip and the two portraits
    assert stages(made).count("animate") == 2 * 5  # 300 frames in chunks of 64


def in_pieces(made: Plan, stage: str) -> list[Task]:
    """A stage's tasks, by their frames."""
    return sorted((task for task in made.graph if task.stage == stage), key=lambda task: task.settings.piece.start)


def test_a_long_clip_is_followed_in_pieces_that_depend_on_it_and_the_manifest_alone(tmp_path: Path) -> None:
    ann = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "start": 4}}}
    long = video(frames=2400, end="80")
    made = plan(tmp_path, {"clip.mp4": long}, performers=ann)
    looked = in_pieces(made, "faces_piece")
    parts = [(task.settings.piece.start, task.settings.piece.stop, task.settings.last) for task in looked]
    assert parts == [(0, 750, False), (750, 1500, False), (1500, 2278, True)]
    assert only(made, "faces_join").needs == tuple(task.key for task in looked)
    written = in_pieces(made, "normalize_piece")
    assert [task.needs for task in written] == [(only(made, "faces_join").key,)] * 3
    assert set(only(made, "normalize_join").needs) > {task.key for task in written}
    assert only(made, "normalize_join").key in only(made, "prepare").needs
    steady = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "steady_light": True}}}
    assert "normalize_piece" not in stages(plan(tmp_path, {"clip.mp4": long}, performers=steady))
    other = plan(tmp_path, {"clip.mp4": long}, performers=ann, defaults={"chunk_frames": 16})
    assert in_pieces(other, "faces_piece") == looked
    for whole in (replace(long, container="avi"), video(frames=1100, end="36.6")):
        assert "faces_piece" not in stages(plan(tmp_path, {"clip.mp4": whole}, performers=ann))
    damaged = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "allow_truncated": True}}}
    assert "faces_piece" not in stages(plan(tmp_path, {"clip.mp4": long}, performers=damaged))


def test_a_long_result_is_looked_at_in_pieces_that_wait_for_what_they_look_at_alone(tmp_path: Path) -> None:
    ann = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4"}}}
    made = plan(tmp_path, {"clip.mp4": video(frames=700, end="23.35")}, performers=ann, defaults={"chunk_frames": 50})
    seen = in_pieces(made, "measure_piece")
    assert [(task.settings.piece.start, task.settings.piece.stop) for task in seen] == [
        (0, 250),
        (250, 500),
        (500, 700),
    ]
    read = [task.settings.whole.chunks for task in seen]
    assert read == [tuple(range(0, 300, 50)), (0, *range(200, 550, 50)), (0, *range(450, 700, 50))]
    assert [len(task.inputs.chunks) for task in seen] == [6, 8, 6]
    join = only(made, "measure_join")
    assert [key for key in join.needs if key in {task.key for task in seen}] == [task.key for task in seen]
    assert join.key in only(made, "check").needs
    assert not {task.stage for task in map(made.graph.tasks.get, join.needs) if task} & {"animate", "composite"}
    decoded = in_pieces(made, "check_piece")
    assert [(task.settings.piece.start, task.settings.piece.stop) for task in decoded] == [
        (0, 250),
        (250, 500),
        (500, 700),
    ]
    assert {only(made, "mux").key, join.key} == {key for task in decoded for key in task.needs}
    assert list(only(made, "check").needs)[-3:] == [task.key for task in decoded]
    short = plan(tmp_path, {"clip.mp4": video(frames=374, end="12.47")}, performers=ann)
    assert [name for name in stages(short) if name.startswith(("measure", "check"))] == ["measure", "check"]


def test_the_same_facts_give_the_same_keys_and_a_change_only_what_follows_from_it(tmp_path: Path) -> None:
    first, again = plan(tmp_path), plan(tmp_path)
    assert list(first.graph.tasks) == list(again.graph.tasks)
    louder = plan(tmp_path, output={"path": "out.mp4", "audio": {"codec": "aac", "bitrate_kbps": 256}})
    new = [task.stage for task in louder.graph if task.key not in first.graph.tasks]
    assert new == ["mux", "check"]
    elsewhere = plan(tmp_path, output={"path": "other.mp4"})
    assert list(elsewhere.graph.tasks) == list(first.graph.tasks)


def test_the_credentials_name_what_is_seen_and_heard_and_what_was_done(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "sky.jpg")
    scenes = [{"layout": "side_by_side", "performers": ["ann", "bob"], "background": {"image": "sky.jpg"}}]
    media = {"clip.mp4": video(), "song.wav": song()}
    claim = plan(tmp_path, media, audio={"source": "song.wav"}, scenes=scenes).claim
    names = [each.path.name for each in claim.ingredients]
    assert names == ["a.png", "clip.mp4", "b.png", "song.wav", "sky.jpg"]
    done = [(step.action, [names[number] for number in step.to], step.told.split(",")[0]) for step in claim.steps]
    assert done == [
        ("c2pa.placed", names, "what is seen and heard in the result"),
        ("c2pa.cropped", ["a.png", "b.png"], "portraits"),
        ("c2pa.edited", ["a.png", "clip.mp4"], "animated: ann"),
        ("c2pa.edited", ["b.png", "clip.mp4"], "animated: bob"),
        ("c2pa.edited", [], "edited: scenes"),
    ]
    whole = [{"layout": "full", "performers": ["ann"], "fit": "fit"}]
    assert "c2pa.cropped" not in [step.action for step in plan(tmp_path, scenes=whole).claim.steps]


def test_a_clip_that_gives_a_singer_its_head_is_neither_seen_nor_heard(tmp_path: Path) -> None:
    (tmp_path / "a.lrc").write_text("[00:00.10]la la\n")
    ann = {"portrait": "a.png", "singing": {"performance": {"video": "clip.mp4"}}}
    media = {"clip.mp4": video(), "song.wav": song()}
    claim = plan(tmp_path, media, performers={"ann": ann}, audio={"source": "song.wav"}, lyrics="a.lrc").claim
    found = {each.path.name: each.relationship for each in claim.ingredients}
    assert found == {"a.png": "componentOf", "clip.mp4": "inputTo", "song.wav": "componentOf"}


def test_a_clip_that_lasts_for_days_is_refused_before_its_frames_are_counted_out(tmp_path: Path) -> None:
    """Two frames can stand a year apart."""
    year = 365 * 24 * 3600
    media = {"clip.mp4": video(fps=f"1/{year // 2}", end=str(year), frames=2, expected_frames=2)}
    with pytest.raises(ManifestError, match=r"would last 8760\.0 hours, and 24 is the most .*by driving\.end"):
        plan(tmp_path, media, output={"path": "out.mp4", "fps": 25})


def test_every_frame_is_in_one_chunk_and_every_chunk_in_the_edit(tmp_path: Path) -> None:
    made = plan(tmp_path)
    ranges = [task.settings.range for task in made.graph if task.stage == "animate" and task.performer == "ann"]
    assert [frame for part in ranges for frame in range(part.start, part.stop)] == list(range(300))
    edit = next(task for task in made.graph if task.stage == "edit")
    assert [len(chunks) for chunks in edit.inputs.chunks] == [5, 5]
    assert len(edit.inputs.crops) == 2


def test_rates_stay_exact_and_a_range_is_taken_on_the_clips_clock(tmp_path: Path) -> None:
    performers = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "start": 2, "end": 4}}}
    made = plan(tmp_path, {"clip.mp4": video(start="7/5", end="57/5")}, performers=performers)
    assert made.fps == Fraction(30000, 1001)
    assert made.frames == 60
    normalize = next(task for task in made.graph if task.stage == "normalize")
    assert normalize.settings.timing.start == Fraction(7, 5) + 2


def test_clips_share_their_sound_and_different_ones_are_mixed(tmp_path: Path) -> None:
    def entries(made: Plan) -> list[SoundEntry]:
        return list(only(made, "mux").settings.sound.entries)

    assert len(entries(plan(tmp_path))) == 1
    performers = {
        "ann": {"portrait": "a.png", "driving": {"video": "clip.mp4"}},
        "bob": {"portrait": "b.png", "driving": {"video": "clip.mp4", "start": 1}},
    }
    assert [entry.start for entry in entries(plan(tmp_path, performers=performers))] == [0, 1]
    until: dict[str, Any] = {
        name: {"portrait": f"{name[0]}.png", "driving": {"video": "clip.mp4", "end": end}}
        for name, end in (("ann", 2), ("bob", 4))
    }
    assert [entry.length for entry in entries(plan(tmp_path, performers=until))] == [4]  # bob is heard to his end
    mix = {"mix": [{"from": "bob", "gain_db": -6, "pan": 0.5}]}
    assert [entry.gain_db for entry in entries(plan(tmp_path, audio=mix))] == [-6]
    assert entries(plan(tmp_path, audio={"source": "none"})) == []


def test_a_song_starts_where_the_manifest_says(tmp_path: Path) -> None:
    facts = {"clip.mp4": video(), "song.wav": song()}
    made = plan(tmp_path, facts, audio={"source": "song.wav", "offset": -0.5})
    assert only(made, "mux").settings.sound.entries[0].offset == Fraction(-1, 2)


@pytest.mark.parametrize(
    ("scenes", "told"),
    [
        (
            [
                {"start": 0, "layout": "full", "performers": ["ann"]},
                {"start": 60, "layout": "full", "performers": ["bob"]},
            ],
            "scenes.1 starts at 60 s, after the end",
        ),
    ],
)
def test_scenes_that_cannot_be_are_told(tmp_path: Path, scenes: list[Any], told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        plan(tmp_path, scenes=scenes)


def test_scenes_meet_on_the_exact_frame(tmp_path: Path) -> None:
    scenes = [
        {"start": 0, "layout": "side_by_side", "performers": ["ann", "bob"]},
        {"start": 3.2, "layout": "full", "performers": ["bob"]},
    ]
    edit = next(task for task in plan(tmp_path, scenes=scenes).graph if task.stage == "edit")
    assert [scene.range for scene in edit.settings.scenes] == [FrameRange(0, 96), FrameRange(96, 300)]


def edit_of(made: Plan) -> Task:
    return next(task for task in made.graph if task.stage == "edit")


def scene(start: float = 0, **changes: Any) -> dict[str, Any]:
    return {"start": start, "layout": "full", "performers": ["ann"]} | changes


def test_a_scene_that_ends_early_leaves_the_frame_empty(tmp_path: Path) -> None:
    made = plan(tmp_path, scenes=[scene(end=2), scene(3, end=5)], output={"path": "o.mp4", "fps": 25})
    found = [(each.range.start, each.range.stop, each.performers) for each in edit_of(made).settings.scenes]
    assert found == [(0, 50, ("ann",)), (50, 75, ()), (75, 125, ("ann",)), (125, 250, ())]


def test_transitions_are_whole_frames_inside_their_scene(tmp_path: Path) -> None:
    through = {"kind": "wipe", "seconds": 0.5, "direction": "up"}
    made = plan(tmp_path, scenes=[scene(), scene(3.2, transition=through)])
    passages = [each.passage for each in edit_of(made).settings.scenes]
    assert passages == [None, Passage(kind="wipe", frames=15, direction="up")]
    with pytest.raises(ManifestError, match=r"scenes\.0\.transition lasts 5 s, longer than its scene \(2\.00 s\)"):
        plan(tmp_path, scenes=[scene(transition={"kind": "fade", "seconds": 5}), scene(2)])


@pytest.mark.parametrize(
    ("scenes", "told"),
    [
        ([scene(end=12)], r"scenes\.0 ends at 12 s, after the end of the video \(10\.01 s\)"),
        ([scene(), scene(3, end=3.001), scene(4)], r"scenes\.1 lasts no frame"),
        ([scene(), scene(3), scene(3.001)], r"scenes\.1 lasts no frame"),
        ([scene(performers=["ann", "bob"])], r"scenes\.0: layout full shows one picture, and 2 are named"),
        ([scene(layout="picture_in_picture")], r"scenes\.0: layout picture_in_picture shows two pictures or more"),
        (
            [scene(layout="stacked", performers=["ann", "bob"], gutter=0.25, margin=0.25)],
            r"scenes\.0: 2 panels do not fit",
        ),
    ],
)
def test_scenes_that_the_clip_has_no_room_for_are_told(tmp_path: Path, scenes: list[Any], told: str) -> None:
    with pytest.raises(ManifestError, match=told):
        plan(tmp_path, scenes=scenes, output={"path": "o.mp4", "size": [64, 24]})


def test_who_is_never_seen_is_told_and_not_animated(tmp_path: Path) -> None:
    made = plan(tmp_path, scenes=[scene()])
    assert "bob: is in no scene and is not animated" in made.notices
    assert {task.performer for task in made.graph if task.stage == "animate"} == {"ann"}
    assert list(made.performers) == ["ann"]


def drawn(made: Plan, stage: str, performer: str) -> list[int]:
    """The first frames of its chunks."""
    return [task.settings.range.start for task in made.graph if (task.stage, task.performer) == (stage, performer)]


def test_only_frames_that_a_scene_shows_are_drawn_and_judged(tmp_path: Path) -> None:
    scenes = [
        scene(performers=["ann"]),
        scene(4, performers=["bob"], transition={"kind": "crossfade", "seconds": 1}),
        scene(8, performers=["ann"]),
    ]
    made = plan(tmp_path, scenes=scenes, defaults={"chunk_frames": 20}, output={"path": "o.mp4", "fps": 25})
    # of 250 frames, ann is seen up to 124, the crossfade's last, and from 200 on; bob from 100 to 199
    assert drawn(made, "animate", "ann") == [0, 20, 40, 60, 80, 100, 120, 200, 220, 240]
    assert drawn(made, "animate", "bob") == [100, 120, 140, 160, 180]
    assert only(made, "measure", "bob").settings.drawn == (FrameRange(100, 200),)
    acts = {act.name: act.chunks for task in made.graph if task.stage == "edit" for act in task.settings.acts}
    assert acts["bob"] == (100, 120, 140, 160, 180)


def test_all_frames_of_whom_a_pass_is_written_are_drawn(tmp_path: Path) -> None:
    performers = two_portraits(ann={"composite": {"passes": ["matte"]}})
    scenes = [scene(performers=["ann"]), scene(4, performers=["bob"])]
    made = plan(tmp_path, performers=performers, scenes=scenes)
    assert drawn(made, "animate", "ann") == [0, 64, 128, 192, 256]
    assert drawn(made, "animate", "bob") == [64, 128, 192, 256]


def test_who_is_shown_after_the_end_of_its_clip_is_drawn_to_its_last_frame(tmp_path: Path) -> None:
    bob = {"driving": {"video": "clip.mp4", "end": 4}}
    scenes = [scene(performers=["ann"]), scene(8, performers=["bob"])]
    made = plan(tmp_path, performers=two_portraits(bob=bob), scenes=scenes)
    last = max(range(0, made.performers["bob"].frames, 64))
    assert drawn(made, "animate", "bob") == [last]


def test_backgrounds_are_inputs_and_looked_at_before_the_work(tmp_path: Path) -> None:
    from skimage import data

    from media.image.images import write_png

    write_png(tmp_path / "wall.png", data.astronaut())
    facts = {"clip.mp4": video(), "stage.mp4": video(start="1/2")}
    (tmp_path / "stage.mp4").write_bytes(b"stage")
    made = plan(
        tmp_path,
        facts,
        scenes=[
            scene(background={"image": "wall.png"}),
            scene(1, background={"video": "stage.mp4", "start": 2}),
            scene(2, background="blur"),
            scene(3, background="#102030"),
        ],
    )
    edit = edit_of(made)
    assert [each.background for each in edit.settings.scenes] == [
        Background(file=0),
        Background(file=1, start=Fraction(5, 2)),
        Background(blur=True),
        Background(color="#102030"),
    ]
    assert [Path(each.given.path).name for each in edit.inputs.backgrounds] == ["wall.png", "stage.mp4"]
    with pytest.raises(InputError, match=r"scenes\.0\.background\.image is no picture"):
        plan(tmp_path, facts, scenes=[scene(background={"image": "a.png"})])
    with pytest.raises(InputError, match=r"scenes\.0\.background\.video has no video"):
        plan(tmp_path, facts | {"song.wav": song()}, scenes=[scene(background={"video": "song.wav"})])
    with pytest.raises(ManifestError, match=r"scenes\.0\.background starts after its video ends"):
        plan(tmp_path, facts, scenes=[scene(background={"video": "stage.mp4", "start": 60})])


def test_clips_that_cannot_drive_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no video stream"):
        plan(tmp_path, {"clip.mp4": replace(video(), video=None, audio=())})
    short = {"clip.mp4": video(truncated=True, frames=120)}
    with pytest.raises(InputError, match="announces 300 frames and holds 120"):
        plan(tmp_path, short)
    allowed = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "allow_truncated": True}}}
    assert plan(tmp_path, short, performers=allowed).frames == 300
    late = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "start": 11}}}
    with pytest.raises(ManifestError, match=r"start is 11 s, but the clip ends after 10\.00 s"):
        plan(tmp_path, performers=late)


def two_portraits(**changes: dict[str, Any]) -> dict[str, Any]:
    """Two performers of one clip, by whom their fields are changed."""
    one = {name: {"portrait": f"{name[0]}.png", "driving": {"video": "clip.mp4"}} for name in ("ann", "bob")}
    return {name: written | changes.get(name, {}) for name, written in one.items()}


def two_faces(**changes: Any) -> dict[str, Any]:
    """Two performers of one picture."""
    return {
        "ann": {"portrait": "a.png", "face": "leftmost", "driving": {"video": "clip.mp4"}} | changes,
        "bob": {"portrait": "a.png", "face": "rightmost", "driving": {"video": "clip.mp4", "end": 4}} | changes,
    }


def test_several_faces_of_one_picture_share_a_panel(tmp_path: Path) -> None:
    scenes = [
        {"start": 0, "layout": "side_by_side", "performers": ["bob", "ann"]},
        {"start": 5, "layout": "full", "performers": ["bob"]},
    ]
    made = plan(tmp_path, performers=two_faces(), scenes=scenes)
    edit = next(task for task in made.graph if task.stage == "edit")
    assert [scene.performers for scene in edit.settings.scenes] == [("ann",), ("ann",)]
    assert [act.name for act in edit.settings.acts] == ["ann"]
    merged = [task for task in made.graph if task.stage == "merge"]
    assert [task.settings.range for task in merged] == chunks(300, 64)
    # bob's clip has 120 frames in chunks that begin at 0 and 64; afterwards the last one is shown
    assert [task.settings.members[1].chunks for task in merged] == [(0,), (64,), (64,), (64,), (64,)]
    crops = [task for task in made.graph if task.stage == "crop"]
    assert [len(crop.inputs.others) for crop in crops] == [1, 1]


def test_one_face_has_one_driver(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="ann and bob take the same face of the same picture"):
        plan(tmp_path, performers=two_faces(face="largest"))
    apart = plan(tmp_path, performers=two_faces(face="largest", composite={"into": "crop"}))
    assert list(apart.performers) == ["ann", "bob"]
    assert "merge" not in stages(apart)


def test_missing_files_are_told_together(tmp_path: Path) -> None:
    performers = {
        "ann": {"portrait": "gone.png", "driving": {"video": "lost.mp4"}},
        "bob": {"portrait": "b.png", "driving": {"video": "clip.mp4"}},
    }
    with pytest.raises(InputError) as caught:
        plan(tmp_path, performers=performers)
    assert "performers.ann.portrait" in str(caught.value)
    assert "performers.ann.driving.video" in str(caught.value)


def test_a_task_survives_json_and_foreign_json_is_refused(tmp_path: Path) -> None:
    for task in plan(tmp_path).graph:
        assert Task.from_json(json.loads(json.dumps(task.to_json()))).key == task.key
    wrongs: tuple[Any, ...] = ({}, [], {"duet_task": 2, "stage": "rm", "settings": {}, "inputs": {}}, None)
    for wrong in wrongs:
        with pytest.raises(ManifestError, match="is not a task file"):
            Task.from_json(wrong)
    good = only(plan(tmp_path), "crop").to_json()
    changes: list[dict[str, Any]] = [
        {"settings": good["settings"] | {"speed": 2}},
        {"settings": {name: value for name, value in good["settings"].items() if name != "engine"}},
        {"settings": good["settings"] | {"face_limit": "large"}},
        {"inputs": good["inputs"] | {"faces": {"stage": "..", "key": "../x"}}},
        {"inputs": good["inputs"] | {"more": good["inputs"]["faces"]}},
        {"duet_task": 1},
        {"frames": 10**30},
        {"settings": good["settings"] | {"range": {"start": 0, "stop": 10**30}}},
    ]
    for change in changes:
        with pytest.raises(ManifestError, match="is not a task file"):
            Task.from_json(json.loads(json.dumps(good | change)))


def test_nothing_behind_finished_work_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    put_toy(monkeypatch, lambda *_: ToyFacts())
    graph = Graph()
    first = graph.add(toy_task("first", FileInput("a", "d")))
    second = graph.add(toy_task("second", first.output))
    third = graph.add(toy_task("third", second.output))
    assert graph.needed_for([third.key], set()) == [first, second, third]
    assert graph.needed_for([third.key], {second.key}) == [third]
    assert graph.needed_for([third.key], {third.key}) == []
    with pytest.raises(ValueError, match="not in the graph"):
        graph.add(toy_task("crop", TaskInput("faces", "0" * 64)))


def test_numbered_pictures_are_gathered_once_and_read_as_a_clip(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"shot_{number:02d}.png").write_bytes(bytes([number]))
    driving = {"video": "shot_%02d.png", "fps": 24}
    performers = {name: {"portrait": f"{name[0]}.png", "driving": driving} for name in ("ann", "bob")}
    facts = {"shot_%02d.png": video(end="5/24", fps="24", frames=5)}
    made = plan(tmp_path, facts, performers=performers)
    gather = next(task for task in made.graph if task.stage == "image_sequence")
    assert stages(made).count("image_sequence") == 1
    assert [Path(each.given.path).name for each in gather.inputs.pictures] == [
        f"shot_{number:02d}.png" for number in range(5)
    ]
    readers = [task for task in made.graph if gather.key in task.needs]
    assert {task.stage for task in readers} >= {"faces", "normalize"}
    for task in readers:
        assert Task.from_json(json.loads(json.dumps(task.to_json()))).key == task.key
    (tmp_path / "shot_03.png").write_bytes(b"retouched")
    again = plan(tmp_path, facts, performers=performers)
    assert not {task.key for task in (gather, *readers)} & set(again.graph.tasks)


@pytest.mark.parametrize(
    ("driving", "told"),
    [
        ({"video": "shot_%02d.png"}, "if it means numbered pictures, add driving.fps"),
        ({"video": "shot_%02d.png", "fps": 24}, "there are no such pictures"),
    ],
)
def test_pictures_that_are_not_there(driving: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        plan(tmp_path, performers={"ann": {"portrait": "a.png", "driving": driving}})


def test_two_rates_for_the_same_pictures_are_refused(tmp_path: Path) -> None:
    (tmp_path / "s1.png").touch()
    performers = {
        name: {"portrait": "a.png", "driving": {"video": "s%d.png", "fps": fps}} for name, fps in (("x", 24), ("y", 25))
    }
    with pytest.raises(
        ManifestError, match=r"y: performers\.y\.driving\.fps is 25, and x plays the same pictures at 24"
    ):
        plan(tmp_path, performers=performers)


def test_a_rate_for_a_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="a video has a rate of its own"):
        plan(tmp_path, performers={"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "fps": 24}}})


@pytest.mark.parametrize("name", ["../key", "a/b", ".."])
def test_a_task_file_cannot_lead_out_of_an_artifact(name: str, tmp_path: Path) -> None:
    task = only(plan(tmp_path), "crop")
    task = replace(task, inputs=replace(task.inputs, media=Media(TaskInput("image_sequence", "0" * 64, name))))
    with pytest.raises(ManifestError, match="is no plain file name"):
        Task.from_json(task.to_json())


def normalize_of(made: Plan, name: str) -> normalize.Settings:
    settings: normalize.Settings = only(made, "normalize", name).settings
    return settings


@pytest.mark.parametrize(
    ("start", "end", "frames"),
    [
        (1, "0:02", 30),
        ({"frame": 30}, {"frame": 60}, 30),
        ("00:00:01:00", "00:00:02:00", 30),
        ("00:00:01;00", "00:00:02;00", 30),
    ],
)
def test_start_and_end_in_every_form(start: Any, end: Any, frames: int, tmp_path: Path) -> None:
    driving = {"video": "clip.mp4", "start": start, "end": end}
    made = plan(tmp_path, {"clip.mp4": video()}, performers={"ann": {"portrait": "a.png", "driving": driving}})
    assert made.frames == frames
    assert abs(normalize_of(made, "ann").timing.start - 1) <= Fraction(1, 1000)


@pytest.mark.parametrize(
    ("driving", "facts", "told"),
    [
        ({"start": "00:00:00:30"}, {}, "a second has the frames 00 to 29"),
        ({"end": "00:01:00;00"}, {}, "driving.end is 00:01:00;00: drop-frame timecode leaves this one out"),
        ({"start": {"frame": 5}}, {"variable": True}, "keep no steady clock"),
        ({"start": {"frame": 300}}, {}, "driving.start is frame 300, but the clip ends after 10.00 s"),
        ({"start": {"frame": 60}, "end": 1}, {}, r"driving.end \(1 s\) is not later than start \(frame 60\)"),
    ],
)
def test_places_that_a_clip_has_not(driving: dict[str, Any], facts: dict[str, Any], told: str, tmp_path: Path) -> None:
    performers = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4"} | driving}}
    with pytest.raises(ManifestError, match=told):
        plan(tmp_path, {"clip.mp4": video(**facts)}, performers=performers)


SONG = song("25")


@pytest.mark.parametrize(
    ("way", "source", "frames", "fit"),
    [
        (None, "song.wav", 250, None),
        ("cut", "song.wav", 250, None),
        ("hold", "song.wav", 625, None),
        ("loop", "song.wav", 625, normalize.Fit(way="loop", length=Fraction(10))),
        ("mirror", "song.wav", 625, normalize.Fit(way="mirror", length=Fraction(10))),
        ("stretch", "song.wav", 625, normalize.Fit(way="stretch", length=Fraction(10))),
        ("cut", "driving", 200, None),
        ("hold", "driving", 200, None),
        ("stretch", "driving", 200, normalize.Fit(way="stretch", length=Fraction(10))),
    ],
)
def test_who_follows_the_sound_is_as_long_as_it(
    way: str | None, source: str, frames: int, fit: Any, tmp_path: Path
) -> None:
    facts = replace(video(fps="25", frames=250), audio=(sound(duration="8"),))
    driving = {"video": "clip.mp4"} | ({"to_sound": way} if way else {})
    made = plan(
        tmp_path,
        {"clip.mp4": facts, "song.wav": SONG},
        performers={"ann": {"portrait": "a.png", "driving": driving}},
        audio={"source": source},
    )
    assert made.frames == frames
    assert normalize_of(made, "ann").fit == fit


def test_which_of_several_sound_tracks_is_heard_is_told(tmp_path: Path) -> None:
    tracks = tuple(sound(duration="9", track=number) for number in (1, 0))
    made = plan(tmp_path, {"clip.mp4": replace(video(), audio=tracks)})
    told = "clip.mp4: of several sound tracks, number 2 is heard (audio.source and audio.track choose another)"
    assert made.notices.count(told) == 1
    silent = plan(tmp_path, {"clip.mp4": replace(video(), audio=tracks)}, audio={"source": "none"})
    assert not any("sound tracks" in notice for notice in silent.notices)
    media = {"clip.mp4": video(), "song.wav": replace(song(), audio=tracks)}
    chosen = plan(tmp_path, media, audio={"source": "song.wav", "track": 1})
    assert [entry.stream for entry in only(chosen, "mux").settings.sound.entries] == [1]
    with pytest.raises(ManifestError, match=r"audio.track is 3, and there is no such sound track .choose 1 or 2"):
        plan(tmp_path, media, audio={"source": "song.wav", "track": 3})


def test_frames_that_no_scene_shows_are_nothing_to_do_and_those_beyond_the_end_a_mistake(tmp_path: Path) -> None:
    made = plan(tmp_path, scenes=[{"start": 6, "layout": "full", "performers": ["ann"]}])
    assert Selection(frames=FrameRange(0, 64)).of(made.graph) == []
    assert Selection(only="animate", frames=FrameRange(0, 64)).of(made.graph) == []
    assert [task.chunk for task in Selection(frames=FrameRange(290, 300)).of(made.graph)] == [FrameRange(256, 300)]
    with pytest.raises(ManifestError, match="begins with 300, and the last that is made is 299"):
        Selection(frames=FrameRange(300, 310)).of(made.graph)
    with pytest.raises(ManifestError, match="no such tasks"):
        Selection(only="crop", frames=FrameRange(0, 64)).of(made.graph)
    part = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "end": 4}}}
    short = plan(tmp_path, {"clip.mp4": video(fps="25", frames=250)}, performers=part)
    with pytest.raises(ManifestError, match="begins with 150, and the last that is made is 99"):
        Selection(frames=FrameRange(150, 160)).of(short.graph)


@pytest.mark.parametrize(
    ("beside", "name"),
    [
        ({"poster": {"path": "p.png", "at": 99}}, "output.poster.at"),
        ({"preview": {"path": "p.gif", "start": 99}}, "output.preview.start"),
    ],
)
def test_what_is_shown_of_no_frame_is_refused_before_the_work(beside: Any, name: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=rf"{name} is 99 s, and the video ends after \d+\.\d\d s"):
        plan(tmp_path, output={"path": "out.mp4"} | beside)


@pytest.mark.parametrize("source", ["driving", "song.wav"])
def test_more_channels_than_the_codec_has_places_for_are_refused(source: str, tmp_path: Path) -> None:
    eight = (replace(sound(duration="9"), channels=8),)
    media = {"clip.mp4": replace(video(), audio=eight), "song.wav": replace(song(), audio=eight)}
    output = {"path": "out.mp4", "audio": {"codec": "alac"}}
    with pytest.raises(ManifestError, match=r"8 channels, and ALAC has places for 7 \(choose pcm or flac"):
        plan(tmp_path, media, output=output, audio={"source": source})
    plan(tmp_path, media, output=output, audio={"source": "none"})
    plan(tmp_path, media, output={"path": "out.mp4", "audio": {"codec": "flac"}}, audio={"source": source})


def test_the_channels_of_the_track_that_is_heard_count(tmp_path: Path) -> None:
    tracks = (replace(sound(duration="9"), channels=8), replace(sound(duration="9"), track=1))
    media = {"clip.mp4": video(), "song.wav": replace(song(), audio=tracks)}
    output = {"path": "out.mp4", "audio": {"codec": "alac"}}
    plan(tmp_path, media, output=output, audio={"source": "song.wav", "track": 2})
    with pytest.raises(ManifestError, match="8 channels"):
        plan(tmp_path, media, output=output, audio={"source": "song.wav", "track": 1})


def test_a_song_that_is_cut_off_is_told_with_the_cure(tmp_path: Path) -> None:
    media = {"clip.mp4": replace(video(fps="25", frames=250), audio=()), "song.wav": SONG}

    def notices(audio: dict[str, Any], **driving: Any) -> str:
        performers = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4"} | driving}}
        return "; ".join(plan(tmp_path, media, performers=performers, audio={"source": "song.wav"} | audio).notices)

    assert "the sound ends after 25.00 s, the video after 10.00 s: driving.to_sound" in notices({})
    assert "the sound ends after 15.00 s" in notices({"trim": {"start": 10}})
    for kept in (
        notices({"trim": {"start": 10, "end": 14}}),
        notices({}, to_sound="cut"),
        notices({"trim": {"start": 14.7}}),
    ):
        assert "the sound ends" not in kept


def test_a_clips_own_longer_sound_is_heard_to_its_end(tmp_path: Path) -> None:
    facts = replace(video(fps="25", frames=250), audio=(sound("1/5", "12"),))
    performers = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "start": 1, "to_sound": "mirror"}}}
    made = plan(tmp_path, {"clip.mp4": facts}, performers=performers)
    assert made.frames == 280  # 12.2 s, from 1 s on
    assert only(made, "mux").settings.sound.entries[0].length == Fraction(56, 5)


def test_there_must_be_sound_to_follow(tmp_path: Path) -> None:
    performers = {"ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "to_sound": "loop"}}}
    with pytest.raises(ManifestError, match="there is no sound to follow"):
        plan(tmp_path, {"clip.mp4": replace(video(), audio=())}, performers=performers)


@pytest.mark.parametrize(
    ("source", "offset", "told"),
    [
        ("song.wav", -3.9, ""),
        ("song.wav", -4, "ends 0.00 s before the video begins"),
        ("song.wav", 9.9, ""),
        ("song.wav", 10.5, "begins at 10.50 s"),
        ("driving", -9.9, ""),
        ("driving", -10.5, "ends 0.50 s before the video begins"),
        ("driving", 10.5, "begins at 10.50 s"),
    ],
)
def test_an_offset_that_leaves_nothing_of_the_sound_is_refused_before_the_work(
    tmp_path: Path, source: str, offset: float, told: str
) -> None:
    """Of ten seconds of picture, and a song of four."""
    facts = {"clip.mp4": video(), "song.wav": song("4")}
    audio = {"source": source, "offset": offset}
    if not told:
        assert plan(tmp_path, facts, audio=audio).frames == 300
        return
    with pytest.raises(ManifestError, match=rf"audio\.offset is {offset} s: the sound {told}, and nothing of it is"):
        plan(tmp_path, facts, audio=audio)


@pytest.mark.parametrize(
    ("facts", "clip", "told"),
    [
        (video(), {"start": 11}, r"performers\.ann\.singing\.performance\.start is 11 s"),
        (
            video(fps="25"),
            {"start": "00:00:01;02"},
            r"performers\.ann\.singing\.performance\.start is 00:00:01;02: drop-frame",
        ),
        (video(truncated=True, frames=120), {}, r"set singing\.performance\.allow_truncated"),
    ],
)
def test_what_is_wrong_with_a_singers_clip_is_told_by_its_own_field(
    tmp_path: Path, facts: MediaInfo, clip: dict[str, Any], told: str
) -> None:
    singing = {"words": "la", "separate": "no", "performance": {"video": "clip.mp4"} | clip}
    wanted: dict[str, Any] = {"performers": {"ann": {"portrait": "a.png", "singing": singing}}, "audio": "song.wav"}
    with pytest.raises(DuetError) as caught:
        plan(tmp_path, {"clip.mp4": facts, "song.wav": song()}, **wanted)
    assert re.search(told, str(caught.value))


def test_what_takes_long_in_one_task_comes_first_and_frames_by_their_place(tmp_path: Path) -> None:
    """Two performers with clips of their own: both are followed before anyone moves, the longer way first; and a piece
    of the edit comes as soon as it can be drawn."""
    (tmp_path / "other.mp4").write_bytes(b"other")
    performers = {
        "ann": {"portrait": "a.png", "driving": {"video": "clip.mp4", "end": 3}},
        "bob": {"portrait": "b.png", "driving": {"video": "other.mp4"}},
    }
    long = video(frames=900, end="30")
    made = plan(tmp_path, {"clip.mp4": video(), "other.mp4": long}, performers=performers)
    order = [task.label for task in made.graph if task.stage != "probe"]
    assert order[:2] == ["bob: faces", "bob: normalize"]
    first = order.index("ann: animate 0-63")
    assert {"ann: prepare", "bob: prepare", "ann: faces"} <= set(order[:first])
    assert order[first + 1] == "bob: animate 0-63"
    assert order.index("edit 0-249") < order.index("bob: animate 256-319") < order.index("edit 250-499")
    assert order.index("ann: measure") < order.index("bob: animate 320-383")
    assert order[-1] == "check"
    for number, task in enumerate(made.graph):
        assert {list(made.graph.tasks).index(need) for need in task.needs} <= set(range(number))
