"""The tables of docs/delivery.md have a row for all that can be delivered, and what they say holds."""

from __future__ import annotations

import re

import pytest
import yaml

from bench.delivery import PICTURE_HEAD, SOUND_HEAD, preset_table, sound_ways, ways
from media.ffmpeg.codecs import AUDIO, VIDEO
from pipeline.manifest.parts.output import Output
from pipeline.manifest.parts.sound import Audio
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")


def section(name: str) -> list[list[str]]:
    """The cells of a table, its head among them."""
    text = PAGE.partition(f"<!-- bench: {name} -->")[2].partition(f"<!-- end: {name} -->")[0]
    rows = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in rows if set(row[0]) != {"-"}]


def test_every_picture_that_can_be_delivered_was() -> None:
    head, *rows = section("pictures")
    assert tuple(head) == PICTURE_HEAD
    listed = [(row[0], row[1], row[2], row[3]) for row in rows]
    possible = [(VIDEO[codec].title, held, str(bits), "yes" if alpha else "no") for codec, held, bits, alpha in ways()]
    assert listed == possible
    films = [row for row in rows if row[1] != "sequence"]
    assert all(re.search(r"bt709 bt709 (tv|pc)$", row[6]) and row[7] == "25" for row in films)


def test_every_sound_that_can_be_delivered_was_and_is_in_time() -> None:
    head, *rows = section("sounds")
    assert tuple(head) == SOUND_HEAD
    assert [(row[0], row[1]) for row in rows] == [(held, AUDIO[sound].title) for held, sound in sound_ways()]
    assert all(abs(float(row[3])) < 5 and abs(float(row[4])) < 5 for row in rows)


def test_the_presets_are_those_that_there_are() -> None:
    assert preset_table() in PAGE


@pytest.mark.parametrize(("part", "model"), [("output", Output), ("audio", Audio)])
def test_the_example_is_one_that_is_accepted(part: str, model: type[Output] | type[Audio]) -> None:
    shown = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])
    model.model_validate(shown[part])
