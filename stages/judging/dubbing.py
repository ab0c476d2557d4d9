"""Look at a dubbed video again: find the face, and compare its mouth with the new words' and with its own.

Writes what measure writes. Head, eyes and picture are the video's own: nothing is said of them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import FaceTrack, HeadFrame, head_frame
from foundation.geometry import Box, Image
from foundation.times import spread
from landmarks import load_backend
from landmarks.base import LandmarkBackend
from media.image.images import write_jpeg
from quality import following
from quality.features import MOUTH, features
from quality.picture import lights
from quality.schedule import Schedule
from stages.contract import Report
from stages.contracts.dubbing import Facts, Inputs, Settings
from stages.looks import PAIRS, close_up, every_frame, picked
from stages.sung import Song, song_of

AROUND = 1.0
"""Face heights around the video's own face in which the result's is looked for."""
SMALL = 100
"""Pixels of a face's height below which nobody can tell shut lips from nearly shut ones."""
Rows = NDArray[np.float64]


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look, and write what is seen."""
    frames, plate, track = settings.frames, inputs.crop.track(), inputs.clip.track()
    song = song_of(settings.sung, inputs.voice, inputs.phones, settings.fps, frames)
    looks = Schedule.of(frames, settings.fps, settings.looks_per_second, song.beside).looks
    moments = [int(looks[row]) for row in spread(len(looks), PAIRS)]
    above = dict(zip(sorted(set(moments)), inputs.clip.pick(sorted(set(moments))), strict=True))
    chunks = [(start, chunk.video) for start, chunk in zip(settings.chunks, inputs.chunks, strict=True)]
    found: list[Rows] = []
    light = 0.0
    with load_backend(settings.backend.name) as backend:
        for at, image in picked(chunks, looks.tolist()):
            head = _head(plate, at)
            found.append(_row(image, head, at, backend))
            light = max(light, lights(image))
            if at in moments:
                pair = [close_up(above[at], _head(track, at)), close_up(image, head)]
                write_jpeg(out / f"pair{moments.index(at)}.jpg", np.concatenate(pair))
            report(at + 1, frames)
    (out / "pairs.json").write_text(json.dumps(moments), encoding="utf-8")
    driver = np.stack([features(None, track.face(int(at))) for at in looks])
    own = np.stack([features(None, plate.face(min(int(at), len(plate) - 1))) for at in looks])
    result, sings = np.stack(found), np.ones(len(looks), bool)
    np.savez(out / "looks.npz", frames=looks, sings=sings, driver=driver, result=result, portrait=own[0], lights=light)
    motion, mouths = every_frame(track, frames)
    np.save(out / "motion.npy", motion.astype(np.float32))
    figures = _figures(song, looks, (driver, result, own), mouths)
    if _head(plate, 0).height < SMALL:
        figures["lips_shut"] = float("nan")
    known = {name: None if not np.isfinite(value) else round(float(value), 5) for name, value in figures.items()}
    (out / "figures.json").write_text(json.dumps(known, indent=1), encoding="utf-8")
    return Facts(looks=len(looks), figures=known)


def _figures(song: Song, looks: NDArray[np.int64], rows: tuple[Rows, Rows, Rows], mouths: Rows) -> dict[str, float]:
    """By name.

    Args:
        rows: (M, F) each, of the driver, of the result, and of the video as it was.
        mouths: (N,) the driver's opening in every frame.
    """
    driver, result, own = rows
    figures = following.compare(driver, result, own[0])
    figures["mouth_lag"] = following.lag(mouths, result[:, MOUTH], looks, following.SPEAKS)
    figures |= song.figures(looks, result, own[0])
    figures["own_mouth_r"] = abs(following.correlation(own[:, MOUTH], result[:, MOUTH]))
    return figures | dict.fromkeys(("blink_r", "blinks", "sway"), float("nan"))


def _head(track: FaceTrack, at: int) -> HeadFrame:
    return head_frame(np.asarray(track.points[min(at, len(track) - 1)]), track.scheme)


def _row(image: Image, head: HeadFrame, at: int, backend: LandmarkBackend) -> Rows:
    """Find the face again, where the video has it."""
    (x, y), reach = head.centre, AROUND * head.height
    around = Box(int(x - reach), int(y - reach), int(x + reach) + 1, int(y + reach) + 1)
    window = around.clipped(image.shape[1], image.shape[0])
    face = next(iter(backend.follow(np.ascontiguousarray(image[window.slices]), float(at), 1)), None)
    return features(None, face)
