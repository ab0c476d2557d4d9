"""A manifest is changed in one place, and all else stays as somebody wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.codec import Json
from foundation.errors import ManifestError
from foundation.yaml_text import parse_yaml
from pipeline.desk.drafts import MOST_CHANGED, Edit, changed, judge

TEXT = """\
# our song
version: 1
title: "Unravel, no: 2"   # in quotes
performers:
  mona lisa:              # she sings
    portrait: media/mona.jpg
    driving: clip.mp4
    motion: {mouth: 1.2, head: 0.5}   # wide

  # the second
  pearl:
    portrait: pearl.jpg
    driving: {video: clip.mp4, start: 0:03.2}
scenes:
  - {start: 0.0, layout: full, performers: [mona lisa]}   # first
  # then both
  - start: 3.2
    layout: side_by_side
    performers: [mona lisa, pearl]
output: {path: out/duet.mp4, size: [1280, 720]}
"""
MONA: list[str | int] = ["performers", "mona lisa"]


def edit(text: str, *path: str | int, value: Json = None, remove: bool = False) -> str:
    return changed(text, [Edit(path=list(path), value=value, remove=remove)])


def lines_changed(before: str, after: str) -> set[str]:
    return set(after.splitlines()) - set(before.splitlines())


def test_only_the_line_changes() -> None:
    after = edit(TEXT, *MONA, "motion", "mouth", value=0.8)
    assert lines_changed(TEXT, after) == {"    motion: {mouth: 0.8, head: 0.5}   # wide"}
    after = edit(TEXT, "scenes", 1, "start", value=4)
    assert lines_changed(TEXT, after) == {"  - start: 4"}
    after = edit(TEXT, "title", value="no")
    assert parse_yaml(after) == parse_yaml(TEXT) | {"title": "no"}  # type: ignore[operator]
    assert "# in quotes" in after


def test_what_is_added_and_removed() -> None:
    after = edit(TEXT, *MONA, "driving", value={"video": "clip.mp4", "face": {"at": [10, 20]}})
    assert judge(after, Path("a.yaml")).mistakes == []
    after = edit(TEXT, "scenes", 0, remove=True)
    assert "- start: 3.2" in after
    assert len(parse_yaml(after)["scenes"]) == 1  # type: ignore[index]
    after = edit(TEXT, "scenes", 2, value={"start": 5, "layout": "full", "performers": ["pearl"]})
    assert len(parse_yaml(after)["scenes"]) == 3  # type: ignore[index]
    after = edit(TEXT, "output", "video", "crf", value=20)  # a mapping is made for it
    assert parse_yaml(after)["output"]["video"] == {"crf": 20}  # type: ignore[index]
    assert "# then both" in after


@pytest.mark.parametrize(
    "value", ["no", "1999", "7:30", "0x10", "~", "", " x ", "a: b", "# c", "- d", "null", "é\n2", "{{"]
)
def test_a_word_stays_the_word_that_was_typed(value: str) -> None:
    after = edit(TEXT, "title", value=value)
    assert parse_yaml(after)["title"] == value  # type: ignore[index]
    assert "# she sings" in after


def test_a_text_without_anything_is_begun() -> None:
    assert parse_yaml(edit("", "version", value=1)) == {"version": 1}


def test_an_alias_is_not_changed_behind_somebodys_back() -> None:
    text = "version: 1\nperformers:\n  a: &a {portrait: x.png, driving: y.mp4}\n  b: *a\noutput: {path: z.mp4}\n"
    with pytest.raises(ManifestError, match="by hand"):
        edit(text, "performers", "b", "portrait", value="z.png")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: [", ["a"]),
        ("a: 1\na: 2", ["a"]),
        ("- 1", ["a"]),
        ("a: text", ["a", "b"]),
        ("a: [1]", ["a", 5]),
        ("a: !!python/object:os.system x", ["a"]),
        ("x" * (MOST_CHANGED + 1), ["a"]),
    ],
    ids=str,
)
def test_what_cannot_be_changed_is_told(text: str, path: list[str | int]) -> None:
    with pytest.raises(ManifestError):
        edit(text, *path, value=1)


def test_mistakes_have_their_place() -> None:
    text = TEXT.replace("mouth: 1.2", "mouth: 5").replace("layout: full", "layout: ful").replace("size:", "sise:")
    found = {mistake.path: mistake.text for mistake in judge(text, Path("a.yaml")).mistakes}
    assert set(found) == {"performers.mona lisa.motion.mouth", "scenes.0.layout", "output.sise"}
    assert "did you mean full" in found["scenes.0.layout"]
    assert judge("a: [", Path("a.yaml")).data is None
    assert judge("a: [", Path("a.yaml")).mistakes[0].path == ""
    assert judge("", Path("a.yaml")).mistakes[0].text.startswith("is not a manifest")


def test_scenes_change_places_and_comments_stay() -> None:
    after = changed(TEXT, [Edit(path=["scenes", 1], to=0), Edit(path=["scenes", 0, "start"], value=0)])
    scenes = parse_yaml(after)["scenes"]  # type: ignore[index]
    assert [one["layout"] for one in scenes] == ["side_by_side", "full"]
    assert all(comment in after for comment in ("# first", "# then both", "# she sings"))
    with pytest.raises(ManifestError, match="no such place"):
        changed(TEXT, [Edit(path=["scenes", 2], to=0)])
    with pytest.raises(ManifestError):  # all of them, or none
        changed(TEXT, [Edit(path=["title"], value="x"), Edit(path=["scenes", 7, "start"], value=1)])
