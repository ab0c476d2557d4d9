"""Bounds on inputs: they can be raised, by the environment and on the command line, and no further than they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from foundation.errors import InputError, ManifestError
from foundation.limits import VARIABLE, Limit, raised
from foundation.yaml_text import YamlError, parse_yaml
from media.image.images import read_image
from media.text.lyrics import read_lyrics
from pipeline.cli import app


def test_bounds_hold_until_they_are_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "picture_side=100, line_characters=10,settings_values=5,picture_megapixels=1")
    Image.fromarray(np.zeros((8, 101, 3), np.uint8)).save(tmp_path / "wide.png")
    Image.fromarray(np.zeros((100, 100, 3), np.uint8)).save(tmp_path / "square.png")
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\neleven char\n")
    with pytest.raises(InputError, match="101x8, larger than 100 pixels a side") as caught:
        read_image(tmp_path / "wide.png")
    assert "duet --limit picture_side=NUMBER" in str(caught.value.cure)
    assert read_image(tmp_path / "square.png").shape == (100, 100, 3)
    with pytest.raises(InputError, match="11 characters, more than 10"):
        read_lyrics(tmp_path / "a.srt", ".srt", ())
    with pytest.raises(YamlError, match="more than 5 values"):
        parse_yaml("[1, 2, 3, 4, 5]")
    monkeypatch.setenv(VARIABLE, "picture_side=101,line_characters=11,settings_values=6")
    assert read_image(tmp_path / "wide.png").shape == (8, 101, 3)
    assert len(read_lyrics(tmp_path / "a.srt", ".srt", ())[0]) == 1
    assert parse_yaml("[1, 2, 3, 4, 5]") == [1, 2, 3, 4, 5]


def test_megapixels_are_bounded_from_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "picture_megapixels=1")
    Image.new("L", (1100, 1000)).save(tmp_path / "large.png")
    with pytest.raises(InputError, match="larger than 1 megapixels") as caught:
        read_image(tmp_path / "large.png")
    assert "--limit picture_megapixels" in str(caught.value.cure)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("picture_sides=3", "no limit is called 'picture_sides'"),
        ("picture_side", "picture_side is ''"),
        ("picture_side=-1", "picture_side is '-1'"),
        ("picture_side=0", "picture_side is '0'"),
        ("picture_side=1e9", "picture_side is '1e9'"),
        ("picture_side=65536", "picture_side is '65536'"),
        (f"picture_side={'9' * 5000}", "the limit picture_side is"),
    ],
)
def test_what_is_no_limit_is_refused(written: str, told: str) -> None:
    with pytest.raises(ManifestError, match=told) as caught:
        raised(written)
    assert len(str(caught.value)) < 600


def test_the_command_line_raises_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "picture_side=50")
    (tmp_path / "m.yaml").write_text("[" + "1, " * 100 + "]")
    for given, told in (("settings_values=50", "more than 50 values"), ("settings_values=500", "not a manifest")):
        result = CliRunner().invoke(app, ["--limit", given, "validate", str(tmp_path / "m.yaml")])
        assert told in str(result.exception)
        assert Limit.PICTURE_SIDE.now == 50
        monkeypatch.setenv(VARIABLE, "picture_side=50")
    assert "no limit is called" in str(CliRunner().invoke(app, ["--limit", "x=1", "schema"]).exception)
