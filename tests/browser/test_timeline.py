"""Lyrics and scenes are moved on the timeline, by the mouse and by keys; the files say the same, comments and all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from foundation.timecode import moment
from tests.browser.test_edit import held, opened, save
from tests.delivered import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TEXT = """\
version: 1
performers:
  ann: {portrait: sample:astronaut, singing: {}}
  grace: {portrait: sample:hopper, singing: {}}   # she listens
audio: sample:song
lyrics: moon.lrc
scenes:
  - {start: 0, layout: full, performers: [ann]}   # first
  # then both
  - start: 0:04.0
    layout: side_by_side
    performers: [ann, grace]
output: {path: out/moon.mp4, size: [320, 180]}
"""
LRC = f"[ar:Nobody]\n[00:02.00]ann: Paper moon\n# sung twice\n[00:05.00]my {HOSTILE}\n[00:09.00]\n"
WRITTEN = ["3.2", 7, "0:03.2", "1:00:02.5", "1/3", "00:00:03:05", "00:01:00;02", "00:10:00;00", {"frame": 80}]
TIMES = """async ([all, fps]) => {
  const { secondsOf } = await import("/static/times.js");
  return all.map((one) => secondsOf(one, fps));
}"""


def lane(page: Page, name: str) -> Locator:
    return page.locator(f".lane[data-name='{name}'] .block")


def drag(page: Page, block: Locator, part: float, seconds: float) -> None:
    """A block, at that part of it, so many seconds of the song of 16 s further."""
    block.scroll_into_view_if_needed()
    box, whole = block.bounding_box(), page.locator(".inner").bounding_box()
    assert box
    assert whole
    x, y = box["x"] + min(max(part * box["width"], 3), box["width"] - 3), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + seconds / 16 * whole["width"], y, steps=6)
    page.mouse.up()


expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect


@pytest.fixture
def song(page: Page, folder: Path) -> Path:
    (folder / "moon.lrc").write_text(LRC, encoding="utf-8")
    path = opened(page, folder, "moon.yaml", TEXT)
    lane(page, "Lyrics").nth(1).wait_for()
    page.locator(".view[data-heard]").wait_for()
    return path


def test_lines_are_moved_and_given_away(page: Page, song: Path) -> None:
    lines = lane(page, "Lyrics")
    drag(page, lines.nth(0), 0.5, 1.0)
    begins = page.locator("#words").get_by_label("begins", exact=True)
    expect(begins).not_to_have_value("2")
    assert abs(float(begins.input_value()) - 3) < 0.2
    begins.fill("2.5")
    begins.press("Tab")
    page.locator("#words").get_by_label("grace").check()
    lines.filter(has_text="ann & grace: Paper moon").wait_for()
    for _ in range(4):
        lines.nth(0).press("ArrowRight")
    lines.nth(0).and_(page.locator("[title*='from 0:02.90']")).wait_for()
    lines.nth(1).press("Shift+ArrowLeft")
    lines.nth(1).and_(page.locator("[title*='to 0:08.90']")).wait_for()
    assert (song.parent / "moon.lrc").read_text(encoding="utf-8") == LRC  # nothing is kept before it is saved
    save(page)
    kept = (song.parent / "moon.lrc").read_text(encoding="utf-8").splitlines()
    assert "[00:02.90]All: Paper moon" in kept
    assert kept[-1] == "[00:08.90]"
    assert [line for line in kept if line.startswith(("[ar", "#"))] == ["[ar:Nobody]", "# sung twice"]
    assert f"[00:05.00]my {HOSTILE}" in kept
    assert song.read_text(encoding="utf-8") == TEXT


def test_scenes_are_moved_and_shared_out(page: Page, song: Path) -> None:
    scenes, panel = lane(page, "Scenes"), page.locator("#scenes")
    drag(page, scenes.nth(1), 0, 2.0)
    scenes.nth(0).and_(page.locator("[title*='to 0:06.']")).or_(
        scenes.nth(0).and_(page.locator("[title*='to 0:05.9']"))
    ).wait_for()
    scenes.nth(1).click()
    panel.get_by_label("begins", exact=True).fill("5.5")
    panel.get_by_label("begins", exact=True).press("Tab")
    scenes.nth(0).and_(page.locator("[title*='to 0:05.50']")).wait_for()
    panel.get_by_label("layout").select_option("stacked")
    scenes.filter(has_text="2 stacked").wait_for()
    panel.get_by_role("button", name="Split scene 2").click()
    scenes.nth(2).wait_for()
    panel.get_by_role("group", name="Who is seen").get_by_label("ann").uncheck()
    scenes.filter(has_text="3 stacked: grace").wait_for()
    panel.get_by_label("layout").select_option("full")
    scenes.filter(has_text="3 full: grace").wait_for()
    panel.get_by_role("button", name="Scene 3 earlier").click()
    scenes.filter(has_text="2 full: grace").wait_for()
    scenes.nth(0).click()
    panel.get_by_role("button", name="Remove scene 1").click()
    scenes.nth(2).wait_for(state="detached")
    save(page)
    kept = held(song)["scenes"]
    assert (kept[0]["start"], kept[0]["layout"], kept[0]["performers"]) == (0, "full", ["grace"])
    assert kept[1]["layout"] == "stacked"
    assert kept[1]["performers"] == ["ann", "grace"]
    assert "# she listens" in song.read_text(encoding="utf-8")


def test_text_and_form_change_the_timeline(page: Page, song: Path) -> None:
    page.locator("#text").fill(TEXT.replace("0:04.0", "7").replace("moon.lrc", "gone.lrc"))
    lane(page, "Scenes").nth(0).and_(page.locator("[title*='to 0:07.00']")).wait_for()
    lane(page, "Lyrics").first.wait_for(state="detached")
    page.locator("#text").fill(TEXT.partition("lyrics:")[0] + "output: {path: a.mp4}\n")
    page.get_by_text("The song's words are not written yet").click()
    page.get_by_label("Words", exact=True).fill("ann: first line\nthe second")
    page.get_by_role("button", name="Begin the lyrics").click()
    lane(page, "Lyrics").filter(has_text="ann: first line").wait_for()
    page.get_by_role("button", name="Add a scene").click()
    lane(page, "Scenes").filter(has_text="1 side_by_side: ann, grace").wait_for()
    save(page)
    assert held(song)["lyrics"].startswith("media/moon")


def test_both_sides_read_one_time(page: Page) -> None:
    page.goto("/")
    for fps in (Fraction(25), Fraction(30000, 1001)):
        written = [one for one in WRITTEN if fps.denominator > 1 or ";" not in str(one)]
        told = page.evaluate(TIMES, [written, [fps.numerator, fps.denominator]])
        assert told == pytest.approx([float(moment(one).at(fps)) for one in written])
    assert page.evaluate(TIMES, [["", "soon", None, "1:2", {"a": 1}], [25, 1]]) == [None] * 5
