"""Manifests with `singing`: mistakes told at their field, and a plan that shares what performers have in common."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from foundation.errors import InputError, ManifestError
from foundation.times import FrameRange
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan import singing
from pipeline.plan.build import build
from pipeline.plan.expand import Plan, expand
from pipeline.plan.planning import Facts
from pipeline.plan.task import Task
from stages.contracts import subtitles
from tests.made_media import song, video

WORDS = "Ann: the moon is bright\nBob: above my little boat\nremember every promise\n"
LRC = "[00:00.50]Ann: the moon is bright\n[00:02.00]Bob: above my boat\n[00:04.00]remember me\n[00:07.00]\n"


def manifest(ann: dict[str, Any], bob: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    performers = {"Ann": {"portrait": "a.png", **ann}} | ({"Bob": {"portrait": "b.png", **bob}} if bob else {})
    whole = {"version": 1, "performers": performers, "audio": {"source": "song.wav"}, "output": {"path": "out.mp4"}}
    return whole | changes


def plan(folder: Path, data: dict[str, Any], told: subtitles.Facts | None = None) -> Plan:
    """The plan; song.wav and voice.wav last 10 s, clip.mp4 has 300 frames at 25 a second."""
    texts = {"words.txt": WORDS, "song.lrc": LRC, "late.lrc": "[01:00.00]too late\n[01:02.00]\n"}
    for name in ("a.png", "b.png", "clip.mp4", "song.wav", "voice.wav", *texts):
        (folder / name).write_text(texts.get(name, name), encoding="utf-8")
    loaded = LoadedManifest(validate(data, folder / "m.yaml"), folder, "m")
    media = {"clip.mp4": video(), "song.wav": song(), "voice.wav": song()}
    return expand(build(loaded), Facts(media, told))


def tasks(made: Plan, stage: str) -> list[Task]:
    return [task for task in made.graph if task.stage == stage]


@pytest.mark.parametrize(
    ("performer", "rest", "told"),
    [
        ({}, {}, "performers.Ann.driving: is missing (add it, or singing)"),
        (
            {"driving": {"video": "clip.mp4"}, "singing": {"words": "words.txt"}},
            {},
            "performers.Ann.singing: cannot go with driving",
        ),
        ({"singing": {}}, {}, "performers.Ann.singing.words: there are no lyrics"),
        (
            {"singing": {"words": None}},
            {"audio": {}},
            "performers.Ann.singing.sound: audio.source is driving, which is no song",
        ),
        ({"singing": {"words": "la", "language": "tlh"}}, {}, "there are no rules for the language 'tlh'"),
        ({"singing": {"words": "la", "language": False}}, {}, 'write "no", in quotes, for Norwegian'),
        (
            {"singing": {"words": 1999}},
            {},
            "performers.Ann.singing.words: 1999 cannot be used: YAML reads it as no text",
        ),
        ({"singing": {"words": "la", "mood": "hapy"}}, {}, "did you mean happy?"),
        ({"singing": {"words": "la", "energy": 3}}, {}, "performers.Ann.singing.energy"),
        ({"singing": {"words": "la", "volume": 3}}, {}, "performers.Ann.singing.volume: is not a known field"),
    ],
)
def test_a_mistake_is_told_at_its_field(performer: dict[str, Any], rest: dict[str, Any], told: str) -> None:
    with pytest.raises(ManifestError, match=r"1 mistake in the manifest") as raised:
        validate(manifest(performer, **rest), Path("m.yaml"))
    assert told in str(raised.value)


def test_yes_and_no_mean_what_they_say() -> None:
    made = validate(manifest({"singing": {"words": "la", "separate": False}}), Path("m.yaml"))
    singing = made.performers["Ann"].singing
    assert singing is not None
    assert singing.separate == "no"


def test_a_batch_takes_clips_alone() -> None:
    data = {
        "version": 1,
        "batch": {"portraits": "*.png", "driving": "*.mp4", "performer": {"singing": {"words": "la"}}},
        "output": {"path": "{name}.mp4"},
    }
    with pytest.raises(ManifestError, match="a batch matches portraits with clips"):
        validate(data, Path("m.yaml"))


def test_who_sings_the_same_song_shares_voice_and_phones_and_sings_its_own_lines(tmp_path: Path) -> None:
    made = plan(tmp_path, manifest({"singing": {"words": "words.txt"}}, {"singing": {"words": "words.txt"}}))
    assert [len(tasks(made, stage)) for stage in ("voice", "phones", "perform")] == [1, 1, 2]
    assert [task.settings.part.singer for task in tasks(made, "perform")] == ["Ann", "Bob"]
    assert not {"faces", "normalize"} & {task.stage for task in made.graph if task.frames > 1}
    assert made.fps == 25
    assert made.frames == 250


def test_who_listens_looks_where_the_other_is_seen(tmp_path: Path) -> None:
    same = {"singing": {"words": "words.txt"}}
    scenes = [
        {"start": 0, "layout": "side_by_side", "performers": ["Ann", "Bob"]},
        {"start": 4, "layout": "full", "performers": ["Ann"]},
        {"start": 6, "layout": "stacked", "performers": ["Bob", "Ann"]},
    ]
    made = plan(tmp_path, manifest(same, same, scenes=scenes))
    ann, bob = (task.settings.partners for task in tasks(made, "perform"))
    assert [(one.name, one.seen, one.right, one.down) for one in ann] == [
        ("Bob", FrameRange(0, 100), 1.0, 0.0),
        ("Bob", FrameRange(150, 250), 0.0, -1.0),
    ]
    assert [(one.right, one.down) for one in bob] == [(-1.0, 0.0), (0.0, 1.0)]


def test_who_sings_the_same_lines_shares_the_whole_performance(tmp_path: Path) -> None:
    one = {"singing": {"words": "the moon is bright\nabove my boat"}}
    made = plan(tmp_path, manifest(one, one))
    assert len(tasks(made, "perform")) == 1
    other = plan(tmp_path, manifest(one, {"singing": one["singing"] | {"seed": 2}}))
    assert len(tasks(other, "perform")) == 2


def test_times_of_lyrics_are_those_of_the_result_and_of_a_file_those_of_the_song(tmp_path: Path) -> None:
    audio = {"source": "song.wav", "offset": 1.5, "trim": {"start": 1, "end": 9}}
    of_file = plan(tmp_path, manifest({"singing": {"words": "song.lrc", "offset": 0.04}}, audio=audio))
    lines = tasks(of_file, "phones")[0].settings.lines
    assert [(line.start, line.end) for line in lines[:2]] == [(0.0, 1.0), (1.0, 3.0)]
    voice = tasks(of_file, "voice")[0].settings
    assert (voice.start, voice.length) == (1, 8)
    assert tasks(of_file, "perform")[0].settings.part.delay == Fraction("1.54")
    assert of_file.frames == round(9.5 * 25)
    told = subtitles.Facts(lines=3, last=4000, singers=(), fonts=())
    data = manifest({"singing": {}}, audio=audio, lyrics={"file": "song.lrc", "offset": 2})
    of_lyrics = tasks(plan(tmp_path, data, told), "phones")[0].settings.lines
    assert [(line.start, line.end) for line in of_lyrics[:2]] == [(1.0, 2.5), (2.5, 4.5)]


def test_a_scene_says_whose_turn_it_is(tmp_path: Path) -> None:
    same = {"singing": {"words": "words.txt"}}
    scenes = [
        {"start": 0, "layout": "side_by_side", "performers": ["Ann", "Bob"], "sings": ["Ann"]},
        {"start": 4, "layout": "side_by_side", "performers": ["Ann", "Bob"], "sings": ["Bob"]},
    ]
    made = plan(tmp_path, manifest(same, same, scenes=scenes))
    assert [task.settings.part.turns for task in tasks(made, "perform")] == [
        (FrameRange(0, 100),),
        (FrameRange(100, 250),),
    ]
    # the driver that is made up listens by itself
    assert all(task.settings.turns is None for task in tasks(made, "prepare"))


def test_without_words_turns_are_taken_as_of_a_clip(tmp_path: Path) -> None:
    scenes = [{"start": 0, "layout": "full", "performers": ["Ann"], "sings": []}]
    made = plan(tmp_path, manifest({"singing": {"words": None}}, scenes=scenes))
    assert not tasks(made, "phones")
    assert tasks(made, "prepare")[0].settings.turns is not None


def test_a_performance_lends_its_head_and_is_brought_to_the_songs_length(tmp_path: Path) -> None:
    made = plan(tmp_path, manifest({"singing": {"words": "la la", "performance": {"video": "clip.mp4", "end": 4}}}))
    assert made.fps == Fraction(30000, 1001)
    assert made.frames == 300
    assert tasks(made, "normalize")[0].settings.fit.way == "mirror"
    assert tasks(made, "perform")[0].inputs.filmed is not None


def test_a_song_of_ones_own_is_heard_where_audio_is_the_performers(tmp_path: Path) -> None:
    made = plan(tmp_path, manifest({"singing": {"sound": "voice.wav", "words": "la"}}, audio={"source": "driving"}))
    entries = tasks(made, "mux")[0].settings.sound.entries
    assert [entry.length for entry in entries] == [10]


@pytest.mark.parametrize(
    ("performer", "problem", "cure"),
    [
        ({"singing": {"words": "late.lrc"}}, "none of its 1 lines lies within", "audio.trim"),
        ({"singing": {"words": "[Chorus]"}}, "holds no words", "a line a line"),
        ({"singing": {"words": "la"}, "engine": "tpsmm"}, "no filmed driver to look at", "duet-128"),
    ],
)
def test_what_cannot_be_sung_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, performer: dict[str, Any], problem: str, cure: str
) -> None:
    if "engine" in performer:
        performer = performer | {"tpsmm": {"config": "vox-256", "checkpoint": "song.wav"}}
    with pytest.raises(InputError) as raised:
        plan(tmp_path, manifest(performer))
    assert problem in raised.value.problem
    assert cure in (raised.value.cure or "")


def test_separation_that_is_asked_for_and_not_there_is_refused_and_else_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(singing, "_can_separate", lambda: False)
    with pytest.raises(InputError, match=r"singing\.separate is yes"):
        plan(tmp_path, manifest({"singing": {"words": "la", "separate": "yes"}}))
    made = plan(tmp_path, manifest({"singing": {"words": "la"}}))
    assert tasks(made, "voice")[0].settings.separate == "no"
    assert any("docs/song.md" in line for line in made.notices)
