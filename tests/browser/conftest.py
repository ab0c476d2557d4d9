"""A real desk and a real browser for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.desks import CHROMIUM, NAMES, SECONDS, open_desk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytest.importorskip("uvicorn", reason="the desk's packages are not installed: make desk")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: requirements-dev.txt")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the desk shows: every test writes projects of its own into it."""
    found = tmp_path_factory.mktemp("desk") / "shown"
    found.mkdir()
    return found.resolve()


@pytest.fixture(scope="module")
def desk(folder: Path) -> Iterator[str]:
    """The address of a desk over the folder."""
    with open_desk(folder) as (address, _):
        yield address


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Starts a browser with such arguments; of Playwright there is one."""
    if CHROMIUM is None:
        pytest.skip(f"there is no browser here: none of {', '.join(NAMES)}")
    with sync_api.sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *more])


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    started = launch()
    yield started
    started.close()


@pytest.fixture(params=[390, 1280], ids=["phone", "screen"])
def page(browser: Browser, desk: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page at the desk's address, at two widths. It must ask nobody else for anything, and complain of nothing."""
    troubles: list[str] = []
    addresses: set[str] = set()
    context = browser.new_context(viewport={"width": request.param, "height": 900}, base_url=desk)
    context.set_default_timeout(SECONDS * 1000)
    opened = context.new_page()

    def refused(dialog: Dialog) -> None:
        troubles.append(dialog.message)
        dialog.dismiss()

    opened.on("framenavigated", lambda frame: addresses.add(frame.url))
    opened.on(
        "console",
        lambda told: troubles.append(f"{told.text} {told.location.get('url')}") if told.type == "error" else None,
    )
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("dialog", refused)
    opened.on(
        "request",
        lambda asked: troubles.append(asked.url) if not asked.url.startswith((desk, "data:", "blob:")) else None,
    )
    yield opened
    wide = opened.evaluate("document.documentElement.scrollWidth")
    context.close()
    refusals = tuple(addresses)  # a page that tells of a refusal is one
    assert [each for each in troubles if not each.endswith(refusals)] == []
    assert wide <= request.param  # nothing is cut off, or scrolls sideways
