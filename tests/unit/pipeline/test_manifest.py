"""The manifest: every mistake at once, each with its path, what stands there and the cure. Texts are pinned."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from foundation.errors import InputError, ManifestError
from pipeline.manifest.described import json_schema, page
from pipeline.manifest.load import load_manifest
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
    assert manifest.performers["mona_lisa"].driving.start.seconds == Fraction(1, 10)
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
        "performers.mona_lisa.portrait: 5 cannot be used: input should be a valid string",
        "performers.mona_lisa.driving.video: is missing (add it)",
        "performers.mona_lisa.driving.vidio: is not a known field; did you mean video? "
        "(known: video, fps, face, start, end, to_sound, steady_light, allow_truncated, "
        "on_scene_cut, on_face_lost, crop)",
        "performers.mona_lisa.engine: \"lanmark_tps\" is not known (use 'auto', 'tpsmm' or 'landmark_tps'; "
        "did you mean landmark_tps?)",
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
        "(known: version, title, defaults, performers, batch, audio, scenes, lyrics, titles, font, output, checks)",
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
        ("driving", "a.mp4", "is not a mapping"),
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
    measures = {("Limits", name) for name in schema["$defs"]["Limits"]["properties"]}
    assert fields - measures == set()


def test_the_json_schema_names_every_field() -> None:
    schema = json_schema()
    fields = {"version", "title", "defaults", "performers", "batch", "audio", "scenes", "output", "checks"}
    assert set(schema["properties"]) == fields | {"lyrics", "titles", "font"}


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
