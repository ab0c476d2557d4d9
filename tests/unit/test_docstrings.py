"""Docstrings name one field a line, so that a reader finds it, and texts use no phrase that misleads one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

HOUSE = [path.parent.name for path in sorted(ROOT.glob("*/__init__.py")) if path.parent.name != "tests"]
SECTIONS = re.compile(r"^\s*(Args|Attributes|Class attributes):(.*)$")
MISLEADING = re.compile(r"\b(as of|so much of)\b(?! (now|today))", re.IGNORECASE)
"""To most readers "as of" is "since"; "so much of" never says how much."""
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def fields_of(node: Documented) -> set[str]:
    """What a docstring of the node may describe: arguments, attributes, and those of its __init__."""
    names: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.arg):
            names.add(each.arg)
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            names.add(each.target.id)
        elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self":
            names.add(each.attr)
        elif isinstance(each, ast.FunctionDef) and each is not node:
            names.add(each.name)
    return names


def crowded(path: Path) -> Iterator[str]:
    """The lines of a file that describe more than one field."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.get_docstring(node) if isinstance(node, Documented) else None
        if not text or not isinstance(node, Documented):
            continue
        names = "|".join(map(re.escape, sorted(fields_of(node))))
        second = re.compile(rf"[.;?)\]] (?:{names})(?:, (?:{names}))*: ") if names else None
        inside = False
        for line in text.splitlines():
            head = SECTIONS.match(line)
            if head:
                inside = True
                if second and second.search(head[2]):
                    yield f"{path.relative_to(ROOT)}:{node.name}: {line.strip()}"
            elif inside and not line.startswith(" "):
                inside = False
            elif inside and second and second.search(line):
                yield f"{path.relative_to(ROOT)}:{node.name}: {line.strip()}"


@pytest.mark.parametrize("package", HOUSE)
def test_docstrings_have_a_field_a_line(package: str) -> None:
    found = [line for path in sorted((ROOT / package).rglob("*.py")) for line in crowded(path)]
    assert not found, "\n".join(found)


def test_texts_have_no_misleading_phrase() -> None:
    pages = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(path for home in HOUSE for path in (ROOT / home).rglob("*.py")),
    ]
    lines = [(path, line) for path in pages for line in path.read_text(encoding="utf-8").splitlines()]
    found = [f"{path.relative_to(ROOT)}: {line.strip()}" for path, line in lines if MISLEADING.search(line)]
    assert not found, "\n".join(found)
