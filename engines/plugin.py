"""The row of an engine in the table: light, as every worker reads the table."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from foundation.plugins import Plugin

if TYPE_CHECKING:
    from engines.about import About


@dataclass(frozen=True)
class EnginePlugin(Plugin):
    """A row of the table of engines. `about`: "package.module:NAME" of its description; without it, PLAIN."""

    about: str = "engines.about:PLAIN"

    def describe(self) -> About[Any]:
        """Its description."""
        return cast("About[Any]", named(self.about))


def named(target: str) -> object:
    """What "package.module:NAME" names; the module is imported."""
    module, name = target.split(":")
    found: object = getattr(import_module(module), name)
    return found
