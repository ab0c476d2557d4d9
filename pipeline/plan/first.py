"""What the first tasks of a job found, read from what they made."""

from __future__ import annotations

from collections.abc import Mapping

from foundation.artifacts import Artifact
from pipeline.plan.build import Job
from pipeline.plan.made import facts_of
from pipeline.plan.planning import Facts
from stages.contracts import probe, subtitles


def read_facts(job: Job, made: Mapping[str, Artifact]) -> Facts:
    """The facts.

    Args:
        made: what the job's first tasks made, by their keys.
    Raises:
        StageError: a label is damaged.
    """
    media = {name: facts_of(probe.CONTRACT, made[task.key]) for name, task in job.probes.items()}
    text = job.subtitles
    return Facts(media, None if text is None else facts_of(subtitles.CONTRACT, made[text.key]))
