"""The manifest: every mistake at once, each with its path, what stands there and the cure. Texts are pinned."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from foundation.errors import InputError, ManifestError
from media.text.singers import Singers
from pipeline.directing.cast import cast
from pipeline.manifest.described import json_schema, page
from pipeline.manifest.load import load_manifest, load_manifests
from pipeline.manifest.schema import Manifest
from tests.conftest import ROOT

GOOD = """
version: 1
performers:
  mona_lisa:
    portrait: mona.jpg
    driving: {video: clip.mp4, start: 0.1, end: 3.3}
output: {path: out/duet.mp4, fps: 29.97}
"""


def load(tmp_path: Path, text: str) -> Manifest:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return load_manifest(path).manifest


def mistakes(tmp_path: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ManifestError) as caught:
        load(tmp_path, text)
    assert caught.value.exit_code == 2
    assert caught.value.file == str(tmp_path / "m.yaml")
    return caught.value.mistakes


def test_a_good_manifest_keeps_exact_numbers_and_defaults(tmp_path: Path) -> None:
    manifest = load(tmp_path, GOOD)
    driving = manifest.performers["mona_lisa"].driving
    assert driving is not None
    assert driving.start.seconds == Fraction(1, 10)
    assert manifest.output.fps == Fraction(30000, 1001)
    assert manifest.output.size == (1280, 720)
    assert manifest.defaults.chunk_frames == 64
    assert manifest.performers["mona_lisa"].motion.smoothing == 0.5


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = """
version: 1
titel: x
performers:
  mona_lisa:
    portrait: 5
    driving: {vidio: a.mp4, start: 5, end: 3}
    engine: lanmark_tps
    motion: {head: 3, reference: wrst}
scenes: [{start: 0, layout: ful, performers: [bob]}]
output: {path: a.avi, size: [1281, 720], fps: x}
"""
    assert mistakes(tmp_path, text) == (
        "performers.mona_lisa.portrait: 5 cannot be used: it is no text (put it into quotation marks)",
        "performers.mona_lisa.driving.video: is missing (add it)",
        "performers.mona_lisa.driving.vidio: is not a known field; did you mean video? "
        "(known: video, fps, face, start, end, to_sound, steady_light, allow_truncated, "
        "on_scene_cut, on_face_lost, crop)",
        "performers.mona_lisa.engine: \"lanmark_tps\" is not known (use 'auto', 'liveportrait', 'tpsmm', 'fomm' "
        "or 'landmark_tps'; did you mean landmark_tps?)",
        'performers.mona_lisa.motion.reference: "wrst" cannot be used: use best, neutral, nearest, '
        "first or a frame number",
        "performers.mona_lisa.motion.head: 3 cannot be used: input should be less than or equal to 2",
        "scenes.0.layout: \"ful\" is not known (use 'full', 'side_by_side', 'stacked', 'grid' or "
        "'picture_in_picture'; did you mean full?)",
        'output.path: "a.avi" cannot be used: end it in .mp4, .mov, .mkv, .webm, or, for a sequence, in .png, .tif, '
        ".tiff, .exr",
        "output.size: [1281, 720] cannot be used: use even numbers: 4:2:0 video has no odd sizes",
        'output.fps: "x" cannot be used: write frames a second as 25, 29.97 or "30000/1001", at most 1000',
        "titel: is not a known field; did you mean title? "
        "(known: version, title, defaults, performers, batch, audio, scenes, lyrics, titles, font, output, outputs, "
        "checks)",
        "scenes.0.performers: no performer is called 'bob' (use one of: mona_lisa)",
    )


PLANNED: list[tuple[dict[str, Any], str]] = [({"defaults": {"chunk_seconds": 2}}, "defaults.chunk_seconds")]


@pytest.mark.parametrize(("extra", "path"), PLANNED)
def test_what_is_planned_but_absent_is_refused_by_name(tmp_path: Path, extra: dict[str, Any], path: str) -> None:
    found = mistakes(tmp_path, yaml.safe_dump({**yaml.safe_load(GOOD), **extra}))
    assert len(found) == 1
    assert found[0].startswith(f"{path}: is not supported by this version (remove it")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("face", "biggest", "use largest, leftmost, rightmost, {index: 0} or {at: [x, y]}"),
        ("face", {"index": -1}, "use largest, leftmost, rightmost, {index: 0} or {at: [x, y]}"),
        ("driving", {"video": "a.mp4", "start": 2, "end": 2}, "end (2) must be later than start (2)"),
        ("driving", {"video": "a.mp4", "start": -1}, "use a time of 0 or later"),
        ("driving", 5, "is not a mapping"),
        ("driving", {"video": "a.mp4", "start": True}, "write seconds such as 3.2"),
        ("driving", {"video": "a.mp4", "start": 1e300}, "use a time within 24 hours"),
        ("driving", {"video": "a.mp4", "start": float("nan")}, "write seconds such as 3.2"),
    ],
)
def test_wrong_values_are_told_with_the_cure(tmp_path: Path, field: str, value: Any, told: str) -> None:
    data = yaml.safe_load(GOOD)
    data["performers"]["mona_lisa"][field] = value
    found = mistakes(tmp_path, yaml.safe_dump(data))
    assert len(found) == 1
    assert f"performers.mona_lisa.{field}" in found[0]
    assert told in found[0]


@pytest.mark.parametrize(
    ("scene", "told"),
    [
        ({"performers": []}, "performers is empty: name who is seen, or leave the scene out"),
        ({"start": 3, "end": 2}, "end (2) must be later than start (3)"),
        ({"background": "#12"}, 'write a colour as "#rrggbb"'),
        ({"background": {"picture": "a.png"}}, "scenes.0.background.picture: is not a known field"),
        ({"background": 5}, "use blur, a colour"),
        ({"transition": {"kind": "spin"}}, "'crossfade', 'wipe' or 'fade'"),
        ({"transition": {"kind": "wipe", "direction": "north"}}, "'left', 'right', 'up' or 'down'"),
        ({"gutter": 3}, "less than or equal to 0.25"),
    ],
)
def test_scenes_that_cannot_be_are_told_in_their_place(tmp_path: Path, scene: dict[str, Any], told: str) -> None:
    scenes = [{"layout": "full", "performers": ["mona_lisa"]} | scene]
    found = mistakes(tmp_path, yaml.safe_dump({**yaml.safe_load(GOOD), "scenes": scenes}))
    assert any(told in line for line in found), found
    assert all(line.startswith("scenes.0") for line in found)


def test_who_is_mixed_twice_is_told(tmp_path: Path) -> None:
    mix = [{"from": "mona_lisa"}, {"from": "mona_lisa", "gain_db": -6}]
    text = yaml.safe_dump({**yaml.safe_load(GOOD), "audio": {"mix": mix}})
    assert mistakes(tmp_path, text) == ("audio.mix: 'mona_lisa' stands there 2 times (name each performer once)",)


def test_a_name_is_the_same_however_its_accents_are_coded(tmp_path: Path) -> None:
    """Lists of files have them apart from their letters on some systems, keyboards do not."""
    apart, typed = "Zoe\u0301", "Zo\u00e9"
    assert apart != typed
    one = {"portrait": "a.png", "driving": "b.mp4"}
    for name, mention in ((apart, typed), (typed, apart)):
        scene = {"start": 0, "layout": "full", "performers": [mention], "sings": [mention]}
        data = {"version": 1, "performers": {name: one}, "scenes": [scene], "output": {"path": "o.mp4"}}
        manifest = load(tmp_path, yaml.safe_dump(data | {"audio": {"mix": [{"from": mention}]}}, allow_unicode=True))
        assert list(manifest.performers) == [typed]
        assert [(*scene.performers, *(scene.sings or ())) for scene in manifest.scenes or ()] == [(typed, typed)]
        assert [entry.from_ for entry in manifest.audio.mix or ()] == [typed]
        singers = Singers([name, "bob"], tmp_path / "song.lrc")
        assert singers.before(f"{mention}: la", "line 1") == ("la", (name,))
        called = [one.called for one in cast([f"{name}.png", "bob.png"], {"Bob": 2, mention: 1}, tmp_path)]
        assert called == [mention, "Bob"]
    both = {"version": 1, "performers": {apart: one, typed: one}, "output": {"path": "o.mp4"}}
    assert list(load(tmp_path, yaml.safe_dump(both, allow_unicode=True)).performers) == [apart, typed]


def test_scenes_that_overlap_or_are_out_of_order_are_told(tmp_path: Path) -> None:
    def scenes(*spans: tuple[Any, Any]) -> str:
        made = [{"start": a, "end": b, "layout": "full", "performers": ["mona_lisa"]} for a, b in spans]
        return yaml.safe_dump({**yaml.safe_load(GOOD), "scenes": made})

    assert load(tmp_path, scenes((0, 1), (1, 2), ("2.5", 3)))
    overlap = mistakes(tmp_path, scenes((0, 2.5), (2, 3)))
    assert overlap == (
        "scenes.0 ends at 2.5 s, after scenes.1 begins at 2 s: they overlap (end it earlier, or leave end out)",
    )
    assert mistakes(tmp_path, scenes((2, 3), (0, 1))) == (
        "scenes: each scene must start later than the one before it (sort them by start)",
    )


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch gone']",
        "a: [1, 2",
        "version: 1\nversion: 2",
        "- a list",
        "just words",
        "",
        "[" * 5000,
    ],
)
def test_what_is_no_manifest_is_refused_in_one_line(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(ManifestError) as caught:
        load_manifest(tmp_path / "m.yaml")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "gone").exists()


def test_a_missing_manifest_and_one_that_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_manifest(tmp_path / "none.yaml")
    (tmp_path / "m.yaml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ManifestError, match="UTF-8"):
        load_manifest(tmp_path / "m.yaml")


def test_names_and_paths_of_any_script_are_welcome(tmp_path: Path) -> None:
    text = GOOD.replace("mona_lisa", "蒙娜丽莎").replace("mona.jpg", "'图 片/it''s \"mona\".jpg'")
    manifest = load(tmp_path, text)
    assert manifest.performers["蒙娜丽莎"].portrait == '图 片/it\'s "mona".jpg'


def test_the_page_of_fields_is_the_programs() -> None:
    assert (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8") == page(), "run make docs"


def test_every_field_of_the_json_schema_says_what_it_is() -> None:
    schema = json_schema()
    fields = {
        (name, field)
        for name, part in [("Manifest", schema), *schema["$defs"].items()]
        for field, value in part["properties"].items()
        if "description" not in value
    }
    assert fields == set()


def test_the_json_schema_names_every_field() -> None:
    schema = json_schema()
    fields = {"version", "title", "defaults", "performers", "batch", "audio", "scenes", "output", "checks"}
    assert set(schema["properties"]) == fields | {"lyrics", "titles", "font", "outputs"}


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        ({"limits": {"mouht_r": {"min": 0.9}}}, "checks.limits.mouht_r: is not a known field; did you mean mouth_r?"),
        ({"limits": {"mouth_r": {"least": 0.9}}}, "checks.limits.mouth_r.least: is not a known field"),
        ({"limits": {"mouth_r": {"min": 2, "max": 1}}}, "min (2) must not be larger than max (1)"),
        ({"limits": {"mouth_r": {"level": "shout"}}}, "(use 'fail', 'warn' or 'off')"),
        ({"limits": {"mouth_r": 0.9}}, "is not a mapping"),
        ({"looks_per_second": 0}, "checks.looks_per_second: 0 cannot be used"),
    ],
)
def test_wrong_checks_are_told_with_the_cure(tmp_path: Path, checks: dict[str, Any], told: str) -> None:
    found = mistakes(tmp_path, yaml.safe_dump({**yaml.safe_load(GOOD), "checks": checks}))
    assert len(found) == 1
    assert told in found[0]


@pytest.mark.parametrize("word", ["no", "off", "Yes", "7:30", "2001-99-99", "1_000", "=", "<<x"])
def test_text_is_what_was_written(tmp_path: Path, word: str) -> None:
    manifest = load(tmp_path, GOOD.replace("mona_lisa:", "no:") + f"title: {word}\n")
    assert manifest.title == word
    assert list(manifest.performers) == ["no"]


def test_what_yaml_takes_for_something_else_is_told_with_the_cure(tmp_path: Path) -> None:
    assert mistakes(tmp_path, GOOD + "title: 1999") == (
        "title: 1999 cannot be used: it is no text (put it into quotation marks)",
    )
    assert mistakes(tmp_path, GOOD + "audio: {stems: yes}") == (
        'audio.stems: "yes" cannot be used: write true or false',
    )


def test_times_are_written_alike_everywhere(tmp_path: Path) -> None:
    text = (
        'scenes: [{start: "0:00.5", layout: full, performers: [mona_lisa], '
        'transition: {kind: fade, seconds: "0:00.2"}}]\n'
        "titles: [{text: Hi, start: 0:01.5, end: 1:00:02}]\n"
        'audio: {source: song.wav, offset: "-0:00.5", trim: {start: 1:30}}\n'
    )
    manifest = load(tmp_path, GOOD + text)
    assert manifest.scenes is not None
    assert manifest.scenes[0].start == Fraction(1, 2)
    assert manifest.scenes[0].transition.seconds == Fraction(1, 5)
    assert (manifest.titles[0].start, manifest.titles[0].end) == (Fraction(3, 2), 3602)
    assert manifest.audio.offset == Fraction(-1, 2)
    assert manifest.audio.trim is not None
    assert manifest.audio.trim.start == 90
    assert "minutes and seconds go to 59" in mistakes(tmp_path, GOOD + "titles: [{text: Hi, end: 0:61}]")[0]


def test_a_files_name_alone_stands_for_a_clip_and_for_a_sound(tmp_path: Path) -> None:
    text = GOOD.replace("{video: clip.mp4, start: 0.1, end: 3.3}", "clip.mp4")
    manifest = load(tmp_path, text + "audio: song.wav\nlyrics: song.lrc\n")
    clip = manifest.performers["mona_lisa"].driving
    assert clip is not None
    assert (clip.video, manifest.audio.source) == ("clip.mp4", "song.wav")
    preset = load(tmp_path, text.replace("output: {", "output: {preset: youtube, ") + "audio: song.wav\n")
    assert (preset.audio.source, preset.audio.loudness_lufs) == ("song.wav", -14)


def test_one_manifest_may_have_several_outputs(tmp_path: Path) -> None:
    outputs = "outputs: [{path: wide.mp4}, {path: tall.mp4, preset: tiktok_vertical}]"
    text = GOOD.replace("output: {path: out/duet.mp4, fps: 29.97}", outputs)
    (tmp_path / "m.yaml").write_text(text)
    wide, tall = (loaded.manifest for loaded in load_manifests(tmp_path / "m.yaml"))
    assert (wide.output.path, wide.output.size, wide.audio.loudness_lufs) == ("wide.mp4", (1280, 720), None)
    assert (tall.output.path, tall.output.size, tall.audio.loudness_lufs) == ("tall.mp4", (1080, 1920), -14)
    wrong = text.replace("path: tall.mp4", "path: tall.avi") + "titel: x\noutput: {path: a.mp4}\n"
    (tmp_path / "m.yaml").write_text(wrong)
    with pytest.raises(ManifestError) as caught:
        load_manifests(tmp_path / "m.yaml")
    assert [line.split(":")[0] for line in caught.value.mistakes] == ["outputs", "titel", "outputs.1.path"]


BOMBS = {
    "aliases": "version: 1\na0: &a0 [lol]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))
    + "title: *a9\n",
    "itself": "version: 1\ntitle: &a [*a]\n",
    "digits": f"version: 1\ntitle: {'9' * 5000}\n",
    "a list as a name": "version: 1\n? [a, b]\n: c\n",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_small_files_that_stand_for_much_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(ManifestError, match="is not valid YAML"):
        load_manifest(tmp_path / "m.yaml")


@pytest.mark.parametrize("number", ["1e999999999", '"1e99999999"', '"1e-99999999"', f'"{"1" * 4000}"', ".inf", ".nan"])
def test_numbers_that_nobody_needs_are_refused_at_once(tmp_path: Path, number: str) -> None:
    for field in ("end: 3.3", "fps: 29.97"):
        found = mistakes(tmp_path, GOOD.replace(field, f"{field.split(':')[0]}: {number}"))
        assert len(found) == 1
        assert "cannot be used: write" in found[0]
    assert mistakes(tmp_path, GOOD + "titles: [{text: a, end: 1, size: .inf}]")


def test_what_is_no_regular_file_is_no_manifest(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.yaml")
    for path in (tmp_path / "m.yaml", Path("/dev/zero"), tmp_path):
        with pytest.raises(InputError, match=r"is no regular file|is a folder"):
            load_manifest(path)


@pytest.mark.parametrize("written", ['"a\\0b.png"', "~nosuchuser/x.png"])
def test_what_can_be_no_path_is_told(tmp_path: Path, written: str) -> None:
    (tmp_path / "m.yaml").write_text(GOOD.replace("mona.jpg", written))
    loaded = load_manifest(tmp_path / "m.yaml")
    with pytest.raises(ManifestError, match=r"names no folder|cannot be a file's name"):
        loaded.path(str(loaded.manifest.performers["mona_lisa"].portrait))


def schema_takes(data: dict[str, Any]) -> bool:
    return bool(Draft202012Validator(json_schema()).is_valid(data))


def test_the_json_schema_is_one_and_takes_what_is_good() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert schema_takes(yaml.safe_load(GOOD))
    for path in sorted((ROOT / "configs" / "manifests").glob("*.yaml")):
        assert schema_takes(yaml.safe_load(path.read_text(encoding="utf-8"))), path
    short = yaml.safe_load(GOOD)
    short["performers"]["mona_lisa"]["driving"] = "clip.mp4"
    more = {"audio": "song.wav", "lyrics": "a.lrc", "titles": [{"text": "Hi", "start": "0:00.5", "end": 2}]}
    assert schema_takes(short | more)
    assert schema_takes(
        {field: value for field, value in short.items() if field != "output"} | {"outputs": [short["output"]]}
    )


WRONG: dict[str, dict[str, Any]] = {
    "no version": {"version": None},
    "a version to come": {"version": 2},
    "an unknown field": {"titel": "x"},
    "neither performers nor a batch": {"performers": None},
    "both": {"batch": {"pairs": "p.csv"}},
    "outputs twice": {"outputs": [{"path": "a.mp4"}]},
    "no output": {"output": None},
    "another ending": {"output": {"path": "a.avi"}},
    "odd sizes": {"output": {"path": "a.mp4", "size": [1281, 720]}},
    "too large": {"output": {"path": "a.mp4", "size": [12800, 720]}},
    "a rate of nothing": {"output": {"path": "a.mp4", "fps": 0}},
    "a rate in words": {"output": {"path": "a.mp4", "fps": "fast"}},
    "a poster that is none": {"output": {"path": "a.mp4", "poster": {"path": "a.tif"}}},
    "louder than loud": {"audio": {"loudness_lufs": 3}},
    "a preview without end": {"output": {"path": "a.mp4", "preview": {"path": "a.gif", "seconds": 100}}},
    "a colour by another name": {"titles": [{"text": "a", "end": 1, "color": "mauve"}]},
    "a time in words": {"titles": [{"text": "a", "end": "soon"}]},
    "a time of another day": {"titles": [{"text": "a", "end": 90000}]},
    "an empty title": {"titles": [{"text": "", "end": 1}]},
    "another layout": {"scenes": [{"layout": "ful", "performers": ["mona_lisa"]}]},
    "a backdrop": {"scenes": [{"layout": "full", "performers": ["mona_lisa"], "background": 5}]},
    "no driver": {"performers": {"a": {"portrait": "a.png"}}},
    "a name with a slash": {"performers": {"a/b": {"portrait": "a.png", "driving": "a.mp4"}}},
    "a gain": {"performers": {"a": {"portrait": "a.png", "driving": "a.mp4", "motion": {"head": 3}}}},
    "an engine": {"performers": {"a": {"portrait": "a.png", "driving": "a.mp4", "engine": "lanmark"}}},
    "a face": {"performers": {"a": {"portrait": "a.png", "driving": "a.mp4", "face": "biggest"}}},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_the_json_schema_refuses_what_validate_refuses(tmp_path: Path, change: dict[str, Any]) -> None:
    data = {field: value for field, value in (yaml.safe_load(GOOD) | change).items() if value is not None}
    assert not schema_takes(data)
    with pytest.raises(ManifestError):
        load(tmp_path, yaml.safe_dump(data))


def test_the_json_schema_has_no_word_that_is_not_its_own() -> None:
    """A number's limits beside a choice of types are none that a validator knows."""

    def words(value: object) -> set[str]:
        if isinstance(value, dict):
            return {str(key) for key in value} | {word for below in value.values() for word in words(below)}
        return {word for below in value for word in words(below)} if isinstance(value, list) else set()

    assert not words(json_schema()) & {"ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length"}
