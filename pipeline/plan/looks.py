"""The tasks that look at a performer's result again: one, or, of a long result, one a piece and one that joins them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil

from foundation.times import FrameRange, joined, pieces
from pipeline.plan.performer import PlannedPerformer
from pipeline.plan.planning import Planning
from pipeline.plan.turns import sings_at
from stages.contracts import measure, measure_join, measure_piece
from stages.findings import Glimpses, Looks

PIECE = 250
"""Frames of a long result that one task looks at: as many as the edit draws at once, so that both are soon done with
what they read."""
RUN_UP = 3
"""Looks at the face before a piece: by then its points are where they would be, see docs/checks.md."""


def plan_looks(planning: Planning, planned: PlannedPerformer, looks_per_second: float) -> Looks:
    """Add the tasks that look at one performer's finished frames again."""
    settings, model = _settings(planning, planned, looks_per_second), _model(planned)
    parts = _parts(planning, planned)
    if len(parts) < 2:
        inputs = measure.Inputs(**vars(model), chunks=tuple(chunk.frames for chunk in planned.chunks))
        return planning.graph.plan(measure.CONTRACT, settings, inputs, planned.name, planned.frames)
    seen = tuple(_piece(planning, planned, (settings, model), part) for part in parts)
    join = measure_join.Inputs(**vars(model), pieces=seen)
    whole = replace(settings, chunks=())
    return planning.graph.plan(measure_join.CONTRACT, whole, join, planned.name, planned.frames)


def _piece(
    planning: Planning, planned: PlannedPerformer, what: tuple[measure.Settings, measure.Model], part: FrameRange
) -> Glimpses:
    """The task of one piece. It waits for no other frames than those it looks at: the first look's, those just before
    the piece, its own, and the one after it."""
    settings, model = what
    stride = ceil(planning.fps / Fraction(settings.looks_per_second))
    begin = _before(planned, part.start, RUN_UP * stride)
    seen = (FrameRange(0, _after(planned, stride)), FrameRange(begin, part.stop + 1))
    read = [chunk for chunk in planned.chunks if any(chunk.range.meets(span) for span in seen)]
    own = replace(settings, chunks=tuple(chunk.range.start for chunk in read))
    how = measure_piece.Settings(whole=own, piece=part, begin=begin)
    inputs = measure.Inputs(**vars(model), chunks=tuple(chunk.frames for chunk in read))
    return planning.graph.plan(measure_piece.CONTRACT, how, inputs, planned.name, len(part))


def _parts(planning: Planning, planned: PlannedPerformer) -> list[FrameRange]:
    """The pieces in which it is drawn; of who is moved whole, whose driver is looked at in every frame, all."""
    parts = pieces(planned.frames, PIECE)
    if planning.job.choices[planned.name].subject == "whole":
        return parts
    return [part for part in parts if any(chunk.range.meets(part) for chunk in planned.chunks)]


def _before(planned: PlannedPerformer, start: int, count: int) -> int:
    """The first of the last `count` frames before `start` that are drawn; of fewer, the first of all."""
    for chunk in reversed(planned.chunks):
        stop = min(chunk.range.stop, start)
        inside = max(0, stop - chunk.range.start)
        if inside >= count:
            return stop - count
        count -= inside
    return 0


def _after(planned: PlannedPerformer, count: int) -> int:
    """The end of the first `count` frames that are drawn."""
    for chunk in planned.chunks:
        if len(chunk.range) >= count:
            return chunk.range.start + count
        count -= len(chunk.range)
    return planned.frames


def _settings(planning: Planning, planned: PlannedPerformer, looks_per_second: float) -> measure.Settings:
    performer, made_up = planning.manifest.performers[planned.name], planned.clip.made_up
    drawn = joined(chunk.range for chunk in planned.chunks)
    return measure.Settings(
        backend=planning.backend,
        fps=planning.fps,
        frames=planned.frames,
        looks_per_second=looks_per_second,
        into=planned.into,
        feather=performer.composite.feather,
        gains=planning.job.choices[planned.name].gains(performer.motion),
        chunks=tuple(chunk.range.start for chunk in planned.chunks),
        drawn=None if drawn == (FrameRange(0, planned.frames),) else drawn,
        sings=sings_at(planning, planned.name),
        sung=made_up.how.part if made_up else None,
        head=made_up.how.head * performer.motion.head if made_up else 1.0,
    )


def _model(planned: PlannedPerformer) -> measure.Model:
    made_up = planned.clip.made_up
    return measure.Model(
        crop=planned.crop,
        clip=planned.clip.clip,
        voice=made_up.voice if made_up else None,
        phones=made_up.phones if made_up else None,
        matte=planned.matte,
    )
