"""What every part of the manifest shares."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A mapping of the manifest: unknown fields are refused, nothing is converted silently, values do not change."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True, strict=True)
