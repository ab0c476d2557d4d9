"""The edit's tasks: which performers are seen in which frames, how they are laid out, and in which pieces."""

from __future__ import annotations

from dataclasses import replace

from foundation.times import FrameRange, pieces
from media.ffmpeg.codecs import Encode
from media.ffmpeg.encoders import vendor_of
from pipeline.plan.encoder import encode_of
from pipeline.plan.picture import PlannedPicture
from pipeline.plan.planning import Planning
from pipeline.plan.timeline import Timeline
from stages.artifacts import Edited, File, Media, Scripts
from stages.contracts import edit, edit_join
from stages.crops import Matte

PIECE = 250
"""Frames: as many as lie between two key frames of x264 and x265 anyway, so that a joint costs next to nothing."""


def plan_edit(planning: Planning, pictures: list[PlannedPicture], timeline: Timeline, frames: int) -> Edited:
    """Add the tasks that lay the pictures out in scenes, each a piece of the result, and the one that joins them."""
    output = planning.manifest.output
    video = encode_of(output, planning.job.encoder.encoder)
    parts = pieces(frames, PIECE) if _joinable(video) else [FrameRange(0, frames)]
    drawn = tuple(_plan_piece(planning, pictures, timeline, video, part) for part in parts)
    if len(drawn) == 1:
        return drawn[0]
    settings = edit_join.Settings(
        fps=planning.fps, pieces=tuple(len(part) for part in parts), container=video.container
    )
    return planning.graph.plan(edit_join.CONTRACT, settings, edit_join.Inputs(pieces=drawn), None, frames)


def _joinable(video: Encode) -> bool:
    """Whether pieces can be joined without a trace.

    Chips limit how many encode at once; VP9's opacity lies beside the packets; a sequence is whole until it is
    delivered, a file a frame.
    """
    see_through = video.alpha and video.codec == "vp9"
    return not (see_through or video.is_sequence or vendor_of(video.encoder))


def _plan_piece(
    planning: Planning, pictures: list[PlannedPicture], timeline: Timeline, video: Encode, part: FrameRange
) -> Edited:
    """The task of one piece. It takes only what is seen in it: what changes elsewhere leaves it as it is."""
    scenes, backgrounds = _numbered(_seen(timeline.scenes, part), timeline.backgrounds)
    names = {name for scene in scenes for name in scene.performers}
    acts, crops, chunks = [], [], []
    mattes: dict[str, Matte] = {}
    behinds: dict[str, Media] = {}
    for planned in pictures:
        if planned.name in names:
            last = planned.frames - 1
            first, stop = min(part.start, last), min(part.stop, planned.frames)
            shown = [chunk for chunk in planned.chunks if chunk.range.meets(FrameRange(first, stop))]
            starts = tuple(chunk.range.start for chunk in shown)
            behind, file = planned.background or (None, None)
            act = edit.Act(
                name=planned.name, frames=planned.frames, into=planned.into, chunks=starts, background=behind
            )
            acts.append(act)
            crops.append(planned.crop)
            mattes |= {planned.name: planned.matte} if behind and planned.matte else {}
            behinds |= {planned.name: file} if file else {}
            chunks.append(tuple(chunk.frames for chunk in shown))
    settings = edit.Settings(
        fps=planning.fps,
        piece=part,
        size=planning.manifest.output.size,
        video=video,
        acts=tuple(acts),
        scenes=scenes,
    )
    scripts, fonts = _text(planning)
    inputs = edit.Inputs(
        crops=tuple(crops),
        chunks=tuple(chunks),
        backgrounds=backgrounds,
        mattes=mattes,
        behinds=behinds,
        scripts=scripts,
        fonts=fonts,
    )
    return planning.graph.plan(edit.CONTRACT, settings, inputs, None, len(part))


def _seen(scenes: tuple[edit.PlannedScene, ...], part: FrameRange) -> tuple[edit.PlannedScene, ...]:
    """The scenes that lie in the part; before the first, the one that its transition comes from."""
    within = [n for n, each in enumerate(scenes) if each.range.meets(part)]
    first = within[0]
    if first and part.start < scenes[first].settled:
        first -= 1
    return scenes[first : within[-1] + 1]


def _numbered(
    scenes: tuple[edit.PlannedScene, ...], files: tuple[Media, ...]
) -> tuple[tuple[edit.PlannedScene, ...], tuple[Media, ...]]:
    """The scenes with their backgrounds' files numbered anew, and those files."""
    kept: list[Media] = []
    made = []
    for scene in scenes:
        behind = scene.background
        if behind is None or behind.file is None:
            made.append(scene)
            continue
        made.append(replace(scene, background=replace(behind, file=len(kept))))
        kept.append(files[behind.file])
    return tuple(made), tuple(kept)


def _text(planning: Planning) -> tuple[Scripts | None, dict[str, File]]:
    """Lyrics and titles, and the fonts that they need."""
    task, told = planning.job.subtitles, planning.facts.subtitles
    if task is None or told is None:
        return None, {}
    return Scripts(task.output), {name: task.inputs.fonts[name] for name in told.fonts}
