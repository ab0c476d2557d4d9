"""What the README and the example manifests show must be accepted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from pipeline.cli import _load
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


PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_are_commands(page: Path) -> None:
    """Each `duet ...` that is shown is taken by the command line, all its options known."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    shown = re.findall(r"^    (?:\.venv/bin/)?duet (.*)$|`duet ([a-z]+ [^`]+)`", text, re.MULTILINE)
    for line in (block or inline for block, inline in shown):
        name, *arguments = shlex.split(line, comments=True)
        command = _load(name)
        while hasattr(command, "commands"):
            command, arguments = command.commands[arguments[0]], arguments[1:]
        assert command.make_context(name, arguments), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert ":" in link or (page.parent / link).exists(), link
