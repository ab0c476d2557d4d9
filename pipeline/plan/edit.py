"""The timeline: which performers are seen in which frames, and how they are laid out."""

from __future__ import annotations

from typing import Any

from foundation.errors import ManifestError
from pipeline.plan.picture import PlannedPicture
from pipeline.plan.planning import Planning
from pipeline.plan.task import Input, Task


def plan_edit(planning: Planning, pictures: list[PlannedPicture], frames: int) -> Task:
    """Add the task that lays the performers' pictures out in scenes.

    Raises: ManifestError for scenes that cannot be.
    """
    output = planning.manifest.output
    scenes = _scenes(planning, pictures, frames)
    seen = {name for scene in scenes for name in scene["performers"]}
    inputs: dict[str, Input] = {}
    about: dict[str, Any] = {}
    for planned in pictures:
        if planned.name not in seen:
            continue
        place = f"performer{len(about)}"
        about[planned.name] = {
            "inputs": place,
            "frames": planned.frames,
            "into": planned.into,
            "chunks": [chunk.settings["range"][0] for chunk in planned.chunks],
        }
        inputs[f"{place}.crop"] = planned.crop.output
        for number, chunk in enumerate(planned.chunks):
            inputs[f"{place}.{number:06d}"] = chunk.output
    settings = {
        "fps": str(planning.fps),
        "frames": frames,
        "size": list(output.size),
        "video": output.video.model_dump(mode="json"),
        "performers": about,
        "scenes": scenes,
    }
    return planning.graph.add(Task("edit", settings, inputs, None, frames))


def _scenes(planning: Planning, pictures: list[PlannedPicture], frames: int) -> list[dict[str, Any]]:
    """Scenes as frame ranges that cover the whole length; who is in one picture shares a panel, under its name."""
    written, fps = planning.manifest.scenes, planning.fps
    if written is None:
        layout = "side_by_side" if len(pictures) > 1 else "full"
        return [{"range": [0, frames], "layout": layout, "performers": [picture.name for picture in pictures]}]
    starts = [round(scene.start * fps) for scene in written]
    if starts[0] != 0:
        raise ManifestError("scenes.0.start must be 0", cure="let the first scene start at 0")
    for number, start in enumerate(starts):
        if start >= frames:
            raise ManifestError(
                f"scenes.{number} starts at {float(written[number].start):g} s, after the end of the video "
                f"({float(frames / fps):.2f} s)",
                cure="start it earlier, or use a longer driving clip",
            )
    ends = [*starts[1:], frames]
    shown = {name: picture.name for picture in pictures for name in picture.performers}
    return [
        {
            "range": [start, end],
            "layout": scene.layout,
            "performers": list(dict.fromkeys(shown[name] for name in scene.performers)),
        }
        for scene, start, end in zip(written, starts, ends, strict=True)
        if end > start
    ]
