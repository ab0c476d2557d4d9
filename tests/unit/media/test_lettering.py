"""Names in any writing stand on sheets, and what no font has is told, not boxed."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageFont

from media.text.fonts import packaged_fonts
from media.text.lettering import Drawn, legible, lettered

INK, PAPER = (255, 255, 255), (0, 0, 0)


def drawn(line: str) -> Drawn:
    return lettered(line, 24, INK, PAPER)


@pytest.mark.parametrize("name", ["Анна", "Ευδοκία", "蒙娜丽莎", "モナ・リザ", "모나리자", "عازف"])
def test_names_in_any_writing_are_drawn_letter_by_letter(name: str) -> None:
    """A box for what a font lacks is the same for every character: no two of these may look alike."""
    assert legible(name) == name
    letters = {drawn(letter).tobytes() for letter in set(name)}
    assert len(letters) == len(set(name))
    assert not any(np.array_equal(drawn(letter), drawn("\U0001f3a4")) for letter in name)


def test_writings_may_be_mixed() -> None:
    mixed = drawn("Mona 蒙娜 Мона")
    assert mixed.shape[0] == drawn("Mona").shape[0] == 32
    assert mixed.shape[1] > drawn("Mona").shape[1] + drawn("蒙娜").shape[1]
    assert mixed[[0, -1]].max() == 0  # nothing is cut off above or below


def test_what_no_font_has_is_written_out() -> None:
    assert legible("Mic \U0001f3a4\n2") == "Mic \\U0001f3a4 2"
    assert drawn("\U0001f3a4").shape == drawn("\\U0001f3a4").shape


def test_latin_needs_no_font_of_a_package() -> None:
    assert packaged_fonts()["latin"]
    assert drawn("Ann").shape[1] == int(np.ceil(ImageFont.load_default(24).getlength("Ann"))) + 4
    assert lettered("Ann", 24, INK, PAPER, size=(200, 60), left=9)[:, :9].max() == 0
