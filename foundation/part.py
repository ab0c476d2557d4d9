"""What people write: mappings in YAML files, checked field by field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A mapping: unknown fields are refused, nothing is converted silently, values do not change."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
