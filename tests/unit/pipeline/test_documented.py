"""What the README and the example manifests show must be accepted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pipeline.manifest.load import load_manifest, validate
from tests.conftest import ROOT


def test_the_readmes_manifest_is_valid() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    manifest = validate(yaml.safe_load(blocks[0]), Path("README.md"))
    assert list(manifest.performers) == ["president", "mona_lisa", "pearl"]


def test_the_engines_page_shows_valid_sections() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "engines.md").read_text(encoding="utf-8"), re.DOTALL)
    base = {"version": 1, "output": {"path": "a.mp4"}}
    shown = [validate(base | yaml.safe_load(block), Path("engines.md")).performers for block in blocks]
    engines = [performer.engine for performers in shown for performer in performers.values()]
    assert engines == ["liveportrait", "fomm", "tpsmm"]


def test_the_songs_page_shows_a_valid_manifest() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "song.md").read_text(encoding="utf-8"), re.DOTALL)
    data = {"version": 1, "output": {"path": "a.mp4"}, **yaml.safe_load(blocks[0])}
    assert all(performer.singing for performer in validate(data, Path("song.md")).performers.values())


def test_the_batch_of_the_farms_page_is_valid() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "farm.md").read_text(encoding="utf-8"), re.DOTALL)
    assert validate(yaml.safe_load(blocks[0]), Path("farm.md")).batch is not None


@pytest.mark.parametrize("path", sorted((ROOT / "configs" / "manifests").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_example_manifests_are_valid(path: Path) -> None:
    assert load_manifest(path).manifest.version == 1
