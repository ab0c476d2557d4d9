"""Scenes as frame ranges that cover the whole length, in the form that the edit stage takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from foundation.errors import InputError, ManifestError
from foundation.layout import Inset, panels
from foundation.times import FrameRange
from pipeline.manifest.parts import scenes as parts
from pipeline.plan.planning import Planning
from pipeline.plan.subtitles import covered_by_text
from stages.artifacts import Media
from stages.contracts.edit import Background, Passage, PlannedScene


@dataclass(frozen=True)
class Timeline:
    """The whole length.

    Attributes:
        scenes: without gaps, as the edit stage takes them.
        sings: of each of them, who sings in it, where the manifest says so.
        backgrounds: pictures and videos behind them, by the numbers that the scenes have for them.
    """

    scenes: tuple[PlannedScene, ...]
    sings: tuple[tuple[str, ...] | None, ...]
    backgrounds: tuple[Media, ...]


def plan_scenes(planning: Planning, pictures: Mapping[str, str], frames: int) -> Timeline:
    """The scenes as frames.

    Args:
        pictures: the picture of each performer, by its name; who is in one picture shares a panel.
        frames: of the whole result.
    Raises:
        ManifestError: scenes that cannot be. InputError: a background that is no picture or no video.
    """
    everyone = list(dict.fromkeys(pictures.values()))
    whole = parts.Scene(layout="side_by_side" if len(everyone) > 1 else "full", performers=everyone)
    written = planning.manifest.scenes or [whole]
    files: list[Media] = []
    made: list[PlannedScene] = []
    sings: list[tuple[str, ...] | None] = []
    at = 0
    for number, (scene, (start, stop)) in enumerate(zip(written, _ranges(planning, written, frames), strict=True)):
        if start > at:
            made.append(PlannedScene(range=FrameRange(at, start)))
            sings.append(None)
        sings.append(None if scene.sings is None else tuple(scene.sings))
        shown = list(dict.fromkeys(pictures[name] for name in scene.performers))
        gutter, margin, inset = _placed(planning, number, scene, len(shown))
        made.append(
            PlannedScene(
                range=FrameRange(start, stop),
                layout=scene.layout,
                performers=tuple(shown),
                background=background_of(planning, f"scenes.{number}.background", scene.background, files),
                gutter=gutter,
                margin=margin,
                fit=scene.fit,
                inset=inset,
                passage=_passage(planning, number, scene.transition, stop - start),
                covered=covered_by_text(planning.manifest, (start / planning.fps, stop / planning.fps)),
            )
        )
        at = stop
    if at < frames:
        made.append(PlannedScene(range=FrameRange(at, frames)))
        sings.append(None)
    return Timeline(tuple(made), tuple(sings), tuple(files))


def _ranges(planning: Planning, written: list[parts.Scene], frames: int) -> list[tuple[int, int]]:
    """Each scene's frames."""
    fps = planning.fps
    starts = [_frame(scene.start, f"scenes.{n} starts", fps, frames - 1) for n, scene in enumerate(written)]
    found = []
    for number, (scene, start) in enumerate(zip(written, starts, strict=True)):
        following = starts[number + 1] if number + 1 < len(starts) else frames
        stop = following if scene.end is None else _frame(scene.end, f"scenes.{number} ends", fps, frames)
        if stop <= start:
            raise ManifestError(
                f"scenes.{number} lasts no frame at {float(fps):g} frames a second",
                cure="let it last longer, or leave it out",
            )
        found.append((start, stop))
    return found


def _frame(seconds: Fraction, what: str, fps: Fraction, last: int) -> int:
    """The frame at that time.

    Raises: ManifestError if it lies after frame `last`.
    """
    number = round(seconds * fps)
    if number > last:
        length = "after the end of the video ({:.2f} s)".format(float((last + (0 if "ends" in what else 1)) / fps))
        cure = "make it earlier, or use a longer driving clip"
        raise ManifestError(f"{what} at {float(seconds):g} s, {length}", cure=cure)
    return number


def _placed(planning: Planning, number: int, scene: parts.Scene, count: int) -> tuple[int, int, Inset]:
    """The scene's gutter and margin in pixels, and its inset."""
    _check_count(number, scene.layout, count)
    size = planning.manifest.output.size
    gutter, margin = (round(share * min(size)) for share in (scene.gutter, scene.margin))
    inset = Inset(**scene.inset.model_dump(mode="json"))
    try:
        panels(scene.layout, count, size, gutter=gutter, margin=margin, inset=inset)
    except ValueError as problem:
        cure = "use another layout, fewer performers or a larger output.size"
        raise ManifestError(f"scenes.{number}: {problem}", cure=cure) from None
    return gutter, margin, inset


def _check_count(number: int, layout: str, count: int) -> None:
    """Whether the layout has a panel for each of so many pictures."""
    if layout == "full" and count > 1:
        cure = "use side_by_side, grid or another layout"
        raise ManifestError(f"scenes.{number}: layout full shows one picture, and {count} are named", cure=cure)
    if layout == "picture_in_picture" and count < 2:
        told = f"scenes.{number}: layout picture_in_picture shows two pictures or more, and one is named"
        raise ManifestError(told, cure="use full, or name another performer")


def _passage(planning: Planning, number: int, transition: parts.Transition, frames: int) -> Passage | None:
    """The transition in frames; `frames`: the length of its scene."""
    count = round(transition.seconds * planning.fps)
    if transition.kind == "cut" or not count:
        return None
    if count > frames:
        raise ManifestError(
            f"scenes.{number}.transition lasts {float(transition.seconds):g} s, longer than its scene "
            f"({float(frames / planning.fps):.2f} s)",
            cure="shorten it",
        )
    return Passage(kind=transition.kind, frames=count, direction=transition.direction)


def background_of(
    planning: Planning, where: str, chosen: parts.Background | None, files: list[Media]
) -> Background | None:
    """What stands behind a scene, or a performer; a file is added to `files`.

    Args:
        where: the field that says so.
    Raises:
        InputError: it is no picture, or no video. ManifestError: it starts after its video ends.
    """
    if chosen is None:
        return None
    if isinstance(chosen, str):
        return Background(blur=True) if chosen == "blur" else Background(color=chosen)
    if isinstance(chosen, parts.ImageBackground):
        from media.image.images import is_image  # noqa: PLC0415  (Pillow: most backgrounds are none)

        path = planning.sources[chosen.image].path
        if not is_image(Path(path)):
            cure = "name a PNG, JPEG, WebP, HEIC or TIFF file, or use {video: FILE}"
            raise InputError(f"{where}.image is no picture", file=path, cure=cure)
        files.append(planning.sources.media(chosen.image))
        return Background(file=len(files) - 1)
    path, video = planning.sources[chosen.video].path, planning.facts.media[chosen.video].video
    if video is None:
        cure = "name a video, or use {image: FILE}"
        raise InputError(f"{where}.video has no video stream", file=path, cure=cure)
    start = video.start + chosen.start
    if start >= video.end:
        cure = "choose an earlier start"
        raise ManifestError(f"{where} starts after its video ends", file=path, cure=cure)
    files.append(planning.sources.media(chosen.video))
    return Background(file=len(files) - 1, start=start)
