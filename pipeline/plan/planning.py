"""The shared state of planning one job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from foundation.times import FrameRange
from media.files.info import MediaInfo
from pipeline.manifest.schema import Manifest
from pipeline.plan.build import Job
from pipeline.plan.graph import Graph
from pipeline.plan.looking import backend_use
from pipeline.plan.sources import Sources
from stages.contracts import subtitles
from stages.contracts.perform import Partner
from stages.contracts.shared import Backend

Ranges = tuple[FrameRange, ...]


@dataclass(frozen=True)
class Facts:
    """What the first tasks of a job found.

    Attributes:
        media: what each file is, by the name that the manifest uses for it.
        subtitles: what lyrics and titles say, if there are any.
    """

    media: Mapping[str, MediaInfo]
    subtitles: subtitles.Facts | None = None


@dataclass(frozen=True)
class Planning:
    """What every part of planning works on.

    Attributes:
        facts: what its files are.
        graph: grows.
        fps: of the result.
        partners: of those who sing from words, who is seen beside them (see pipeline.plan.partners).
        shown: of each picture, the frames of the result in which it is seen (see pipeline.plan.shown).
        turns: of those who do not sing all the time, the frames in which they do (see pipeline.plan.turns).
    """

    job: Job
    facts: Facts
    graph: Graph
    fps: Fraction
    shown: Mapping[str, Ranges] = field(default_factory=dict)
    turns: Mapping[str, Ranges] = field(default_factory=dict)
    partners: Mapping[str, tuple[Partner, ...]] = field(default_factory=dict)

    @property
    def manifest(self) -> Manifest:
        return self.job.loaded.manifest

    @property
    def backend(self) -> Backend:
        """What looks at faces."""
        return backend_use(self.manifest.defaults.landmarks)

    @property
    def sources(self) -> Sources:
        return self.job.sources
