"""The shared state of planning one job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from landmarks import BackendSettings, backend_settings
from pipeline.manifest.schema import Manifest
from pipeline.plan.build import Job
from pipeline.plan.graph import Graph
from pipeline.plan.sources import Sources

Facts = Mapping[str, Mapping[str, Any]]
"""What the probe stage said of each file, by the name that the manifest uses for the file."""


@dataclass(frozen=True)
class Planning:
    """What every part of planning works on: the job, the probes' facts, the graph that grows, the result's rate.

    Attributes:
        turns: of those who do not sing all the time, the ranges of frames in which they do (see pipeline.plan.turns).
    """

    job: Job
    facts: Facts
    graph: Graph
    fps: Fraction
    turns: Mapping[str, list[list[int]]] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        return self.job.loaded.manifest

    @property
    def landmarks(self) -> BackendSettings:
        """The landmark backend, as settings of whatever looks at faces."""
        return backend_settings(self.manifest.defaults.landmarks)

    @property
    def sources(self) -> Sources:
        return self.job.sources
