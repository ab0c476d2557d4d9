"""A driver whose motion is kept in a file, such as a motion template, at a constant rate and in the chosen range.

Writes what normalize writes of a clip, without FRAMES: track/ and shots.json.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engines.motion_files import motion_files
from foundation.fitting import fitted
from foundation.shots import Shot, save_shots
from stages.contract import Report
from stages.contracts.motion_file import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write it.

    Raises:
        InputError: it is no such file, or damaged.
    """
    filed, timing, fit = motion_files().read(inputs.media.path), settings.timing, settings.fit
    way, length = (fit.way, fit.length) if fit else (None, timing.frames / timing.fps)
    times = [number / filed.fps for number in range(len(filed.track))]
    chosen = fitted(times, timing.start, length, frames=timing.frames, fps=timing.fps, way=way)
    track = filed.track
    fields = {name: getattr(track, name)[chosen] for name in ("points", "found", "blendshapes", "pose", "inside")}
    replace(track, **fields, occluded=track.occluded[chosen]).save(out / "track")
    save_shots(out / "shots.json", [Shot(0, timing.frames, seen=True)])
    report(timing.frames, timing.frames)
    return Facts(frames=timing.frames, kept=len(track))
