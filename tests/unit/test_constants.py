"""What was tuned stands in one table a module, each entry with its unit and, where it tells something, its range."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

TUNED = ("face", "engines/landmark_tps", "landmarks", "compositing", "speech")
"""Where what is seen and heard hangs on numbers that somebody chose."""
MOST_ALONE = 4
"""Lines of fractions that may stand alone in a module: more want a table, such as face/eye_style.py."""


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for room in TUNED:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def has_fraction(value: ast.expr) -> bool:
    """Whether a fraction stands in a value; what is called or computed is no constant."""
    if isinstance(value, ast.UnaryOp):
        return has_fraction(value.operand)
    if isinstance(value, ast.Tuple):
        return any(map(has_fraction, value.elts))
    return isinstance(value, ast.Constant) and isinstance(value.value, float)


def tables(module: ast.Module) -> Iterator[ast.ClassDef]:
    """Classes of which a constant of the module is made without any argument."""
    made = {
        node.value.func.id
        for node in module.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and not node.value.args
        and not node.value.keywords
    }
    yield from (node for node in module.body if isinstance(node, ast.ClassDef) and node.name in made)


def test_fractions_stand_in_tables() -> None:
    alone = {
        str(path): [
            ast.unparse(node.targets[0])
            for node in module.body
            if isinstance(node, ast.Assign) and has_fraction(node.value)
        ]
        for path, module in sources()
    }
    crowded = {path: names for path, names in alone.items() if len(names) > MOST_ALONE}
    assert not crowded, crowded


@pytest.mark.parametrize(("path", "table"), [(path, table) for path, module in sources() for table in tables(module)])
def test_tables_explain_every_entry(path: Path, table: ast.ClassDef) -> None:
    text = ast.get_docstring(table) or ""
    fields = [
        str(node.target.id)
        for node in table.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    missing = [name for name in fields if not re.search(rf"^\s+{name}: \S", text, re.MULTILINE)]
    assert fields
    assert not missing, f"{path}: {table.name} says nothing of {missing}"
