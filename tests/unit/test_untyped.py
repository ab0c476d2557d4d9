"""Values without a type, between parts of our own, only grow fewer."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT


@dataclass(frozen=True)
class Untyped:
    """How often source says each: Any at all, dict[str, Any], Mapping[str, Any]."""

    any: int
    dicts: int
    mappings: int

    def __add__(self, other: Untyped) -> Untyped:
        return Untyped(self.any + other.any, self.dicts + other.dicts, self.mappings + other.mappings)


MOST = {
    "bench": Untyped(40, 26, 1),
    "pipeline": Untyped(111, 57, 3),
    "stages": Untyped(23, 0, 0),
    "quality": Untyped(1, 0, 1),
    "training": Untyped(15, 3, 2),
    "engines": Untyped(6, 2, 0),
    "speech": Untyped(0, 0, 0),
    "face": Untyped(0, 0, 0),
    "landmarks": Untyped(10, 0, 0),
    "compositing": Untyped(0, 0, 0),
    "media": Untyped(41, 11, 1),
    "tpsmm": Untyped(29, 4, 13),
    "fomm": Untyped(5, 1, 3),
    "liveportrait": Untyped(10, 3, 2),
    "networks": Untyped(33, 1, 2),
    "foundation": Untyped(28, 2, 6),
}
"""Of each package. Lower a number when you have removed some; never raise one."""


def counted(source: str) -> Untyped:
    """What one file says, comments and docstrings apart."""
    names, slices = [], []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            names.append(node.id)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            slices.append(ast.unparse(node))
    return Untyped(names.count("Any"), slices.count("dict[str, Any]"), slices.count("Mapping[str, Any]"))


def packages() -> list[str]:
    """Every package of the checkout but the tests."""
    return sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", packages())
def test_no_value_loses_its_type(package: str) -> None:
    most = MOST.get(package, Untyped(0, 0, 0))
    by_file = {path: counted(path.read_text(encoding="utf-8")) for path in sources(package)}
    found = sum(by_file.values(), Untyped(0, 0, 0))
    worst = max(by_file, key=lambda path: by_file[path].any).relative_to(ROOT)
    more = found.any > most.any or found.dicts > most.dicts or found.mappings > most.mappings
    assert not more, (
        f"{package} says {found}, and may say {most}: give the new value a type (a frozen dataclass, a Protocol, a "
        f"TypeVar, object where nobody looks inside), foundation.codec.Json where it is JSON; most are in {worst}"
    )


def test_all_spellings_are_counted() -> None:
    source = "def f(a: Any, b: dict[str, Any], *c: Mapping[str, list[Any]]) -> Mapping[str, Any] | None: 'Any'"
    assert counted(source) == Untyped(4, 1, 1)
