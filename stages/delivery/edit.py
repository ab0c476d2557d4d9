"""Lay the performers out in scenes and encode the picture: the only lossy encode of the pipeline.

Writes picture.* (see media.video.writer.picture_writer), without sound. MoviePy holds the timeline; scenes and
transitions draw their own frames.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from moviepy import VideoClip, concatenate_videoclips
from numpy.typing import NDArray

from compositing.backdrop import VideoBackdrop, blurred, filled, plain
from compositing.opacity import OpacityFrames, over, straight, with_opacity
from compositing.panel import Panel
from compositing.scene import WITH_OPACITY, Player, Scene
from compositing.text_overlay import Layer, Overlay
from compositing.transition import TRANSITIONS
from foundation.facetrack import FaceTrack, HeadFrame, head_frame
from foundation.geometry import Box
from foundation.layout import Inset, panels
from media.ffmpeg.codecs import Encode
from media.image.images import read_image
from media.image.resample import warp_affine
from media.video.sequence import FrameSequence
from media.video.writer import FrameWriter, picture_writer
from stages import Report
from stages.handover import read_crop, read_head, read_opacity, read_picture
from stages.names import FRAMES, SCRIPTS

Image = NDArray[np.uint8]
Draw = Callable[[int], Image]


@dataclass(frozen=True)
class _Act:
    """One picture: the whole of it, the part that moves, the moving frames, and where the heads are."""

    picture: Image
    box: Box
    frames: FrameSequence | OpacityFrames
    head: HeadFrame


@dataclass(frozen=True)
class _Stage:
    """What every scene is made from."""

    acts: dict[str, _Act]
    inputs: Mapping[str, Path]
    size: tuple[int, int]
    fps: Fraction
    alpha: bool

    def behind(self, picture: Image) -> Image:
        """A backdrop, with an opacity where the result has one."""
        return with_opacity(picture, None) if self.alpha else picture

    def nothing(self) -> Image:
        """Black; where the result has opacity, nothing at all."""
        return np.zeros((self.size[1], self.size[0], 4 if self.alpha else 3), np.uint8)


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: fps, frames, size, video, performers, scenes.

    Inputs: for each performer its crop and its chunks; the files that scenes name as their backgrounds; and where there
    is text, words and each font.NAME that it needs.
    """
    fps, frames = Fraction(settings["fps"]), settings["frames"]
    width, height = settings["size"]
    encode = Encode(**settings["video"])
    acts = {name: _read_act(about, inputs, encode.alpha) for name, about in settings["performers"].items()}
    timeline = _timeline(settings["scenes"], _Stage(acts, inputs, (width, height), fps, encode.alpha))
    with (
        _text(inputs, (width, height), fps, frames) as text,
        picture_writer(out, size=(width, height), fps=fps, encode=encode) as writer,
    ):
        for number in range(frames):
            # asked at the middle of each frame, so that rounding cannot shift it
            frame = timeline.get_frame(float((number + Fraction(1, 2)) / fps))
            _write(writer, frame, text.layer(number))
            report(number + 1, frames)
    timeline.close()
    return {"frames_out": frames, "size": [width, height], "fps": str(fps), "scenes": len(settings["scenes"])}


def _text(inputs: Mapping[str, Path], size: tuple[int, int], fps: Fraction, frames: int) -> Overlay:
    """Lyrics and titles, or nothing."""
    scripts = [inputs["words"] / name for name in SCRIPTS] if "words" in inputs else []
    fonts = [path for name, path in inputs.items() if name.startswith("font.")]
    return Overlay([path for path in scripts if path.is_file()], fonts, size=size, fps=fps, frames=frames)


def _write(writer: FrameWriter, frame: Image, layer: Layer | None) -> None:
    """Write the frame with the text on it; the frame itself stays as it is: scenes go on drawing on it."""
    if frame.shape[2] == WITH_OPACITY:
        writer.write(straight(frame if layer is None else _with_text(frame, layer)))
        return
    if layer is None:
        writer.write(frame)
        return
    part = frame[layer.box.slices]
    before = part.copy()
    part[:] = layer.over(frame)
    writer.write(frame)
    part[:] = before


def _with_text(frame: Image, layer: Layer) -> Image:
    """A copy of a frame with opacity, with the text on it."""
    text = np.dstack([layer.light, 255 - layer.through[:, :, 0]])
    copy = frame.copy()
    copy[layer.box.slices] = over(text, copy[layer.box.slices])
    return copy


def _read_act(about: Mapping[str, Any], inputs: Mapping[str, Path], alpha: bool) -> _Act:
    place = about["inputs"]
    folder = inputs[f"{place}.crop"]
    chunks = [(start, inputs[f"{place}.{n:06d}"] / FRAMES) for n, start in enumerate(about["chunks"])]
    frames = FrameSequence(chunks, about["frames"])
    crop = read_crop(folder)
    if about["into"] == "crop":
        face = FaceTrack.load(folder / "face")
        head = head_frame(face.points[0], face.scheme)
        act = _Act(read_image(folder / "crop.png"), Box(0, 0, *crop.size), frames, head)
    else:
        act = _Act(read_picture(folder), crop.box, frames, read_head(folder))
    return _seen_through(act, folder, about["into"]) if alpha else act


def _seen_through(act: _Act, folder: Path, into: str) -> _Act:
    """The act with the portrait's own opacity, which stays where it is while the face moves."""
    opacity = read_opacity(folder)
    if opacity is not None and into == "crop":
        crop = read_crop(folder)
        opacity = warp_affine(opacity, crop.affine, crop.size, border=cv2.BORDER_CONSTANT)
    moving = None if opacity is None else np.ascontiguousarray(opacity[act.box.slices])
    frames = OpacityFrames(act.frames, moving) if isinstance(act.frames, FrameSequence) else act.frames
    return replace(act, picture=with_opacity(act.picture, opacity), frames=frames)


def _timeline(scenes: list[Mapping[str, Any]], stage: _Stage) -> VideoClip:
    """The scenes one after the other, each begun by its transition from the one before (from black, for the first)."""

    @lru_cache(maxsize=2)  # a scene's pictures are large: only those that show are kept
    def scene(number: int) -> Scene:
        return Scene(stage.nothing(), []) if number < 0 else _scene(scenes[number], stage)

    clips = []
    for number, about in enumerate(scenes):
        start, stop = about["range"]
        through = about["transition"]
        if through:
            clips.append(_clip(start, start + through["frames"], stage, _passing(scene, number, start, through)))
            start += through["frames"]
        if stop > start:
            clips.append(_clip(start, stop, stage, _alone(scene, number)))
    return concatenate_videoclips(clips)


def _clip(start: int, stop: int, stage: _Stage, draw: Draw) -> VideoClip:
    """The frames `start` up to `stop` of the result as a clip."""
    rate = float(stage.fps)
    clip = VideoClip(duration=float((stop - start) / stage.fps))
    clip.size = stage.size
    clip.frame_function = lambda t: draw(start + int(t * rate))
    return clip


def _alone(scene: Callable[[int], Scene], number: int) -> Draw:
    """Scene `number`, made when its first frame is asked for."""
    return lambda frame: scene(number).draw(frame)


def _passing(scene: Callable[[int], Scene], number: int, start: int, through: Mapping[str, Any]) -> Draw:
    """The transition into scene `number`, while the one before goes on."""
    blend, count = TRANSITIONS[through["kind"]], through["frames"]

    def draw(frame: int) -> Image:
        share = (frame - start + 0.5) / count
        return blend(scene(number - 1).draw(frame), scene(number).draw(frame), share, through["direction"])

    return draw


def _scene(about: Mapping[str, Any], stage: _Stage) -> Scene:
    size, names = stage.size, about["performers"]
    inset = Inset(**about["inset"])
    places = panels(about["layout"], len(names), size, gutter=about["gutter"], margin=about["margin"], inset=inset)
    still, moving = _background(about, stage)
    players = []
    for name, place in zip(names, places, strict=True):
        act = stage.acts[name]
        room = (place.width, place.height)
        panel = Panel(act.picture, act.box, room, act.head, about["fit"])
        covered = panel.target == Box(0, 0, *room)
        alone = about["background"] is None and not covered and not stage.alpha
        backing = blurred(act.picture, room) if alone else None
        players.append(Player(panel, act.frames, place, backing))
    return Scene(still, players, moving)


def _background(about: Mapping[str, Any], stage: _Stage) -> tuple[Image, Draw | None]:
    """What stands behind a scene: a picture, or frames by the result's frame numbers."""
    kind = about["background"]
    if kind is None:
        return stage.nothing(), None
    if "color" in kind:
        return stage.behind(plain(kind["color"], stage.size)), None
    if "blur" in kind:
        soft = blurred(stage.acts[about["performers"][0]].picture[:, :, :3], stage.size)
        return stage.behind(soft), None
    path = stage.inputs[kind["input"]]
    if "start" not in kind:
        return stage.behind(filled(read_image(path), stage.size)), None
    video = VideoBackdrop(path, Fraction(kind["start"]), stage.fps, stage.size)
    first = about["range"][0]
    return stage.nothing(), lambda frame: stage.behind(video.frame(frame - first))
