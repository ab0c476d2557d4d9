"""The tasks of a preview: each performer's crop and a quick look at how it will move; nothing that takes long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.plan.build import Job
from pipeline.plan.expand import expand
from pipeline.plan.graph import Graph
from pipeline.plan.performer import PlannedPerformer
from pipeline.plan.planning import Facts
from pipeline.plan.task import FileInput, Input, Task, TaskInput

SHOWN = 4
"""Frames that are animated, as of stages.animation.preview_samples."""


@dataclass(frozen=True)
class Preview:
    """What a sheet is drawn from.

    Attributes:
        crops, glances: of each performer. laid: the composited frames of those that go back into their picture.
        scenes: as of the edit stage. pictures: whose picture each performer is in. size: of the result.
    """

    graph: Graph
    crops: dict[str, Task]
    glances: dict[str, Task]
    laid: dict[str, Task]
    scenes: list[Mapping[str, Any]]
    pictures: dict[str, str]
    size: tuple[int, int]
    notices: list[str]

    @property
    def wanted(self) -> list[str]:
        """The keys of everything that the sheet shows."""
        return [task.key for tasks in (self.crops, self.glances, self.laid) for task in tasks.values()]


def plan_preview(job: Job, facts: Facts) -> Preview:
    """The preview of a job; `facts` as of expand.

    Raises: as expand.
    """
    plan = expand(job, facts)
    edit = next(task for task in plan.graph if task.stage == "edit")
    crops: dict[str, Task] = {}
    glances: dict[str, Task] = {}
    laid: dict[str, Task] = {}
    for name, planned in plan.performers.items():
        crops[name] = _crop(plan.graph, job, name, planned)
        glances[name] = _glance(plan.graph, job, facts, planned, crops[name])
        style = job.loaded.manifest.performers[name].composite
        if style.into == "portrait":
            settings = {"range": [0, SHOWN], "fps": str(plan.fps), **style.model_dump(mode="json", exclude={"into"})}
            inputs: dict[str, Input] = {"crop": crops[name].output, "moved": glances[name].output}
            laid[name] = plan.graph.add(Task("composite", settings, inputs, name, SHOWN))
    shown = list(edit.settings["performers"])
    return Preview(
        plan.graph,
        crops,
        glances,
        laid,
        list(edit.settings["scenes"]),
        {name: _picture(job, name, shown) for name in crops},
        (edit.settings["size"][0], edit.settings["size"][1]),
        plan.notices,
    )


def _picture(job: Job, name: str, shown: list[str]) -> str:
    """Under whose name the edit has the performer's picture: the first one's that has the same file."""
    if name in shown:
        return name
    performers = job.loaded.manifest.performers
    return next(other for other in shown if performers[other].portrait == performers[name].portrait)


def _crop(graph: Graph, job: Job, name: str, planned: PlannedPerformer) -> Task:
    """The render's own crop; of a moving plate, that of its first frame."""
    if planned.crop.stage == "crop":
        return planned.crop
    face = graph.tasks[_key(planned.crop.inputs["faces"])]
    media, at = face.inputs["media"], face.settings["start"]
    common = {key: face.settings[key] for key in ("select", "backend", "backend_version")}
    still = graph.add(Task("faces", common | {"kind": "image", "at": at}, {"media": media}, name, 1))
    settings = job.choices[name].settings | {"at": at}
    return graph.add(Task("crop", settings, {"media": media, "faces": still.output}, name, 1))


def _glance(graph: Graph, job: Job, facts: Facts, planned: PlannedPerformer, crop: Task) -> Task:
    name, choice = planned.name, job.choices[planned.name]
    performer = job.loaded.manifest.performers[name]
    followed = graph.tasks[_key(planned.clip.inputs["faces"])].settings
    end = followed["stop"] or facts[performer.driving.video]["video"]["end"]
    settings = {
        **choice.settings,
        **{key: followed[key] for key in ("select", "backend", "backend_version", "start", "tolerant")},
        "length": str(Fraction(end) - Fraction(followed["start"])),
        "fps": planned.clip.settings["fps"],
        "motion": performer.motion.model_dump(mode="json"),
        "options": choice.options,
    }
    inputs: dict[str, Input] = {"crop": crop.output, "media": planned.clip.inputs["media"]}
    for kind, file in choice.files.items():
        found: FileInput = job.sources[str(file)]
        inputs[f"file.{kind}"] = found
    return graph.add(Task("preview_samples", settings, inputs, name, SHOWN))


def _key(given: Input) -> str:
    assert isinstance(given, TaskInput)  # noqa: S101  (the planner made it)
    return given.key
