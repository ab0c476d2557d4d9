"""Renders are queued, put in order, watched; the desk is killed in the middle, and everything is finished after it."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from foundation.codec import Json
from tests.delivered import write_manifest
from tests.desks import SECONDS, open_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
RENDER_SECONDS = 300


def write(folder: Path, name: str, **changes: Json) -> None:
    """A render of a few seconds."""
    one = {"portrait": "sample:astronaut", "driving": {"video": "sample:carphone", "end": 0.6}} | changes
    write_manifest(folder, f"{name}.yaml", performers={"one": one}, title=name, checks={"enabled": False})


def order(page: Page) -> list[str]:
    return page.locator("#waiting .path").all_inner_texts()


def drag(page: Page, name: str, to: str) -> None:
    """A job by its handle, before another."""
    boxes = [page.locator("#waiting li").filter(has_text=each).locator(".handle").bounding_box() for each in (name, to)]
    assert boxes[0]
    assert boxes[1]
    page.mouse.move(boxes[0]["x"] + 5, boxes[0]["y"] + 10)
    page.mouse.down()
    page.mouse.move(boxes[1]["x"] + 5, boxes[1]["y"] - 12, steps=8)
    page.mouse.up()


def test_three_are_queued_and_finished_though_the_desk_is_killed(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path.resolve() / "shown"
    folder.mkdir()
    for name, mouth in (("alpha", 1.0), ("beta", 0.8), ("gamma", 0.6), ("delta", 0.4)):
        write(folder, name, motion={"mouth": mouth})
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    with open_desk(folder) as (address, process):
        page.goto(f"{address}/queue")
        page.get_by_role("button", name="Hold").click()
        page.get_by_role("button", name="Go on").wait_for()
        for name in ("alpha", "beta", "gamma", "delta"):
            page.goto(address)
            page.get_by_role("button", name=f"Render {name}").click()
            page.locator("#waiting li").filter(has_text=name).wait_for()
        page.get_by_text("one, all", exact=False).first.wait_for()  # what is to do is said before it begins
        drag(page, "gamma.yaml", "alpha.yaml")
        page.wait_for_timeout(500)
        assert order(page) == ["gamma.yaml", "alpha.yaml", "beta.yaml", "delta.yaml"]
        page.get_by_role("button", name="Down: alpha.yaml").press("Enter")
        page.get_by_role("button", name="Remove: delta.yaml").click()
        page.locator("#waiting li").filter(has_text="delta").wait_for(state="detached")
        page.reload()
        page.locator("#waiting li").nth(2).wait_for()
        assert order(page) == ["gamma.yaml", "beta.yaml", "alpha.yaml"]
        page.get_by_role("button", name="Go on").click()
        page.locator("#running .tasks li").first.wait_for(timeout=RENDER_SECONDS * 1000)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(SECONDS)
        page.get_by_text("The desk does not answer").wait_for()
    with open_desk(folder, urlsplit(address).port or 0):  # the page is still open, and goes on by itself
        for name in ("gamma", "beta", "alpha"):
            done = page.locator("#over li").filter(has_text=name).get_by_text("done")
            done.wait_for(timeout=RENDER_SECONDS * 1000)
        assert not (folder / "out" / "delta.mp4").exists()
        page.goto(f"{address}/review/gamma.yaml")
        page.locator("body[data-ready]").wait_for()
    context.close()
