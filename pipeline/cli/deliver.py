"""Putting a finished video where the user wants it: whole, sound, and on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from foundation.artifacts import ArtifactStore, digest_of
from foundation.atomic import replacing
from foundation.errors import StageError
from pipeline.plan.expand import Plan
from pipeline.plan.task import Task
from pipeline.report.verdict import Verdict, verdict_of


def deliver(plan: Plan, store: ArtifactStore, target: Path) -> tuple[Verdict, Path]:
    """Copy a plan's video to `target`, or beside it if it failed its checks.

    Returns:
        what the checks say, and where the video is.
    Raises: as `put`.
    """
    return deliver_tasks(plan.result, plan.video, store, target)


def deliver_tasks(result: Task, video: Task, store: ArtifactStore, target: Path) -> tuple[Verdict, Path]:
    """As `deliver`, of the task that checks a video and the one that makes it."""
    verdict = verdict_of(result, store)
    place = verdict.place(target)
    put(store, video, "video.mp4", place)
    return verdict, place


def put(store: ArtifactStore, task: Task, name: str, target: Path) -> None:
    """Copy one file of a task's artifact to `target`; one that is there already, byte for byte, is left alone.

    Raises: StageError if the file was damaged on the disk, or `target` cannot be written.
    """
    found = store.find(task.stage, task.key)
    if found is None:
        raise StageError("has vanished from the work folder", file=store.folder(task.stage, task.key), cure="run again")
    digest = found.label["files"][name]["sha256"]
    if target.is_file() and target.stat().st_size == found.label["files"][name]["size"] and digest_of(target) == digest:
        return
    with replacing(target, durable=True) as temporary:
        shutil.copyfile(found.folder / name, temporary)
        if digest_of(temporary) != digest:
            store.discard(task.stage, task.key)
            raise StageError(
                "was damaged on the disk, and has been removed", file=found.folder / name, cure="run again"
            )
