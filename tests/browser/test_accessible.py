"""axe-core finds no serious fault on any page, in light and in darkness, at two widths, with everything opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.desk import drawing
from tests.browser.test_timeline import LRC, TEXT
from tests.delivered import HOSTILE, deliver, write_manifest

if TYPE_CHECKING:
    from playwright.sync_api import Page

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not there: requirements-dev.txt")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SERIOUS = ("serious", "critical")
PAGES = sorted(
    path.stem for path in (Path(drawing.__file__).parent / "templates").glob("*.html") if path.stem != "base"
)
ADDRESSES = {"projects": "/", "queue": "/queue", "refused": "/poster/none.yaml"}
"""The others show a manifest."""
NAME = "seen.yaml"


def test_a_fault_is_found(page: Page) -> None:
    page.goto("/review/none.yaml")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert "button-name" in faults(page)[0]


def faults(page: Page) -> list[str]:
    """What axe-core calls serious, and where."""
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.fixture
def filled(folder: Path) -> None:
    """Projects in every state: one with scenes, lyrics, versions and marks, one with mistakes, one that is new."""
    path = folder / NAME
    path.write_text(TEXT.replace("moon", "seen"), encoding="utf-8")
    (folder / "seen.lrc").write_text(LRC, encoding="utf-8")
    for take in (0, 1):
        deliver(path, frames=60, take=take, failed=True, title=HOSTILE)
        shown = [{"start": 0, "stop": 30, "text": "full: ann"}]
        deliver(path, frames=60, take=take, title=HOSTILE, scenes=shown, words=shown)
    write_manifest(folder, "wrong.yaml", performers={"one": {"portrait": "gone.png", "engin": "x"}})
    write_manifest(folder, "fresh.yaml", title=HOSTILE)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("filled")
def test_nothing_serious_is_found(page: Page, name: str) -> None:
    if name == "queue":
        page.goto("/queue")
        page.get_by_role("button", name="Hold").or_(page.get_by_role("button", name="Go on")).wait_for()
        if page.get_by_role("button", name="Hold").is_visible():
            page.get_by_role("button", name="Hold").click()
        page.goto("/")
        render = page.get_by_role("listitem").filter(has_text=NAME).get_by_role("button", name="Render")
        if render.is_enabled():
            render.click()
    page.goto(ADDRESSES.get(name, f"/{name}/{NAME}"))
    if name in ("edit", "review"):
        page.locator("body[data-ready]").wait_for()
    for first in (page.locator(".lyrics .block").first, page.locator(".scenes .block").first):
        if name == "edit":
            first.click()
    closed = page.locator("main details:not([open]) > summary:visible")
    while closed.count():
        closed.first.click()
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        assert faults(page) == []
