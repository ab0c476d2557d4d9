"""The preview as one picture: who was found where, what is cut out, how it will move, how the scenes are laid out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compositing.backdrop import VideoBackdrop, blurred, filled, plain
from compositing.behind import passing
from compositing.panel import Panel
from compositing.standing import before, cut_out
from foundation.artifacts import ArtifactStore
from foundation.facetrack import HeadFrame, head_frame, heads_together
from foundation.geometry import Box
from foundation.layout import panels
from foundation.schemes import SQUARE
from media.image.images import read_image
from media.video.reader import read_frames
from pipeline.plan.made import artifact_of, facts_of, folder_of
from pipeline.plan.preview import Preview
from pipeline.report.drawing import GAP, column, framed, row, text, to_height, with_margin, write_sheet
from stages.artifacts import FRAMES, Media
from stages.contracts import preview_samples
from stages.contracts.edit import Background, PlannedScene
from stages.handles import FileInput

Image = NDArray[np.uint8]
FACE, CUT = (90, 230, 110), (255, 170, 60)
HEIGHT = 400
SCENE_HEIGHT = 225
LEGEND = (
    "Portrait; driver's reference frame; driver (above) moves portrait (below). Green: the face. Orange: what is cut."
)
SCENES = 4
"""So many a line."""


@dataclass(frozen=True)
class _Shown:
    """A performer as drawn: the picture with the part that moves as in its first animated frame.

    Attributes:
        read: gives the picture, from its file: of large ones, only what is being drawn is held.
        opacity: (H, W) where its person is as the part that moves has it, if that is cut out.
    """

    read: Callable[[], Image]
    box: Box
    patch: Image
    head: HeadFrame
    opacity: Image | None = None


def preview_sheet(preview: Preview, store: ArtifactStore, out: Path, title: str) -> None:
    """Write the sheet as a PNG."""
    lines = [text(title, 24), text(LEGEND)]
    shown: dict[str, _Shown] = {}
    for name in preview.looks:
        shown[name] = _shown(preview, store, name)
        lines.append(_performer(preview, store, name, shown[name]))
    scenes = [_scene(number, about, preview, shown) for number, about in enumerate(preview.scenes)]
    lines += [row(scenes[at : at + SCENES]) for at in range(0, len(scenes), SCENES)]
    write_sheet(out, with_margin(column(lines)), title)


def _shown(preview: Preview, store: ArtifactStore, name: str) -> _Shown:
    look = preview.looks[name]
    crop = look.crop.found(folder_of(store, look.crop))
    if look.laid:
        patch = next(read_frames(look.laid.found(folder_of(store, look.laid)).video))
        box = crop.info().box
        return _Shown(crop.picture, box, patch, crop.head(), _opacity(preview, store, name, box))
    portrait = crop.portrait()
    patch = next(read_frames(folder_of(store, look.samples) / FRAMES))
    head = head_frame(portrait.face.points, portrait.face.scheme)
    return _Shown(lambda: portrait.image, Box(0, 0, *crop.info().size), patch, head)


def _opacity(preview: Preview, store: ArtifactStore, name: str, box: Box) -> Image | None:
    """Where the performer is in the picture, the moving part of which is the first frame that was animated."""
    look = preview.looks[name]
    moved = look.laid.found(folder_of(store, look.laid)).opacity if look.laid else None
    still = look.matte.found(folder_of(store, look.matte)).opacity() if look.matte else None
    if moved is None or still is None:
        return None
    still[box.slices] = next(read_frames(moved))[:, :, 0]
    return still


def _performer(preview: Preview, store: ArtifactStore, name: str, shown: _Shown) -> Image:
    look = preview.looks[name]
    samples, crop = artifact_of(store, look.samples), look.crop.found(folder_of(store, look.crop))
    facts, picture = facts_of(preview_samples.CONTRACT, samples), crop.picture()
    sides = np.array([*picture.shape[1::-1]] * 2)
    face, has_face = crop.head(), crop.face().scheme != SQUARE
    half = np.array([0.4, 0.5]) * face.height
    found = [*(np.array(face.centre) - half), *(np.array(face.centre) + half)]
    chosen = facts.looks[facts.reference]
    portrait, driver = to_height(picture, HEIGHT), to_height(read_image(samples.folder / chosen.picture), HEIGHT)
    if has_face:
        portrait, driver = framed(portrait, np.array(found) / sides, FACE), framed(driver, chosen.face, FACE)
    portrait = framed(portrait, np.array(crop.info().box.corners) / sides, CUT)
    driver = framed(driver, chosen.box, CUT)
    frames = list(read_frames(samples.folder / FRAMES))
    drivers = [each for each in facts.looks if each.animated]
    half_height = (HEIGHT - GAP) // 2
    moved = [
        column([to_height(read_image(samples.folder / each.crop), half_height), to_height(frame, half_height)])
        for each, frame in zip(drivers, frames, strict=True)
    ]
    seen = f"{facts.found} of {facts.looked} moments show the face" if has_face else "is moved whole"
    told = f"{name}: {seen}; reference at {chosen.seconds:.2f} s"
    return column([text(told), row([portrait, driver, *moved])])


def _scene(number: int, about: PlannedScene, preview: Preview, shown: Mapping[str, _Shown]) -> Image:
    """One scene as the edit lays it out, performers in the first frame that was animated."""
    size, names = preview.size, about.performers
    places = panels(about.layout, len(names), size, gutter=about.gutter, margin=about.margin, inset=about.inset)
    background = about.background or Background()
    file = None if background.file is None else preview.backgrounds[background.file]
    canvas = _backdrop(background, file, shown[names[0]].read if names else None, size)
    for name, place in zip(names, places, strict=True):
        act, room = _with_others(name, preview, shown), (place.width, place.height)
        picture, patch = act.read(), act.patch
        behind = preview.looks[name].behind if act.opacity is not None else None
        if behind is None and about.background is None:
            canvas[place.slices] = blurred(picture, room)
        elif behind is not None and behind[0] != Background():
            canvas[place.slices] = _backdrop(*behind, act.read, room)
        if behind is not None and act.opacity is not None:
            moved = picture.copy()
            moved[act.box.slices] = patch
            picture = cut_out(moved, act.opacity, passing(moved, act.opacity))
            patch = np.ascontiguousarray(picture[act.box.slices])
        panel = Panel(picture, act.box, room, act.head, about.fit, covered=about.covered.inside(place, size[1]))
        target, drawn = panel.target.moved(place.x0, place.y0).slices, panel.draw(patch)
        canvas[target] = drawn if behind is None else before(drawn, np.ascontiguousarray(canvas[target]))
    label = text(f"scene {number + 1}: {about.layout}, frames {about.range.start} to {about.range.stop - 1}", 16)
    return column([label, to_height(canvas, SCENE_HEIGHT)])


def _backdrop(kind: Background, file: Media | None, read: Callable[[], Image] | None, size: tuple[int, int]) -> Image:
    """What stands behind, (height, width, 3); of a video, its first frame. `read` gives a picture to be blurred."""
    if kind.blur and read is not None:
        return blurred(read(), size)
    if file is None or not isinstance(file.given, FileInput):
        return plain(kind.color or "#000000", size)
    path = Path(file.given.path)
    if kind.start is None:
        return filled(read_image(path), size)
    return VideoBackdrop(path, kind.start, Fraction(25), size).frame(0)


def _with_others(name: str, preview: Preview, shown: Mapping[str, _Shown]) -> _Shown:
    """A picture that several performers share moves in all their faces."""
    act = shown[name]
    others = [shown[other] for other, look in preview.looks.items() if look.picture == name and other != name]
    if not others:
        return act
    still = act.read()
    whole, opacity = still.copy(), act.opacity
    for one in (act, *others):
        whole[one.box.slices] = one.patch
        opacity = None if opacity is None or one.opacity is None else np.maximum(opacity, one.opacity)
    heads = heads_together([one.head for one in (act, *others)])
    return _Shown(lambda: still, Box(0, 0, whole.shape[1], whole.shape[0]), whole, heads, opacity)
