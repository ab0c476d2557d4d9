"""Judge the result: was it made as promised, does the sound sit right, does the picture live, do the faces follow?

The finished video is decoded once, here or by the pieces that it was joined of, and its sound; what was seen of each
performer's face comes from `measure`.
Writes check.json (every row); series.npz for plots: `light` (frames,), `same` (does not change although it should),
`black`, and `loudness` (every 0.1 s); and still0.jpg, still1.jpg, ...: frames of the result, spread over its length.
Nothing is raised when a check fails: the rows say so, and the command ends with exit code 5.
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.codec import encode
from foundation.times import FrameRange
from media.files.info import MediaInfo
from media.sound.levelling import silent
from media.sound.loudness import measure_loudness
from media.video.probe import probe
from quality.delivered import codec_rows, loudness_rows, sequence_rows
from quality.picture import MOVES, PictureWatch
from quality.row import Row
from quality.sound import Source, envelope, mouth_and_sound, offsets, should_be_heard
from quality.verdict import exact, judge, near
from stages.contract import Report
from stages.contracts.check import Facts, Inputs, Settings
from stages.contracts.sound import SoundEntry
from stages.findings import Looks
from stages.watching import Whole, brightest, watch


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Judge."""
    film, tracks = inputs.video, settings.sound.tracks
    if film.is_sequence:
        rows = sequence_rows(film.path, settings, tracks)
    else:
        info = probe(film.video)
        rows = compare(info, settings, tracks) + codec_rows(info, settings.codec)
    if settings.sound.loudness is not None:
        rows += loudness_rows(measure_loudness(film.sound), settings.sound.loudness)
    series: dict[str, NDArray[Any]] = {}
    if settings.enabled:
        rows += _Check(settings, inputs, out, series).rows(report)
    (out / "check.json").write_text(json.dumps(encode(rows), indent=1), encoding="utf-8")
    light, same, black, loudness = (series.get(name, np.zeros(0)) for name in ("light", "same", "black", "loudness"))
    np.savez(out / "series.npz", light=light, same=same, black=black, loudness=loudness)
    report(settings.frames, settings.frames)
    return Facts(checks=tuple(rows), failed=sum(not row.holds for row in rows))


def compare(info: MediaInfo, promised: Settings, tracks: int) -> list[Row]:
    """The promises that need no look at the picture."""
    video, fps = info.video, promised.fps
    assert video is not None  # noqa: S101  (the edit wrote it)
    length = float(promised.frames / fps)
    rows = [
        exact("frames", promised.frames, video.frames),
        exact("frames a second", str(fps), str(video.fps)),
        exact("size", list(promised.size), list(video.size)),
        exact("sound tracks", tracks, len(info.audio)),
        near("picture length, s", length, float(video.duration), float(1 / fps)),
        near("picture start, s", 0.0, float(video.start), 0.001),
    ]
    for sound in info.audio:
        rows.append(near("sound length, s", length, float(sound.duration), float(1 / fps)))
        rows.append(near("sound start against picture, s", float(video.start), float(sound.start), 0.005))
    return rows


class _Check:
    """Everything but the plain promises."""

    def __init__(self, settings: Settings, inputs: Inputs, out: Path, series: dict[str, NDArray[Any]]) -> None:
        self._settings, self._inputs, self._out, self._series = settings, inputs, out, series
        self._heard = inputs.video.sound
        self._fps, self._frames = settings.fps, settings.frames
        self._limits, self._soft = settings.limits, settings.soft
        self._hears = bool(settings.sound.entries)
        self._performers = list(zip(settings.performers, inputs.looks, strict=True))

    def rows(self, report: Report) -> list[Row]:
        rows = self._sound() if self._hears else []
        rows += self._picture(report)
        heard = envelope(self._heard, self._frames, self._fps) if self._hears else None
        for about, looks in self._performers:
            figures = self._performer(looks, heard)
            soft = self._soft or about.soft
            rows += judge("performer", figures, self._limits, performer=about.name, soft=soft)
            if about.sings:
                rows += judge("singer", figures, self._limits, performer=about.name, soft=soft)
        return rows

    def _sound(self) -> list[Row]:
        duration = float(self._frames / self._fps)
        sources = [self._source(entry) for entry in self._settings.sound.entries]
        heard = offsets(self._heard, sources, duration)
        known = [one.offset for one in heard if math.isfinite(one.offset)]
        loud = measure_loudness(self._heard)
        self._series["loudness"] = np.array(loud.momentary)
        measurable = not silent(loud) or should_be_heard(sources, duration)
        figures = {
            "av_offset": max(known, key=abs, default=math.nan),
            "loudness": loud.integrated if measurable else math.nan,
            "true_peak": loud.true_peak,
        }
        return judge("sound", figures, self._limits, soft=self._soft)

    def _source(self, entry: SoundEntry) -> Source:
        path = self._inputs.sounds[entry.source].sound
        return Source(path, entry.start, entry.offset, entry.length, entry.stream, entry.gain_db)

    def _picture(self, report: Report) -> list[Row]:
        seen = self._watch(report)
        motion = self._motion()
        stands = np.array(seen.same[: self._frames]) & (motion[: len(seen.same)] > MOVES)
        self._series |= {"light": np.array(seen.light), "same": stands, "black": np.array(seen.black)}
        # what a network's weights do to a face, they do to the picture
        soft = self._soft or any(about.soft for about in self._settings.performers)
        passing = [frame for span in self._settings.passages for frame in range(span.start, span.stop + 1)]
        return judge("picture", seen.figures(motion, self._fps, passing), self._limits, soft=soft)

    def _watch(self, report: Report) -> PictureWatch:
        """The picture, decoded here or in pieces."""
        given = self._inputs
        if not given.pieces:
            whole = Whole(self._frames, self._fps, FrameRange(0, self._frames))
            return watch(given.video, given.looks, whole, self._out, report)
        watched = PictureWatch(brightest(given.looks))
        for piece in given.pieces:
            watched.extend(PictureWatch.load(piece.file))
            for still in piece.stills:
                shutil.copyfile(still, self._out / still.name)
        return watched

    def _motion(self) -> NDArray[np.float64]:
        """How far the drivers of those on view move, in each frame of the result; where a scene begins, not at all."""
        whole = np.zeros(self._frames)
        for about, looks in self._performers:
            motion = looks.motion()
            for seen in about.seen:
                part = motion[seen.start + 1 : seen.stop]
                there = slice(seen.start + 1, seen.start + 1 + len(part))
                whole[there] = np.maximum(whole[there], part)
        return whole

    def _performer(self, given: Looks, heard: NDArray[np.float64] | None) -> dict[str, float]:
        figures = given.figures()
        if heard is not None and math.isfinite(figures["mouth_r"]):
            with np.load(given.path / "looks.npz", allow_pickle=False) as looks:
                inside = (looks["frames"] < len(heard)) & looks["sings"]
                driver, result = looks["driver"][inside], looks["result"][inside]
                figures |= mouth_and_sound(heard, looks["frames"][inside], driver, result)
        return figures
