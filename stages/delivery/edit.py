"""Lay the performers out in scenes and encode a piece of the picture: the only lossy encode of the pipeline.

Writes picture.* (see media.video.writer.picture_writer), without sound. MoviePy holds the piece's timeline, whose unit
is the frame: frame n lasts from n to n + 1 and is asked for at n + 1/2. Scenes and transitions draw their own frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
from moviepy import VideoClip, concatenate_videoclips
from numpy.typing import NDArray

from compositing.backdrop import VideoBackdrop, blurred, filled, plain
from compositing.lettered import Lettered
from compositing.opacity import with_opacity
from compositing.panel import Panel
from compositing.scene import Changes, Player, Scene
from compositing.standing import Standing
from compositing.text_overlay import Overlay
from compositing.transition import TRANSITIONS
from foundation.geometry import Box
from foundation.layout import panels
from foundation.times import FrameRange
from media.image.images import read_image
from media.video.writer import picture_writer
from stages.acts import Shown, shown
from stages.artifacts import Frames, Media
from stages.contract import Report
from stages.contracts.edit import Act, Background, Facts, Inputs, Passage, PlannedScene, Settings
from stages.crops import Crop

Image = NDArray[np.uint8]
Draw = Callable[[int], Image]
SOFT = 0.012
"""Of the longer side: how far a portrait's own background is blurred behind its person."""


@dataclass(frozen=True)
class _Stage:
    """What every scene is made from. `start`: the first frame that is drawn."""

    acts: dict[str, Shown]
    backgrounds: tuple[Media, ...]
    size: tuple[int, int]
    fps: Fraction
    alpha: bool
    start: int

    def behind(self, picture: Image) -> Image:
        """A backdrop, with an opacity where the result has one."""
        return with_opacity(picture, None) if self.alpha else picture

    def nothing(self) -> Image:
        """Black; where the result has opacity, nothing at all."""
        return np.zeros((self.size[1], self.size[0], 4 if self.alpha else 3), np.uint8)


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Encode the piece."""
    size, fps, part = settings.size, settings.fps, settings.piece
    alpha = settings.video.alpha
    acts = {
        act.name: _shown(act, crop, chunks, inputs, alpha=alpha)
        for act, crop, chunks in zip(settings.acts, inputs.crops, inputs.chunks, strict=True)
    }
    stage, changes = _Stage(acts, inputs.backgrounds, size, fps, alpha, part.start), Changes()
    timeline = _timeline(settings.scenes, part, stage, changes)
    with (
        _text(inputs, size, fps, part) as text,
        picture_writer(out, size=size, fps=fps, encode=settings.video) as writer,
    ):
        lettered = Lettered(writer)
        for number in range(len(part)):
            frame = timeline.get_frame(number + 0.5)
            lettered.write(frame, text.layer(part.start + number), changes.take())
            report(number + 1, len(part))
    timeline.close()
    return Facts(frames=len(part), size=size, scenes=len(settings.scenes))


def _text(inputs: Inputs, size: tuple[int, int], fps: Fraction, part: FrameRange) -> Overlay:
    """Lyrics and titles, or nothing."""
    scripts = [inputs.scripts.file] if inputs.scripts else []
    fonts = [font.path for font in inputs.fonts.values()]
    return Overlay(scripts, fonts, size=size, fps=fps, start=part.start, frames=part.stop)


def _shown(act: Act, crop: Crop, chunks: tuple[Frames, ...], inputs: Inputs, *, alpha: bool) -> Shown:
    matte, file = inputs.mattes.get(act.name), inputs.behinds.get(act.name)
    return shown(act, crop, chunks, matte=matte, file=file, alpha=alpha)


def _timeline(scenes: tuple[PlannedScene, ...], part: FrameRange, stage: _Stage, changes: Changes) -> VideoClip:
    """The scenes one after the other, each begun by its transition from the one before (from black, for the first)."""

    @lru_cache(maxsize=2)  # a scene's pictures are large: only those that show are kept
    def scene(number: int) -> Scene:
        return Scene(stage.nothing(), []) if number < 0 else _scene(scenes[number], stage)

    clips = []
    for number, about in enumerate(scenes):
        if about.passage:
            passing = _passing(scene, number, about.range.start, about.passage, changes)
            clips += _clip(FrameRange(about.range.start, about.settled), part, stage, passing)
        clips += _clip(FrameRange(about.settled, about.range.stop), part, stage, _alone(scene, number, changes))
    return concatenate_videoclips(clips)


def _clip(frames: FrameRange, part: FrameRange, stage: _Stage, draw: Draw) -> list[VideoClip]:
    """Those of the result's `frames` that lie in `part`, as a clip; nothing, if none does."""
    start, stop = max(frames.start, part.start), min(frames.stop, part.stop)
    if stop <= start:
        return []
    clip = VideoClip(duration=stop - start)
    clip.size = stage.size  # told, and the function given later: the constructor would draw a frame to find it
    clip.frame_function = lambda moment: draw(start + int(moment))
    return [clip]


def _alone(scene: Callable[[int], Scene], number: int, changes: Changes) -> Draw:
    """Scene `number`, made when its first frame is asked for."""

    def draw(frame: int) -> Image:
        shown = scene(number)
        picture, parts = shown.draw(frame)
        changes.drawn(shown, parts)
        return picture

    return draw


def _passing(scene: Callable[[int], Scene], number: int, start: int, through: Passage, changes: Changes) -> Draw:
    """The transition into scene `number`, while the one before goes on."""
    blend, count = TRANSITIONS[through.kind], through.frames

    def draw(frame: int) -> Image:
        (before, _), (after, _) = scene(number - 1).draw(frame), scene(number).draw(frame)
        changes.drawn(None, None)
        return blend(before, after, (frame - start + 0.5) / count, through.direction)

    return draw


def _scene(about: PlannedScene, stage: _Stage) -> Scene:
    size, names = stage.size, about.performers
    places = panels(about.layout, len(names), size, gutter=about.gutter, margin=about.margin, inset=about.inset)
    still, moving = _background(about, stage)
    players = []
    for name, place in zip(names, places, strict=True):
        act = stage.acts[name]
        room = (place.width, place.height)
        covered = about.covered.inside(place, size[1])
        panel = Panel(act.picture, act.box, room, act.head, about.fit, covered=covered)
        behind = _behind(act, place, about, stage)
        filled_up = panel.target == Box(0, 0, *room)
        alone = about.background is None and not filled_up and not stage.alpha and act.background is None
        backing = blurred(act.picture, room) if alone else None
        players.append(Player(panel, act.frames, place, backing, behind))
    return Scene(still, players, moving)


def _behind(act: Shown, place: Box, about: PlannedScene, stage: _Stage) -> Draw | None:
    """What a person who is cut out stands before in its panel; None: what is behind the scene."""
    kind, bare, room = act.background, act.bare, (place.width, place.height)
    if kind is None or kind == Background():
        return None
    if kind.blur:
        seen = partial(_out_of_focus, act, place, about, stage)
        if bare is None and isinstance(act.frames, Standing):
            return _each(act.frames, seen, stage)
        canvas = seen(act.picture[:, :, :3] if bare is None else bare)
    elif kind.color is not None or act.file is None:
        canvas = plain(kind.color or "#000000", room)
    elif kind.start is None:
        canvas = filled(read_image(act.file.path), room)
    else:
        return _film(act.file, kind.start, room, about, stage)
    still = stage.behind(canvas)
    return lambda frame: still


def _out_of_focus(act: Shown, place: Box, about: PlannedScene, stage: _Stage, bare: Image) -> Image:
    """The panel with the portrait's own background, (H, W, 3) without its person, blurred."""
    room = place.width, place.height
    soft = np.asarray(cv2.GaussianBlur(bare, (0, 0), SOFT * max(bare.shape[:2])), np.uint8)
    canvas = blurred(bare, room)
    panel = Panel(soft, act.box, room, act.head, about.fit, covered=about.covered.inside(place, stage.size[1]))
    canvas[panel.target.slices] = panel.draw(soft[act.box.slices])
    return canvas


def _each(standing: Standing, drawn: Callable[[Image], Image], stage: _Stage) -> Draw:
    """What is drawn of what is behind a person, frame by frame; the last one stays at hand."""
    once = lru_cache(maxsize=1)(lambda index: stage.behind(drawn(standing.bare(index))))
    return lambda frame: once(standing.clamped(frame))


def _film(media: Media, start: Fraction, size: tuple[int, int], about: PlannedScene, stage: _Stage) -> Draw:
    """The frames of a video behind a scene, or a person in it, by the result's frame numbers."""
    begins = about.range.start
    video = VideoBackdrop(media.clip, start, stage.fps, size, max(0, stage.start - begins))
    return lambda frame: stage.behind(video.frame(frame - begins))


def _background(about: PlannedScene, stage: _Stage) -> tuple[Image, Draw | None]:
    """What stands behind a scene: a picture, or frames by the result's frame numbers."""
    kind = about.background
    if kind is None:
        return stage.nothing(), None
    if kind.file is None:
        if kind.color is not None:
            return stage.behind(plain(kind.color, stage.size)), None
        act = stage.acts[about.performers[0]]
        soft = blurred(act.picture[:, :, :3] if act.bare is None else act.bare, stage.size)
        return stage.behind(soft), None
    media = stage.backgrounds[kind.file]
    if kind.start is None:
        return stage.behind(filled(read_image(media.path), stage.size)), None
    return stage.nothing(), _film(media, kind.start, stage.size, about, stage)
