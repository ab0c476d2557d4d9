"""An hour at 29.97 frames a second: picture and sound end together, and are together all along."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.times import frame_count, resample
from media.credentials.provenance import Provenance
from media.sound.cutting import cut_wav
from media.sound.reader import sound_blocks
from media.video.probe import probe, timestamps
from media.video.reader import VideoReader
from stages.artifacts import Edited, Media
from stages.contracts import check
from stages.contracts.mux import AudioEncode, Inputs
from stages.contracts.mux import Settings as MuxSettings
from stages.contracts.sound import Sound, SoundEntry
from stages.delivery import mux
from stages.judging.check import compare
from tests.synthetic import run_recipe

pytestmark = pytest.mark.slow

FPS = Fraction(30000, 1001)
FRAMES = 107_892  # 01:00:00;00 in drop-frame timecode
EVERY = 17_982  # frames between flashes: ten minutes
RATE = 16000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Black, with a white frame and a beep every ten minutes and in the last second."""
    path = tmp_path_factory.mktemp("hour") / "hour.mp4"
    flash = f"drawbox=c=white:t=fill:enable='lt(mod(n,{EVERY}),1)+eq(n,{FRAMES - 30})'"
    period, last = float(EVERY / FPS), float((FRAMES - 30) / FPS)
    beep = f"0.8*sin(2*PI*1000*t)*(lt(mod(t+0.00001,{period}),0.02)+between(t,{last},{last + 0.02}))"
    seconds = float(FRAMES / FPS)
    run_recipe(
        *("-f", "lavfi", "-i", f"color=black:s=32x32:r={FPS}:d={seconds},{flash}"),
        *("-f", "lavfi", "-i", f"aevalsrc='{beep}':s={RATE}:d={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "300", "-pix_fmt", "yuv420p", "-c:a", "aac", path),
    )
    return path


def beeps_in(path: Path) -> list[Fraction]:
    """When each beep begins, seconds."""
    found: list[Fraction] = []
    for block in sound_blocks(path):
        loud = np.flatnonzero(np.abs(block.samples[:, 0].astype(np.float64)) > 0.2 * _full(block.samples))
        for at in loud:
            moment = Fraction(block.at + int(at), block.rate)
            if not found or moment - found[-1] > 1:
                found.append(moment)
    return found


def _full(samples: np.ndarray) -> float:
    return 32768.0 if samples.dtype == np.int16 else 1.0


def flashes_in(path: Path) -> list[Fraction]:
    with VideoReader(path) as reader:
        return [seconds for seconds, image in reader if image[16, 16, 0] > 128]


def test_an_hour_stays_in_time(clip: Path, tmp_path: Path) -> None:
    info = probe(clip)
    assert info.video is not None
    assert (info.video.frames, info.video.fps, info.video.variable) == (FRAMES, FPS, False)
    assert abs(info.video.end - (info.audio[0].start + info.audio[0].duration)) <= 1 / FPS
    assert info.video.end == FRAMES / FPS

    times, beeps = timestamps(clip), beeps_in(clip)
    flashed = [*range(0, FRAMES, EVERY), FRAMES - 30]
    assert len(beeps) == len(flashed)
    for fps in (FPS, Fraction(24000, 1001), Fraction(25), Fraction(60)):
        frames = frame_count(info.video.duration, fps)
        shown = resample(times, times[0], frames, fps)
        assert shown[-1] == FRAMES - 1 or fps < FPS
        assert abs(frames / fps - FRAMES / FPS) <= Fraction(1, 2) / fps
        for number, beep in zip(flashed, beeps, strict=True):
            nearest = next(k for k in range(max(0, int(number / FPS * fps) - 2), frames) if shown[k] >= number)
            assert abs(nearest / fps - beep) <= 1 / min(fps, FPS)

    (tmp_path / "picture").mkdir()
    run_recipe("-i", clip, "-an", "-c", "copy", tmp_path / "picture" / "picture.mp4")
    timing: dict[str, Any] = {
        "fps": FPS,
        "frames": FRAMES,
        "sound": Sound(entries=(SoundEntry(source=0, start=Fraction(0)),)),
    }
    audio = AudioEncode(codec="aac", kbps=96, copy=False, any=False)
    out = tmp_path / "out"
    out.mkdir()
    mux.run(
        MuxSettings(**timing, container="mp4", about=Provenance(""), audio=audio),
        Inputs(picture=Edited.at(tmp_path / "picture"), sounds=(Media.at(clip),)),
        out,
        lambda *_: None,
    )
    promised = check.Settings(**timing, size=(32, 32), codec="h264", performers=(), limits={}, enabled=False)
    made = compare(probe(out / "video.mp4"), promised, 1)
    assert all(row.holds for row in made)
    together = zip(flashes_in(out / "video.mp4"), beeps_in(out / "video.mp4"), strict=True)
    assert all(abs(flash - beep) <= 1 / FPS for flash, beep in together)


def test_the_last_second_of_an_hour_is_cut_to_the_sample(clip: Path, tmp_path: Path) -> None:
    start = (FRAMES - 30) / FPS
    rate, samples = cut_wav(clip, tmp_path / "end.wav", start=start, duration=30 / FPS)
    assert (rate, samples) == (RATE, round(30 / FPS * RATE))
    assert abs(beeps_in(tmp_path / "end.wav")[0]) < Fraction(5, 1000)
