"""What the tables of plug-ins give to the manifest: names of engines and landmark backends, and engines' sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, create_model

from engines import ENGINES, names
from foundation.part import Part
from landmarks import BACKENDS

if TYPE_CHECKING:
    EngineName = str
    Backend = str
else:
    EngineName = Literal[names()]
    Backend = Literal[tuple(BACKENDS)]


class _Sections(Part):
    def section(self, engine: str) -> Part | None:
        """The mapping under the engine's name, if there is one."""
        section: Part | None = getattr(self, engine, None)
        return section


def _about(engine: str) -> Any:
    return Field(description=f"For the engine {engine}.")


if TYPE_CHECKING:
    OfPerformer = _Sections
    OfDefaults = _Sections
else:
    _SECTIONS = {name: about.section for name in ENGINES if (about := ENGINES[name].describe()).section}
    OfPerformer = create_model(
        "OfPerformer",
        __base__=_Sections,
        **{name: (Annotated[kind | None, _about(name)], None) for name, kind in _SECTIONS.items()},
    )
    OfDefaults = create_model(
        "OfDefaults",
        __base__=_Sections,
        **{name: (Annotated[kind, _about(name)], kind()) for name, kind in _SECTIONS.items()},
    )
