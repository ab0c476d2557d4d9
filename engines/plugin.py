"""The row of an engine in the table: light, as every worker reads the table."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from foundation.plugins import Plugin

if TYPE_CHECKING:
    from engines.about import About


@dataclass(frozen=True)
class EnginePlugin(Plugin):
    """A row of the table of engines. `about`: "package.module:NAME" of its description; without it, PLAIN."""

    about: str = "engines.about:PLAIN"

    def describe(self) -> About[Any]:
        """Its description."""
        module, name = self.about.split(":")
        description: About[Any] = getattr(import_module(module), name)
        return description
