"""Plug-in tables: plain name -> class, imported only when one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from foundation.errors import ManifestError


@dataclass(frozen=True)
class Plugin:
    """One row of a table.

    Attributes:
        target: "package.module:Class".
        version: part of every content key that depends on the plug-in; raise it whenever its results change.
    """

    target: str
    version: int


def load_plugin(kind: str, table: Mapping[str, Plugin], name: str) -> Any:
    """An instance of the plug-in of that name.

    Raises: ManifestError if the table has none.
    """
    if name not in table:
        raise ManifestError(f"no {kind} is called {name!r}", cure=f"use one of {', '.join(table)}")
    module, cls = table[name].target.split(":")
    return getattr(import_module(module), cls)()
