"""What was seen of a performer's result, as figures and for people."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.times import FrameRange
from quality import following
from quality.features import MOUTH, features
from quality.gathered import Gathered
from quality.picture import lights
from stages.contracts.measure import Facts, Model, Settings
from stages.looks import every_frame
from stages.measuring import Places
from stages.still import read_still, unknown
from stages.sung import read_song


def write_looks(settings: Settings, given: Model, places: Places, seen: Gathered, out: Path) -> Facts:
    """Write all of what stages.judging.measure writes but the pairs of pictures.

    Args:
        places: of the whole result.
        seen: at these.
    """
    frames, looks = settings.frames, places.whole.looks
    song = read_song(settings, given)
    still = read_still(given.crop, settings.into, settings.feather, given.matte)
    track = given.clip.track()
    motion, mouths = every_frame(track, frames)
    mouths[track.occluded[:frames]] = np.nan
    motion = np.array(seen.motion) if still.whole else motion
    (out / "pairs.json").write_text(json.dumps(places.moments), encoding="utf-8")
    portrait, (driver, result) = features(still.image, still.face), seen.rows()
    sings = _turns(settings.sings, frames)
    turn = sings[looks]
    np.savez(
        out / "looks.npz",
        frames=looks,
        sings=turn,
        driver=driver,
        result=result,
        portrait=portrait,
        lights=lights(still.image),
    )
    motion = np.where(sings, motion, 0.0)
    np.save(out / "motion.npy", motion.astype(np.float32))
    figures = following.compare(driver[turn], result[turn], portrait)
    late = following.lag(mouths, result[turn, MOUTH], looks[turn], following.SPEAKS)
    figures["mouth_lag"] = late if np.isfinite(figures["mouth_r"]) else float("nan")
    figures["mouth_foreign"] = following.foreign(driver, result, portrait)
    figures |= seen.figures()
    figures["stuck"] = seen.stuck_seconds(looks, motion, settings.fps)
    if song:
        figures |= song.figures(looks, result, portrait)
    figures |= dict.fromkeys(unknown(still, given.crop), float("nan"))
    figures = following.scaled(figures, settings.gains)
    known = {name: None if not np.isfinite(value) else round(float(value), 5) for name, value in figures.items()}
    (out / "figures.json").write_text(json.dumps(known, indent=1), encoding="utf-8")
    return Facts(frames=frames, looks=len(looks), figures=known)


def _turns(sings: tuple[FrameRange, ...] | None, frames: int) -> NDArray[np.bool_]:
    """(frames,) in which the performer sings; who listens does on purpose not do what the driver does."""
    if sings is None:
        return np.ones(frames, bool)
    mask = np.zeros(frames, bool)
    for turn in sings:
        mask[turn.start : turn.stop] = True
    return mask
