"""The tasks that make a driver of a clip: the face in it followed, its frames at a constant rate."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from foundation.subject import Square
from foundation.times import pieces
from pipeline.manifest.parts.driving import Driving
from pipeline.plan.clip import Clip
from pipeline.plan.planning import Planning
from stages import artifacts
from stages.artifacts import Media
from stages.contracts import (
    faces,
    faces_join,
    faces_piece,
    motion_file,
    normalize,
    normalize_join,
    normalize_piece,
    perform,
)
from stages.contracts.shared import Timing
from stages.findings import Phones, Track, Voice

PIECE = 750
"""Frames of a long clip that one task takes: so many that what is looked at twice costs little."""
UNENTERED = ("avi", "pictures")
"""Containers whose packets do not say when they show: they are read from their beginning."""
MAX_GAP_SECONDS = Fraction(1, 2)
"""A face may be lost for so long (a hand, a turn) and is bridged; longer ends the shot: see Driving.on_face_lost."""


@dataclass(frozen=True)
class MadeUp:
    """A driver whom nobody filmed.

    Attributes:
        voice: whose.
        phones: what it sings, where its words are known.
        how: it is made.
    """

    voice: Voice
    phones: Phones | None
    how: perform.Settings


@dataclass(frozen=True)
class PlannedClip:
    """A driver.

    Attributes:
        media: the file.
        faces: the face in it; None: there is no picture.
        part: what plays of it.
        clip: constant in rate and cut to the face.
        made_up: how, if nobody was filmed.
        told: what a person should know of it.
    """

    media: Media
    faces: Track | None
    part: Clip
    clip: artifacts.Clip
    made_up: MadeUp | None = None
    told: tuple[str, ...] = ()


def follow_face(
    planning: Planning,
    driving: Driving,
    clip: Clip,
    performer: str | None,
    *,
    cuts: bool = True,
    square: Square | None = None,
) -> Track:
    """Add the tasks that follow the driving face through its clip, or find the equal ones that are there.

    Args:
        cuts: whether scene cuts are looked for, and handled as `driving` says.
        square: what is shown of the clip, where no face is followed.
    """
    following = faces.Following(
        start=clip.start,
        stop=clip.stop,
        max_gap_frames=max(1, int(MAX_GAP_SECONDS * clip.rate)),
        expected_frames=round(clip.length * clip.rate),
        tolerant=driving.allow_truncated,
        on_scene_cut=driving.on_scene_cut if cuts else "ignore",
        on_face_lost=driving.on_face_lost,
    )
    parts = pieces(following.expected_frames, PIECE) if _can_be_entered(planning, driving) else []
    media, backend = planning.sources.media(driving.video), planning.backend
    if len(parts) < 2:
        settings = faces.Settings(select=driving.face, backend=backend, following=following, square=square)
        return planning.graph.plan(faces.CONTRACT, settings, faces.Inputs(media=media), performer, clip.frames)
    looked = []
    for part in parts:
        look = faces_piece.Settings(
            backend=backend, following=following, piece=part, rate=clip.rate, last=part is parts[-1], square=square
        )
        given = faces_piece.Inputs(media=media)
        looked.append(planning.graph.plan(faces_piece.CONTRACT, look, given, performer, len(part)))
    chosen = faces_join.Settings(select=driving.face, following=following)
    join = faces_join.Inputs(media=media, pieces=tuple(looked))
    return planning.graph.plan(faces_join.CONTRACT, chosen, join, performer, clip.frames)


def _can_be_entered(planning: Planning, driving: Driving) -> bool:
    """Whether reading may begin anywhere in a clip: one that is damaged may show other frames then."""
    return not driving.allow_truncated and planning.facts.media[driving.video].container not in UNENTERED


def normalized(planning: Planning, name: str, clip: Clip) -> PlannedClip:
    """Add the task that makes a performer's clip constant in rate and cut to the face, or its file of motion.

    Raises:
        ValueError: it has none.
    """
    driving, frames = planning.manifest.performers[name].clip, clip.frames_at(planning.fps)
    if driving is None:
        raise ValueError(f"{name} follows no clip")
    timing = Timing(start=clip.start, frames=frames, fps=planning.fps)
    fit = None if clip.way is None else normalize.Fit(way=clip.way, length=clip.length)
    if driving.is_motion_file:
        media, kept = planning.sources.media(driving.video), motion_file.Settings(timing=timing, fit=fit)
        filed = planning.graph.plan(motion_file.CONTRACT, kept, motion_file.Inputs(media=media), name, frames)
        return PlannedClip(media, None, clip, filed)
    choice, media = planning.job.choices[name], planning.sources.media(driving.video)
    track = follow_face(planning, driving, clip, name, square=driving.square if choice.subject == "whole" else None)
    settings = normalize.Settings(
        engine=choice.use,
        timing=timing,
        tolerant=driving.allow_truncated,
        fit=fit,
        steady_light=driving.steady_light,
        following=driving.crop == "following",
    )
    inputs = normalize.Inputs(media=media, faces=track)
    plain = settings.fit is None and not settings.steady_light and _can_be_entered(planning, driving)
    parts = pieces(frames, PIECE) if plain else []
    if len(parts) < 2:
        made = planning.graph.plan(normalize.CONTRACT, settings, inputs, name, frames)
        return PlannedClip(media, track, clip, made)
    written = []
    for part in parts:
        piece = normalize_piece.Settings(whole=settings, piece=part)
        written.append(planning.graph.plan(normalize_piece.CONTRACT, piece, inputs, name, len(part)))
    join = normalize_join.Inputs(faces=track, pieces=tuple(written))
    made = planning.graph.plan(normalize_join.CONTRACT, settings, join, name, frames)
    return PlannedClip(media, track, clip, made)
