"""Plug-in tables: plain name -> class, imported only when one is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from foundation.errors import InputError, ManifestError


@dataclass(frozen=True)
class Library:
    """A library that need not be there. `module`: as it is imported; `install`: the command that brings it."""

    module: str
    install: str


@dataclass(frozen=True)
class Plugin:
    """One row of a table.

    Attributes:
        target: "package.module:Class".
        version: part of every content key that depends on the plug-in; raise it whenever its results change.
        needs: the library that it takes beside requirements.txt.
    """

    target: str
    version: int
    needs: Library | None = None


PluginT = TypeVar("PluginT", bound=Plugin)


def row_of(kind: str, table: Mapping[str, PluginT], name: str) -> PluginT:
    """The row of that name. Raises: ManifestError if the table has none."""
    if name not in table:
        raise ManifestError(f"no {kind} is called {name!r}", cure=f"use one of {', '.join(table)}")
    return table[name]


def load_plugin(kind: str, table: Mapping[str, Plugin], name: str) -> Any:
    """An instance of the plug-in of that name.

    Raises: ManifestError if the table has none; InputError if its library is not installed.
    """
    row = row_of(kind, table, name)
    check_installed(kind, row, name)
    module, cls = row.target.split(":")
    return getattr(import_module(module), cls)()


def check_installed(kind: str, plugin: Plugin, name: str) -> None:
    """Fail before the work rather than in it.

    Raises: InputError if the library that the plug-in needs is not installed, with the command that brings it.
    """
    if plugin.needs and find_spec(plugin.needs.module) is None:
        raise InputError(f"the {kind} {name} is not installed", cure=plugin.needs.install)
