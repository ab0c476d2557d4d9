"""Look at one performer's finished frames again: find the face, and compare it with its driver and its portrait.

Runs beside the edit. Looks are taken so many times a second, which is enough for correlations and lags because the
driver is known in every frame; flicker takes three frames in a row, now and then. Frames in between are not decoded.

Writes figures.json (null: not measurable); looks.npz: `frames` and `sings` (M,), `driver` and `result` (M, F) rows of
quality.features, `portrait` (F,) and its `lights`, a level; motion.npy, (N,) how far the driver moves from frame to
frame, of its face's height; and pair0.jpg, pair1.jpg, ...: the driver above the result at the same instant, with their
frame numbers in pairs.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import SQUARE, FaceTrack, head_frame
from foundation.geometry import Box, Image
from foundation.subject import Square
from foundation.times import FrameRange, spread
from landmarks.base import LandmarkBackend
from media.image.images import write_jpeg
from media.image.resample import warp_affine
from quality import following, identity, surface
from quality.features import COLUMNS, CONTRAST, INTERIOR, MOUTH, OPEN, features
from quality.gathered import Gathered
from quality.picture import lights, picture_motion
from quality.schedule import LEAST_TRIPLES, Schedule, Triples
from stages.artifacts import Clip
from stages.backend_use import backend_for
from stages.contract import Report
from stages.contracts.measure import Facts, Inputs, Settings
from stages.looks import PAIRS, close_up, every_frame, picked
from stages.still import Still, read_still, unknown
from stages.sung import read_song

NEUTRAL = 6
"""Frames on which identity is measured."""
GIVE_UP = 10
"""Looks without any face after which no more are taken: there is none."""
AROUND = 1.25
"""Face heights around the portrait's face in which the result's is looked for."""


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look, and write what is seen."""
    fps, frames = settings.fps, settings.frames
    song = read_song(settings, inputs)
    schedule = Schedule.of(frames, fps, settings.looks_per_second, song.beside if song else ())
    still = read_still(inputs.crop, settings.into, settings.feather, inputs.matte)
    track = inputs.clip.track()
    motion, mouths = every_frame(track, frames)
    mouths[track.occluded[:frames]] = np.nan
    motion = picture_motion(inputs.clip.pick(range(frames))) if still.whole else motion
    moments = [int(schedule.looks[row]) for row in spread(len(schedule.looks), PAIRS)]
    driver, shimmer, above = _driver(inputs.clip, track, schedule, moments)
    chunks = [(start, chunk.video) for start, chunk in zip(settings.chunks, inputs.chunks, strict=True)]
    looking = _Result(still, schedule, moments, driver)
    with backend_for(settings.backend, Square() if still.whole else None) as backend:
        wanted = {*map(int, schedule.looks), *schedule.beside}
        result = looking.rows(picked(chunks, wanted), backend, lambda done: report(done, frames))
    seen = looking.seen
    for number, at in enumerate(moments):
        write_jpeg(out / f"pair{number}.jpg", np.concatenate([above[at], seen.shown[at]]))
    (out / "pairs.json").write_text(json.dumps(moments), encoding="utf-8")
    portrait = features(still.image, still.face)
    sings = _turns(settings.sings, frames)
    turn = sings[schedule.looks]
    np.savez(
        out / "looks.npz",
        frames=schedule.looks,
        sings=turn,
        driver=driver,
        result=result,
        portrait=portrait,
        lights=lights(still.image),
    )
    motion = np.where(sings, motion, 0.0)
    np.save(out / "motion.npy", motion.astype(np.float32))
    figures = following.compare(driver[turn], result[turn], portrait)
    late = following.lag(mouths, result[turn, MOUTH], schedule.looks[turn])
    figures["mouth_lag"] = late if np.isfinite(figures["mouth_r"]) else float("nan")
    figures["mouth_foreign"] = following.foreign(driver, result, portrait)
    figures |= seen.figures(looking.triples, shimmer)
    figures["stuck"] = seen.stuck_seconds(schedule.looks, motion, fps)
    if song:
        figures |= song.figures(schedule.looks, result, portrait)
    figures |= dict.fromkeys(unknown(still, inputs.crop), float("nan"))
    figures = following.scaled(figures, settings.gains)
    known = {name: None if not np.isfinite(value) else round(float(value), 5) for name, value in figures.items()}
    (out / "figures.json").write_text(json.dumps(known, indent=1), encoding="utf-8")
    return Facts(frames=frames, looks=len(schedule.looks), figures=known)


def _turns(sings: tuple[FrameRange, ...] | None, frames: int) -> NDArray[np.bool_]:
    """(frames,) in which the performer sings; who listens does on purpose not do what the driver does."""
    if sings is None:
        return np.ones(frames, bool)
    mask = np.zeros(frames, bool)
    for turn in sings:
        mask[turn.start : turn.stop] = True
    return mask


def _driver(
    clip: Clip, track: FaceTrack, schedule: Schedule, moments: list[int]
) -> tuple[NDArray[np.float64], Triples, dict[int, Image]]:
    """The driver's rows, its flicker at the triples, and how it looks at the `moments`.

    One whom nobody filmed shows no pixels: it is sketched for people, and nothing else is read off that.
    """
    rows = {int(at): features(None, track.face(int(at))) for at in schedule.looks}
    hidden = {at for at in rows if track.occluded[at]}
    open_mouths = {at for at, row in rows.items() if row[MOUTH] > OPEN} - hidden
    every = max(1, len(open_mouths) // max(LEAST_TRIPLES, 2 * len(schedule.triples)))
    shown = set(sorted(open_mouths)[::every]) | hidden
    triples = Triples(schedule)
    above: dict[int, Image] = {}
    wanted = sorted(shown | schedule.beside | set(moments) if clip.filmed else moments)
    for at, image in zip(wanted, clip.pick(wanted), strict=True):
        if at in shown and clip.filmed:
            rows[at] = features(image, track.face(at))
            if at in hidden:
                rows[at][[MOUTH, INTERIOR, CONTRAST]] = np.nan  # made up, or of what hides it
        if at in moments:
            above[at] = close_up(image, head_frame(track.points[at], track.scheme))
        middle = schedule.middle_of(at) if clip.filmed else None
        if middle is not None:
            head = head_frame(track.points[middle], track.scheme)
            box = surface.all_of(image) if track.scheme == SQUARE else surface.face_box(head)
            triples.add(at, surface.thumbnail(image, box))
    return np.stack([rows[int(at)] for at in schedule.looks]), triples, above


class _Result:
    """The result's frames, looked at one after the other."""

    def __init__(self, still: Still, schedule: Schedule, moments: list[int], driver: NDArray[np.float64]) -> None:
        self._still, self._schedule, self._moments = still, schedule, moments
        self._looks = {int(at): row for row, at in enumerate(schedule.looks)}
        self._neutral = set(schedule.looks[identity.neutral(driver, NEUTRAL)].tolist())
        head = self._head = head_frame(still.face.points, still.face.scheme)
        height, width = still.image.shape[:2]
        x, y, reach = *head.centre, AROUND * head.height
        around = Box(int(x - reach), int(y - reach), int(x + reach) + 1, int(y + reach) + 1)
        self._window = around.clipped(width, height)
        self._face_box = surface.all_of(still.image) if still.whole else surface.face_box(head)
        self._ground = surface.around_head((width, height), head)
        self._edge = still.edge()
        self._burnt = surface.clipped(still.image, self._face_box)
        self.seen, self.triples = Gathered(), Triples(schedule)
        self._found = 0

    def rows(
        self, frames: Iterator[tuple[int, Image]], backend: LandmarkBackend, report: Callable[[int], None]
    ) -> NDArray[np.float64]:
        """Every look's row; `seen` and `triples` then have what the pixels say."""
        rows = np.full((len(self._looks), len(COLUMNS)), np.nan)
        for at, image in frames:
            thumb = surface.thumbnail(image, self._face_box)
            self.triples.add(at, thumb)
            if at in self._looks:
                rows[self._looks[at]] = self._row(at, image, backend)
                self.seen.add_look(thumb, surface.clipped(image, self._face_box) - self._burnt)
            if at in self._moments:
                self.seen.shown[at] = close_up(image, self._head)
            if at in self._schedule.triples:
                self._region(image)
            report(at + 1)
        return rows

    def _row(self, at: int, image: Image, backend: LandmarkBackend) -> NDArray[np.float64]:
        """Find the face again."""
        if self._still.whole or (not self._found and self._looks[at] >= GIVE_UP):
            return features(None, None)
        part = np.ascontiguousarray(image[self._window.slices])
        face = next(iter(backend.follow(part, float(at), 1)), None)
        if face is None:
            return features(None, None)
        self._found += 1
        face = replace(face, points=face.points + np.array([self._window.x0, self._window.y0, 0.0]))
        if at in self._neutral:
            self.seen.shape.append(identity.shape_distance(self._still.face, face))
            self.seen.look.append(identity.look_distance(self._still.image, self._still.face, image, face))
        return features(image, face)

    def _region(self, image: Image) -> None:
        """Background and seam: what is around the face."""
        still, seen = self._still, self.seen
        seen.background.append(surface.squared_error(image, still.image, self._ground))
        if still.wall is not None and still.wall.any():
            seen.wall.append(surface.squared_error(image, still.image, still.wall))
        if not still.pasted:
            return
        if still.crop.native:
            seen.seam.append(self._edge.seam(image, still.image))
            return
        ours, theirs = (warp_affine(each, still.to_crop, still.crop.size) for each in (image, still.image))
        seen.seam.append(self._edge.seam(ours, theirs))
