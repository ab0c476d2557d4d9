"""A version is stepped through, marked and judged, by the keyboard and by the mouse."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from foundation.timecode import timecode_of
from tests.delivered import HOSTILE, deliver, number_in, write_manifest

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMECODES = """async ([frames, fps]) => {
  const { timecode } = await import("/static/player.js");
  return frames.map((frame) => timecode(frame, fps));
}"""
pytestmark = pytest.mark.browser


@pytest.fixture
def review(page: Page, folder: Path, request: pytest.FixtureRequest) -> Page:
    name = f"{request.node.name}.yaml"
    deliver(write_manifest(folder, name, title=HOSTILE), frames=60, failed=True, title=HOSTILE)
    page.goto("/")
    page.get_by_role("listitem").filter(has_text=name).get_by_role("link", name=HOSTILE, exact=True).click()
    page.locator("body[data-ready]").wait_for()
    return page


def rests_at(page: Page, frame: int) -> None:
    """The picture that is seen is that frame, to the bit of what the desk decodes."""
    page.locator(f"#exact[data-frame='{frame}']").wait_for()
    shown = page.locator("#exact").get_attribute("src")
    assert shown is not None
    assert number_in(np.asarray(Image.open(io.BytesIO(page.request.get(shown).body())))) == frame
    assert page.locator("#timecode").inner_text() == timecode_of(frame, Fraction(25))


def test_keys_step_to_the_very_frame(review: Page) -> None:
    rests_at(review, 0)
    for _ in range(9):
        review.keyboard.press("ArrowRight")
    rests_at(review, 9)
    review.keyboard.press("Shift+ArrowRight")
    rests_at(review, 34)
    review.keyboard.press("ArrowLeft")
    rests_at(review, 33)
    review.keyboard.press("End")
    review.keyboard.press("ArrowRight")
    rests_at(review, 59)
    review.keyboard.press("Home")
    review.keyboard.press(".")
    rests_at(review, 10)  # where a face is lost
    review.get_by_label("Frame", exact=True).fill("47")
    review.keyboard.press("Enter")
    rests_at(review, 47)


def shown(page: Page) -> int:
    """The frame's number, as it stands in its field."""
    return int(page.locator("#number").input_value())


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for it: the page allows no code from strings, so it cannot be asked to wait itself."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to that")


def test_it_plays_and_rests_where_it_was_stopped(review: Page) -> None:
    review.keyboard.press("l")
    until(review, lambda: shown(review) > 5)
    assert review.locator("#exact").is_hidden()
    review.keyboard.press("k")
    review.locator("#exact").wait_for()
    stopped = int(review.locator("#exact").get_attribute("data-frame") or 0)
    rests_at(review, stopped)
    review.keyboard.press("j")
    until(review, lambda: shown(review) < stopped)
    review.keyboard.press("k")


def test_a_note_on_a_region_survives_and_goes_out(review: Page) -> None:
    for _ in range(3):
        review.keyboard.press("ArrowRight")
    box = review.locator("#screen").bounding_box()
    assert box is not None
    review.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    review.mouse.down()
    review.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.75, steps=3)
    review.mouse.up()
    review.keyboard.press("n")
    review.keyboard.type(HOSTILE)
    review.get_by_role("button", name="Add the note").click()
    review.locator("#notes li").wait_for()
    review.reload()
    note = review.locator("#notes li")
    assert note.locator("p").inner_text() == HOSTILE
    note.get_by_role("button", name="Done").click()
    review.locator("#notes li.done").wait_for()
    note.get_by_role("button", name="00:00:00:03").click()
    rests_at(review, 3)
    assert review.locator("#region").is_visible()
    with review.expect_download() as download:
        review.get_by_role("link", name="JSON").click()
    assert '"state": "done"' in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_version_is_approved(review: Page, request: pytest.FixtureRequest) -> None:
    review.get_by_label("Version 1 is").select_option("approved")
    review.get_by_role("button", name="Save").click()
    review.goto("/")
    assert "approved" in review.get_by_role("listitem").filter(has_text=request.node.name).inner_text()


def test_two_versions_lie_over_one_another(page: Page, folder: Path, request: pytest.FixtureRequest) -> None:
    name = f"{request.node.name}.yaml"
    manifest = write_manifest(folder, name)
    for take in (0, 1):
        deliver(manifest, frames=60, take=take)
        page.goto(f"/review/{name}")
    page.locator("body[data-ready]").wait_for()
    page.get_by_label("Beside it").select_option("version 1")
    page.keyboard.press("Escape")
    page.locator("#number").fill("7")
    page.keyboard.press("Enter")
    other = page.locator("#other[src*='/frame/1/7/']")
    other.wait_for()
    source = other.get_attribute("src")
    assert source is not None
    assert number_in(np.asarray(Image.open(io.BytesIO(page.request.get(source).body())))) == 7
    assert "50%" in other.evaluate("(seen) => seen.style.clipPath")
    page.locator("#how").select_option("toggled")
    page.get_by_role("button", name="Version 1 is shown").click()
    other.wait_for(state="hidden")
    page.locator("#how").select_option("as a difference")
    other.wait_for()
    assert other.evaluate("(seen) => seen.style.mixBlendMode") == "difference"


def test_both_sides_tell_one_timecode(review: Page) -> None:
    frames = [*range(0, 40000, 599), 1799, 1800, 1801, 17981, 17982, 17983, 107892]
    for fps in (Fraction(30000, 1001), Fraction(60000, 1001), Fraction(24000, 1001), Fraction(25)):
        told = review.evaluate(TIMECODES, [frames, [fps.numerator, fps.denominator]])
        assert told == [timecode_of(frame, fps) for frame in frames]
