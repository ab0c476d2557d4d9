"""The pictures of docs/desk.md: the desk as people see it, with the samples, in Chromium."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tests.conftest import ROOT
from tests.desks import CHROMIUM, SECONDS, open_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOME = ROOT / "docs" / "desk"
SCREEN, PHONE = (1280, 800), (390, 844)
QUALITY = 82
SONG = "paper_moon.yaml"
DUET = """\
# two people, one clip
version: 1
title: A duet
performers:
  eileen:
    portrait: sample:astronaut    # NASA's portrait of Eileen Collins
    face: {at: [224, 120]}
    driving: {video: sample:carphone, start: 0:00.4, end: 3}
    motion: {mouth: 5}            # wide
  grace:
    portrait: sample:hopper
    driving: sample:carphone
output: {path: out/duet.mp4, size: [640, 360]}
"""


def prepare(folder: Path) -> None:
    """A song that is rendered, and a duet with a mistake."""
    sing = ["sing", "sample:song", "--words", str(ROOT / "configs" / "songs" / "paper_moon.txt")]
    sing += ["sample:astronaut", "sample:hopper", "--title", "Paper moon", "--size", "640", "360"]
    sing += ["-o", str(folder / SONG.replace(".yaml", ".mp4")), "--work", str(folder.parent / "work")]
    subprocess.run([sys.executable, str(ROOT / "run_pipeline.py"), *sing], check=True)
    (folder / "duet.yaml").write_text(DUET, encoding="utf-8")
    (folder / "solo.yaml").write_text(DUET.replace("mouth: 5", "mouth: 1.2").replace("A duet", "A longer duet"))


def take(folder: Path) -> list[Path]:
    """The pictures, as WebP, of a folder that is prepared."""
    from playwright.sync_api import sync_playwright

    HOME.mkdir(exist_ok=True)
    with open_desk(folder) as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = _page(browser, address, SCREEN)
        made = [_list(page), _form(page), _timeline(page), _queue(page), _review(page)]
        made.append(_phone(_page(browser, address, PHONE, dark=True)))
        browser.close()
    return made


def _page(browser: Browser, address: str, size: tuple[int, int], *, dark: bool = False) -> Page:
    viewport, scheme = {"width": size[0], "height": size[1]}, "dark" if dark else "light"
    context = browser.new_context(viewport=viewport, base_url=address, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(SECONDS * 1000)
    return context.new_page()


def _kept(page: Page, name: str, height: int | None = None) -> Path:
    page.wait_for_timeout(500)  # pictures that come in
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot = shot.crop((0, 0, shot.width, height or shot.height))
    path = HOME / f"{name}.webp"
    shot.save(path, quality=QUALITY, method=6)
    return path


def _list(page: Page) -> Path:
    page.goto(f"/review/{SONG}")  # the desk keeps it as a version
    page.goto("/")
    page.wait_for_load_state("networkidle")
    return _kept(page, "projects", 640)


def _form(page: Page) -> Path:
    page.goto("/edit/duet.yaml")
    page.locator("[data-path='performers.eileen.driving'] .strip").wait_for()
    for field in ("portrait", "driving"):
        page.locator(f"[data-path='performers.eileen.{field}'] .face").wait_for()
    page.set_viewport_size({"width": SCREEN[0], "height": 1230})
    page.locator("[data-path='performers.eileen.portrait']").evaluate("(row) => window.scrollTo(0, row.offsetTop - 60)")
    made = _kept(page, "form")
    page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
    return made


def _timeline(page: Page) -> Path:
    page.goto(f"/edit/{SONG}")
    page.locator(".view[data-heard]").wait_for()
    page.locator(".lyrics .block").nth(1).click()
    page.locator(".scenes .block").nth(1).click()
    page.locator("canvas.wave").click(position={"x": 480, "y": 40})
    return _kept(page, "timeline", 640)


def _queue(page: Page) -> Path:
    page.goto("/")
    for title in ("A longer duet", "Paper moon"):
        page.get_by_role("button", name=f"Render {title}", exact=True).click()
        page.goto("/")
    page.goto("/queue")
    page.locator("#running .tasks li").filter(has_text="animate").nth(1).wait_for(timeout=300_000)
    path = _kept(page, "queue", 560)
    for name in ("Stop", "Remove"):
        for one in page.get_by_role("button", name=name).all():
            one.click()
    return path


def _review(page: Page) -> Path:
    page.goto(f"/review/{SONG}")
    page.locator("body[data-ready]").wait_for()
    page.locator("#number").fill("150")
    page.keyboard.press("Enter")
    page.locator("#exact[data-frame='150']").wait_for()
    screen = page.locator("#screen")
    screen.hover(position={"x": 300, "y": 142})
    page.mouse.down()
    screen.hover(position={"x": 385, "y": 206})
    page.mouse.up()
    if not page.locator("#notes li").count():
        page.locator("#text").fill("A little wider, as in the line before")
        page.get_by_role("button", name="Add the note").click()
    page.locator("#notes li button.link").first.click()
    page.locator("#curves summary").click()
    page.evaluate("window.scrollTo(0, 90)")
    return _kept(page, "review")


def _phone(page: Page) -> Path:
    page.goto(f"/review/{SONG}")
    page.locator("#exact[data-frame='0']").wait_for()
    page.locator("#number").fill("300")
    page.keyboard.press("Enter")
    page.locator("#exact[data-frame='300']").wait_for()
    page.evaluate("window.scrollTo(0, 60)")
    return _kept(page, "phone")
