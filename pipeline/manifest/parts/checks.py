"""How good the result must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, create_model, model_validator

from foundation.part import Part
from quality.row import Change
from quality.table import MEASURES


class LimitChange(Part):
    """Another limit, or another weight, for one measure. Where only `level` is said, its own limits stay."""

    min: float | None = None
    """The least that passes."""
    max: float | None = None
    """The most that passes."""
    level: Literal["fail", "warn", "off"] | None = None
    """What a value outside does: fail the render, warn, or nothing."""

    @model_validator(mode="after")
    def _has_room(self) -> LimitChange:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min:g}) must not be larger than max ({self.max:g})")
        return self


if TYPE_CHECKING:
    Limits = Part
else:
    Limits = create_model(
        "Limits",
        __base__=Part,
        **{
            name: (LimitChange | None, Field(default=None, description=f"Of {measure.means}; {measure.unit}."))
            for name, measure in MEASURES.items()
        },
    )
    Limits.__doc__ = "By measure (docs/checks.md): what it must reach."


class Checks(Part):
    """What is checked of the result. Frames, length, size and sound tracks always are."""

    enabled: bool = True
    """False: nothing else."""
    looks_per_second: Annotated[float, Field(ge=1, le=120)] = 5.0
    """How often each face of the result is looked at again."""
    limits: Limits = Limits()
    """By measure: what it must reach."""

    def changes(self) -> dict[str, Change]:
        """The measures of which something is said."""
        told = self.limits.model_dump(mode="json", exclude_none=True)
        return {name: Change(**change) for name, change in told.items()}
