"""Lay the performers out in scenes and encode the picture: the only lossy encode of the pipeline.

Writes picture.mp4, without sound. MoviePy holds the timeline; each panel is a clip that draws its own frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from moviepy import CompositeVideoClip, VideoClip, concatenate_videoclips
from numpy.typing import NDArray

from foundation.facetrack import FaceTrack, HeadFrame, head_frame
from foundation.geometry import Box
from foundation.layout import panels
from media.images import read_image
from media.panel import Panel
from media.sequence import FrameSequence
from media.writer import FrameWriter
from stages import Report
from stages.handover import FRAMES, read_crop, read_head, read_picture

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class _Act:
    """One picture: the whole of it, the part that moves, the moving frames, and where the heads are."""

    picture: Image
    box: Box
    frames: FrameSequence
    head: HeadFrame


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: fps, frames, size, video, performers, scenes. Inputs: for each performer its crop and its chunks."""
    fps, frames = Fraction(settings["fps"]), settings["frames"]
    width, height = settings["size"]
    acts = {name: _read_act(about, inputs) for name, about in settings["performers"].items()}
    timeline = concatenate_videoclips([_scene(scene, acts, (width, height), fps) for scene in settings["scenes"]])
    with FrameWriter(out / "picture.mp4", size=(width, height), fps=fps, **settings["video"]) as writer:
        for number in range(frames):
            writer.write(timeline.get_frame(float((number + Fraction(1, 2)) / fps)))
            report(number + 1, frames)
    timeline.close()
    return {"frames_out": frames, "size": [width, height], "fps": str(fps), "scenes": len(settings["scenes"])}


def _read_act(about: Mapping[str, Any], inputs: Mapping[str, Path]) -> _Act:
    place = about["inputs"]
    folder = inputs[f"{place}.crop"]
    chunks = [(start, inputs[f"{place}.{n:06d}"] / FRAMES) for n, start in enumerate(about["chunks"])]
    frames = FrameSequence(chunks, about["frames"])
    crop = read_crop(folder)
    if about["into"] == "crop":
        face = FaceTrack.load(folder / "face")
        head = head_frame(face.points[0], face.scheme)
        return _Act(read_image(folder / "crop.png"), Box(0, 0, *crop.size), frames, head)
    return _Act(read_picture(folder), crop.box, frames, read_head(folder))


def _scene(scene: Mapping[str, Any], acts: Mapping[str, _Act], size: tuple[int, int], fps: Fraction) -> VideoClip:
    """One scene as a clip of its own, panel by panel."""
    start, stop = scene["range"]
    duration = float((stop - start) / fps)
    clips = []
    for name, box in zip(scene["performers"], panels(scene["layout"], len(scene["performers"]), size), strict=False):
        act = acts[name]
        panel = Panel(act.picture, act.box, (box.width, box.height), act.head)
        clip = VideoClip(_drawing(panel, act.frames, start, fps), duration=duration)
        clips.append(clip.with_position((box.x0, box.y0)))
    if len(clips) == 1:
        return clips[0]
    return CompositeVideoClip(clips, size=size).with_duration(duration)


def _drawing(panel: Panel, frames: FrameSequence, start: int, fps: Fraction) -> Callable[[float], Image]:
    """What shows at `t` seconds of the scene. Asked at the middle of each frame, so rounding cannot shift it."""
    rate = float(fps)
    return lambda t: panel.draw(frames[start + int(t * rate)])
