"""Job + what the probes said -> the whole plan. A pure function: the same facts give the same tasks, keys and all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from foundation.errors import ManifestError
from foundation.timecode import MAX_SECONDS
from foundation.times import FrameRange
from media.credentials.claims import Claim
from pipeline.plan.build import Job
from pipeline.plan.checks import plan_checks, seen_ranges
from pipeline.plan.clip import Clip, read_clip
from pipeline.plan.credits import credits_of
from pipeline.plan.delivery import plan_delivery
from pipeline.plan.edit import plan_edit
from pipeline.plan.graph import Graph
from pipeline.plan.length import check_heard, to_length, told_cut
from pipeline.plan.order import soonest_over
from pipeline.plan.partners import plan_partners
from pipeline.plan.passes import plan_passes
from pipeline.plan.performer import PlannedPerformer, plan_performer
from pipeline.plan.picture import find_groups, plan_pictures
from pipeline.plan.planning import Facts, Planning
from pipeline.plan.plate import plan_on_plate
from pipeline.plan.shown import shown_ranges
from pipeline.plan.singing import SUNG_RATE, sung_part, told_songs
from pipeline.plan.sound import plan_sound, told_tracks
from pipeline.plan.subtitles import told_of_words
from pipeline.plan.timeline import Timeline, plan_scenes
from pipeline.plan.turns import plan_turns
from stages.artifacts import Film, Passes
from stages.findings import Looks, Verdict


@dataclass(frozen=True)
class Plan:
    """Everything that a render does.

    Attributes:
        video: the finished result.
        verdict: what the checks say of it.
        looks: what was seen of each performer who is compared with its driver.
        frames, fps: length and rate of the result.
        performers: those that are seen, by name, for reports.
        timeline: its scenes.
        notices: what a person should know (engines chosen and why, clips without sound).
        passes: what is written for other compositing programs: task and file, by what their names end in.
        claim: what its credentials say of it, where it is signed.
        reads: every file that is read (see Job).
    """

    graph: Graph
    video: Film
    verdict: Verdict
    looks: dict[str, Looks]
    frames: int
    fps: Fraction
    performers: dict[str, PlannedPerformer]
    timeline: Timeline
    notices: list[str]
    passes: dict[str, tuple[Passes, str]]
    reads: frozenset[Path]
    claim: Claim


def expand(job: Job, facts: Facts) -> Plan:
    """The plan of a job.

    Args:
        facts: what the first tasks found.
    Raises:
        ManifestError, InputError: a range, a scene or a file that cannot work.
    """
    manifest = job.loaded.manifest
    graph, notices = job.graph, _told_first(job)
    fps = manifest.output.fps or _rate(job, facts)
    planning = Planning(job, facts, graph, fps)
    clips = to_length(planning, {name: part_of(planning, name) for name in manifest.performers})
    groups = find_groups(planning)
    frames = max(clip.frames_at(fps) for clip in clips.values())
    if frames > MAX_SECONDS * fps:
        told = f"the video would last {float(frames / fps / 3600):.1f} hours, and {MAX_SECONDS // 3600} is the most"
        raise ManifestError(told, file=job.loaded.file, cure="end the clip earlier, by driving.end")
    pictures = {name: group[0] for name, group in groups.items()}
    timeline = plan_scenes(planning, pictures, frames)
    shown = {picture: shown_ranges(timeline.scenes, picture) for picture in set(pictures.values())}
    planning = replace(planning, shown=shown, turns=plan_turns(planning, timeline, pictures, frames))
    planning = replace(planning, partners=plan_partners(planning, timeline, pictures))
    if facts.subtitles:
        notices += told_of_words(job.loaded, facts.subtitles, frames / fps)
    performers = {}
    for name, clip in clips.items():
        if not shown[pictures[name]]:
            notices.append(f"{name}: is in no scene and is not animated")
        elif name in job.plates:
            performers[name] = plan_on_plate(planning, name, clip)
        else:
            performers[name] = plan_performer(planning, name, clip, groups[name])
    notices += _uncompared(job, performers)
    notices += dict.fromkeys(line for one in performers.values() for line in one.clip.told)
    panels = plan_pictures(planning, performers, groups)
    picture = plan_edit(planning, panels, timeline, frames)
    sound = plan_sound(planning, clips)
    check_heard(planning, clips, frames / fps)
    notices += told_songs(planning) + told_tracks(planning) + told_cut(planning, clips, frames / fps)
    if not sound.sound.entries and manifest.audio.source != "none":
        notices.append("the driving clips have no sound: the video will be silent")
    video = plan_delivery(planning, picture, sound, frames)
    seen = {name: seen_ranges(timeline.scenes, pictures[name], planned.frames) for name, planned in performers.items()}
    passages = tuple(FrameRange(scene.range.start, scene.settled) for scene in timeline.scenes if scene.passage)
    verdict, looks = plan_checks(planning, performers, seen, (video, frames), sound, passages=passages)
    passes = plan_passes(planning, performers, panels)
    return Plan(
        soonest_over(graph),
        video,
        verdict,
        looks,
        frames,
        fps,
        performers,
        timeline,
        notices,
        passes,
        job.reads,
        credits_of(planning),
    )


def _uncompared(job: Job, performers: Mapping[str, PlannedPerformer]) -> list[str]:
    """Whose faces are not compared with their drivers', and why."""
    whole = [name for name in performers if job.choices[name].subject == "whole"]
    plates = [name for name, planned in performers.items() if name in job.plates and not planned.dubbed]
    return [f"{name}: is moved whole, so no face is looked for, and none is compared" for name in whole] + [
        f"{name}: is on a moving plate, so its face is not compared with its driver's" for name in plates
    ]


def _told_first(job: Job) -> list[str]:
    """What is settled before anything is planned: engines, portraits that are stills, the encoder."""
    stills = [f"{name}: the portrait is a video of one frame, and taken for a still" for name in sorted(job.stills)]
    return [*_engines_told(job), *stills, *([job.encoder.notice] if job.encoder.notice else [])]


def _engines_told(job: Job) -> list[str]:
    """Which engine each performer takes and why, a line for all who share it."""
    told: dict[str, list[str]] = {}
    for name, choice in job.choices.items():
        told.setdefault(f"engine {choice.name} ({choice.reason})", []).append(name)
        ignored = choice.ignored(job.loaded.manifest.performers[name].motion)
        if ignored:
            fields = " and ".join(f"motion.{gain}" for gain in ignored)
            told.setdefault(f"{fields} changes nothing here: {choice.name} moves all at once", []).append(name)
    return [f"{', '.join(names)}: {text}" for text, names in told.items()]


def part_of(planning: Planning, name: str) -> Clip:
    """What plays of a performer's clip, or of its song."""
    driving = planning.manifest.performers[name].driving
    if driving is None:
        return sung_part(planning, name)
    file = planning.sources[driving.video].path
    return read_clip(driving, planning.facts.media[driving.video], performer=name, file=file)


def _rate(job: Job, facts: Facts) -> Fraction:
    """The rate of the first performer's moving plate, whose motion is seen as it is, or else of the first clip."""
    performers = job.loaded.manifest.performers
    first = next(iter(performers))
    seen = [str(performers[first].portrait)] if first in job.plates else []
    seen += [one.clip.video for one in performers.values() if one.clip is not None]
    videos = [facts.media[file].video for file in seen]
    return next((video.fps for video in videos if video is not None), SUNG_RATE)
