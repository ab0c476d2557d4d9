"""A duet is set up by clicks alone; what is wrong is shown where it is wrong; text and form change one another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from foundation.codec import Json
from foundation.yaml_text import parse_yaml
from media.samples import sample_path
from tests.delivered import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TEXT = f"""\
# our song
version: 1
title: {json.dumps(HOSTILE)}
performers:
  ann:          # she sings
    portrait: sample:astronaut
    driving: sample:carphone
output: {{path: out/one.mp4, size: [320, 180]}}
"""


def field(page: Page, path: str) -> Locator:
    return page.locator(f"[data-path='{path}']")


def opened(page: Page, folder: Path, name: str, text: str = TEXT) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    page.goto(f"/edit/{name}")
    page.locator("body[data-ready]").wait_for()
    return path


def held(path: Path) -> Json:
    return parse_yaml(path.read_text(encoding="utf-8"))


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#state", has_text="Saved").filter(has_not_text="Not").wait_for()


def test_a_duet_is_set_up_by_clicks_alone(page: Page, folder: Path, request: pytest.FixtureRequest) -> None:
    name = f"A duet {request.node.callspec.id}"
    page.goto("/")
    page.get_by_label("New project").fill(name)
    page.get_by_role("button", name="Begin").click()
    page.locator("body[data-ready]").wait_for()
    for who, portrait in (("ann", "astronaut"), ("grace", "hopper")):
        page.get_by_label("Name of the next of performers").fill(who)
        page.get_by_role("button", name="Add to performers").click()
        field(page, f"performers.{who}.portrait").get_by_label("portrait", exact=True).fill(f"sample:{portrait}")
        field(page, f"performers.{who}.portrait").locator(".look img").wait_for()
    with page.expect_file_chooser() as chooser:
        field(page, "performers.ann.driving").get_by_role("button", name="Bring in a file for driving").click()
    chooser.value.set_files(sample_path("carphone"))
    field(page, "performers.ann.driving").locator(".strip").wait_for()
    clip = field(page, "performers.ann.driving").get_by_label("driving", exact=True).input_value()
    field(page, "performers.grace.driving").get_by_label("driving", exact=True).fill(clip)
    page.locator("body[data-mistakes='0']").wait_for()
    end = field(page, "performers.ann.driving").get_by_label("End of the clip, in seconds")
    end.focus()
    end.press("Home")
    for _ in range(5):
        end.press("PageUp")
    end.press("Tab")
    field(page, "performers.ann.driving.end").wait_for()
    save(page)
    kept = held(folder / f"{name.replace(' ', '_').lower()}.yaml")
    assert kept["title"] == name
    assert kept["performers"]["grace"] == {"portrait": "sample:hopper", "driving": clip}
    assert kept["performers"]["ann"]["driving"]["video"] == clip
    assert 0 < kept["performers"]["ann"]["driving"]["end"] < 12
    assert (folder / clip).read_bytes() == sample_path("carphone").read_bytes()
    if request.node.callspec.id == "screen":
        render_and_approve(page, name)


def render_and_approve(page: Page, name: str) -> None:
    page.get_by_role("button", name="Save and render").click()
    page.wait_for_url("**/queue")
    job = page.locator("#over li").filter(has_text=name.replace(" ", "_").lower())
    job.get_by_text("done").or_(job.get_by_text("checks failed")).wait_for(timeout=300_000)
    page.goto("/")
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("#exact[data-frame='0']").wait_for()
    page.get_by_label("Version 1 is").select_option("approved")
    page.get_by_role("button", name="Save").click()
    page.goto("/")
    assert "approved" in page.get_by_role("listitem").filter(has_text=name).inner_text()


def test_a_broken_field_is_told_at_its_place(page: Page, folder: Path) -> None:
    path = opened(page, folder, "broken.yaml")
    field(page, "output.path").get_by_label("path", exact=True).fill("out/one.exe")
    field(page, "output.path").locator(".mistake", has_text="end it in").wait_for()
    assert page.locator("body").get_attribute("data-mistakes") == "1"
    field(page, "output.path").get_by_label("path", exact=True).fill("out/two.mp4")
    page.locator("body[data-mistakes='0']").wait_for()
    page.locator("#text").fill(page.locator("#text").input_value().replace("ann:", "ann:\n    engin: auto"))
    field(page, "performers.ann.engin").locator(".mistake", has_text="did you mean engine").wait_for()
    page.locator("#text").fill("a: [")
    page.locator("#elsewhere", has_text="line").wait_for()
    page.locator("#text").fill(TEXT.replace("sample:carphone", "gone.mp4"))
    field(page, "performers.ann.driving").locator(".mistake", has_text="is not in this folder").wait_for()
    assert path.read_text(encoding="utf-8") == TEXT
    page.locator("#text").fill(TEXT)
    page.locator("body[data-mistakes='0']").wait_for()


def test_comments_stay_and_titles_are_no_markup(page: Page, folder: Path) -> None:
    path = opened(page, folder, "comments.yaml")
    page.get_by_label("Add a field to performers.ann", exact=True).select_option("motion")
    page.get_by_label("Add a field to performers.ann.motion").select_option("mouth")
    field(page, "performers.ann.motion.mouth").get_by_label("mouth", exact=True).fill("0.8")
    page.keyboard.press("Control+s")  # before the desk has heard of the last key
    page.locator("#state", has_text="Saved").filter(has_not_text="Not").wait_for()
    kept = held(path)
    assert kept["performers"]["ann"]["motion"] == {"mouth": 0.8}
    assert kept["title"] == HOSTILE
    assert "# she sings" in path.read_text(encoding="utf-8")


def test_the_face_is_chosen_by_clicking_on_it(page: Page, folder: Path) -> None:
    path = opened(page, folder, "faces.yaml")
    look = field(page, "performers.ann.portrait").locator(".look")
    look.get_by_role("button", name="Face 1").click(timeout=180_000)
    look.locator(".face[aria-pressed='true']").wait_for()
    save(page)
    x, y = held(path)["performers"]["ann"]["face"]["at"]
    assert abs(x - 223) < 40  # her face, in the pixels of the picture, however small it is shown
    assert abs(y - 120) < 60
    picture = look.locator("img")
    box = picture.bounding_box()
    assert box is not None
    picture.click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.9})  # once it lies still
    page.get_by_text("Not saved yet").wait_for()
    save(page)
    x, y = held(path)["performers"]["ann"]["face"]["at"]
    assert (round(x / 512, 1), round(y / 512, 1)) == (0.9, 0.9)


def test_a_place_is_chosen_before_its_picture_has_come(page: Page, folder: Path) -> None:
    held_up: list[Route] = []

    def hold(route: Route) -> None:
        held_up.append(route)

    page.route("**/still/**", hold)
    path = opened(page, folder, "early.yaml")
    picture = field(page, "performers.ann.portrait").locator(".look img")
    box = picture.bounding_box()
    assert box is not None
    assert abs(box["width"] / box["height"] - 1) < 0.02  # the sample is a square
    picture.click(position={"x": box["width"] * 0.7, "y": box["height"] * 0.4})
    page.get_by_text("Not saved yet").wait_for()
    save(page)
    x, y = held(path)["performers"]["ann"]["face"]["at"]
    assert (round(x / 512, 1), round(y / 512, 1)) == (0.7, 0.4)
    assert held_up


def test_the_second_face_of_a_group_is_chosen(page: Page, folder: Path) -> None:
    left, right = (Image.open(sample_path(name)).convert("RGB").resize((400, 400)) for name in ("astronaut", "hopper"))
    group = Image.new("RGB", (800, 400))
    group.paste(left, (0, 0))
    group.paste(right, (400, 0))
    group.save(folder / "group.png")
    path = opened(page, folder, "group.yaml", TEXT.replace("sample:astronaut", "group.png"))
    look = field(page, "performers.ann.portrait").locator(".look")
    look.get_by_role("button", name="Face 2").wait_for(timeout=180_000)
    middles = []
    for number in (1, 2):
        look.get_by_role("button", name=f"Face {number}").click()
        look.get_by_role("button", name=f"Face {number}", pressed=True).wait_for()
        page.get_by_text("Not saved yet").wait_for()
        save(page)
        middles.append(held(path)["performers"]["ann"]["face"]["at"][0] > 400)
    assert sorted(middles) == [False, True]
