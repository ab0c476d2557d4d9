"""The shared state of planning one job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from landmarks import BACKENDS
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
    def landmarks(self) -> dict[str, Any]:
        """The landmark backend, as settings of whatever looks at faces."""
        backend = self.manifest.defaults.landmarks
        return {"backend": backend, "backend_version": BACKENDS[backend].version}

    @property
    def sources(self) -> Sources:
        return self.job.sources
