"""A plan as an Open Job Description (https://github.com/OpenJobDescription, template 2023-09, with TASK_CHUNKING).

A step a stage. Every task of a step is the same command line as an operator's, with other frames or other numbers: it
plans the job again (what is probed is found again), does its part, and leaves the result in the work folder.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from foundation.codec import Json
from foundation.devices import VARIABLE
from foundation.times import FrameRange, joined
from pipeline.plan.graph import Graph
from pipeline.plan.needs import MB, needs_of, on_gpu
from pipeline.plan.task import Task

VERSION = "jobtemplate-2023-09"
LONGEST_NAME = 128
NOTICE_SECONDS = 5
LAST = "deliver"


def job_template(
    graph: Graph, *, name: str, command: str, manifest: Path, program: Path, chunk_frames: int, gpus: bool
) -> dict[str, Any]:
    """The template, JSON-safe.

    Args:
        command: "render" or "batch".
        manifest: relative to the template's folder; it is a default if it lies in it, for the standard allows no other.
        program: run_pipeline.py.
        chunk_frames: frames a task of the steps that make frames.
        gpus: require one where a step can use it.
    """
    by_stage: dict[str, list[Task]] = {}
    for task in graph:
        by_stage.setdefault(task.stage, []).append(task)
    frames = chunk_frames if command == "render" else None
    steps = [_step(stage, tasks, graph, command, frames, gpus=gpus) for stage, tasks in by_stage.items()]
    last = _script(command, [])
    ends = [{"dependsOn": stage} for stage in by_stage]
    return {
        "specificationVersion": VERSION,
        "extensions": ["TASK_CHUNKING"],
        "name": _plain(name)[:LONGEST_NAME],
        "parameterDefinitions": _parameters(manifest, program),
        "jobEnvironments": [{"name": "Duet", "variables": {VARIABLE: _device(graph)}}],
        "steps": [*steps, {"name": LAST, "dependencies": ends, "script": last}],
    }


def asset_references(inputs: Iterable[Path], outputs: Iterable[Path]) -> dict[str, Json]:
    """What a job reads and where it writes, as Deadline Cloud's job bundles have it: asset_references.yaml.

    Args:
        inputs: files, by absolute paths.
        outputs: folders.
    """
    files = sorted(str(path) for path in inputs)
    folders = sorted({str(path) for path in outputs})
    return {
        "assetReferences": {
            "inputs": {"filenames": [*files], "directories": []},
            "outputs": {"directories": [*folders]},
            "referencedPaths": [],
        }
    }


def parameter_values(manifest: Path) -> dict[str, Json]:
    """What the template leaves open: parameter_values.yaml of a job bundle."""
    return {"parameterValues": [{"name": "Manifest", "value": str(manifest)}]}


def _plain(name: str) -> str:
    """A name without what the standard has no place for: control characters, and {{ }}, which it would fill in."""
    return re.sub(r"([{}])(?=\1)", r"\1 ", re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", name))


def _device(graph: Graph) -> str:
    """What was planned for: every task plans again, on machines that may have another."""
    return "cuda" if any(on_gpu(task) for task in graph) else "cpu"


def _parameters(manifest: Path, program: Path) -> list[dict[str, Any]]:
    return [
        {
            "name": "Manifest",
            "type": "PATH",
            "objectType": "FILE",
            "dataFlow": "IN",
            **({} if ".." in manifest.parts or manifest.is_absolute() else {"default": str(manifest)}),
            "description": "The manifest. What it names must be readable from every worker, by the same path.",
        },
        {
            "name": "WorkFolder",
            "type": "PATH",
            "objectType": "DIRECTORY",
            "dataFlow": "INOUT",
            "default": "work",
            "description": "Finished intermediate work, on storage that all workers share.",
        },
        {
            "name": "OutputFolder",
            "type": "PATH",
            "objectType": "DIRECTORY",
            "dataFlow": "OUT",
            "default": "out",
            "description": "Where the videos go.",
        },
        {
            "name": "Python",
            "type": "STRING",
            "default": sys.executable,
            "description": "The interpreter with Duet's packages, on the workers.",
        },
        {
            "name": "Program",
            "type": "STRING",
            "default": str(program),
            "description": "run_pipeline.py, on the workers.",
        },
    ]


def _step(
    stage: str, tasks: list[Task], graph: Graph, command: str, chunk_frames: int | None, *, gpus: bool
) -> dict[str, Any]:
    """One stage. Its tasks are chosen by frames where each makes a chunk of them, else by number."""
    step: dict[str, Any] = {"name": stage}
    before = {graph.tasks[key].stage for task in tasks for key in task.needs} - {stage}
    if before:
        step["dependencies"] = [{"dependsOn": name} for name in dict.fromkeys(t.stage for t in graph) if name in before]
    ranges = [chunk for chunk in (task.chunk for task in tasks) if chunk]
    chosen: list[str] = ["--only", stage]
    if chunk_frames and len(ranges) == len(tasks):
        made = joined(sorted(ranges, key=lambda chunk: chunk.start))
        step["parameterSpace"] = _space("Frames", made, chunk_frames)
        chosen += ["--frames", "{{Task.Param.Frames}}"]
    elif len(tasks) > 1:
        step["parameterSpace"] = _space("Tasks", (FrameRange(0, len(tasks)),), 1)
        chosen += ["--part", "{{Task.Param.Tasks}}"]
    step["hostRequirements"] = _host(tasks, gpus=gpus)
    return step | {"script": _script(command, chosen)}


def _space(name: str, numbers: Iterable[FrameRange], count: int) -> dict[str, Any]:
    written = ",".join(f"{each.start}-{each.stop - 1}" for each in numbers)
    chunks = {"defaultTaskCount": count, "rangeConstraint": "CONTIGUOUS"}
    return {"taskParameterDefinitions": [{"name": name, "type": "CHUNK[INT]", "range": written, "chunks": chunks}]}


def _host(tasks: Iterable[Task], *, gpus: bool) -> dict[str, Any]:
    needs = [needs_of(task) for task in tasks]
    amounts = [
        {"name": "amount.worker.vcpu", "min": max(need.cpus for need in needs)},
        {"name": "amount.worker.memory", "min": max(need.memory for need in needs) // MB},  # MiB, as the standard says
    ]
    if gpus and any(need.gpus for need in needs):
        amounts.append({"name": "amount.worker.gpu", "min": 1})
    return {"amounts": amounts}


def _script(command: str, chosen: list[str]) -> dict[str, Any]:
    arguments = ["{{Param.Program}}", command, "{{Param.Manifest}}", "--work", "{{Param.WorkFolder}}", "--offline"]
    arguments += ["--progress", "openjd", *(chosen or ["--output-folder", "{{Param.OutputFolder}}"])]
    cancelation = {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": NOTICE_SECONDS}
    action = {"command": "{{Param.Python}}", "args": arguments, "cancelation": cancelation}
    return {"actions": {"onRun": action}}
