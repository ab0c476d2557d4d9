"""What probe says about rates, times and sound is what the file holds."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.codec import decode, encode
from media.files.info import MediaInfo
from media.video.cadence import cadence
from media.video.probe import probe
from tests.synthetic import beeps, numbered, run_recipe, tone, write_clip

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(2997, 100), Fraction(30000, 1001), Fraction(60000, 1001)]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "mov"])
@pytest.mark.parametrize("fps", RATES, ids=str)
def test_rates_are_exact_in_every_container(fps: Fraction, suffix: str, tmp_path: Path) -> None:
    path = write_clip(tmp_path / f"c.{suffix}", [numbered(k) for k in range(50)], fps=fps, codec="mpeg4")
    video = probe(path).video
    assert video is not None
    assert (video.fps, video.variable, video.frames) == (fps, False, 50)
    assert abs(video.duration - 50 / fps) < Fraction(1, 500)


def test_a_camera_that_was_slower_in_the_dark_has_the_rate_that_it_was_set_to(tmp_path: Path) -> None:
    times = [Fraction(k, 30) + (Fraction(k - 20, 30) if k > 20 else 0) for k in range(40)]
    path = write_clip(tmp_path / "phone.mp4", [numbered(k) for k in range(40)], times=times)
    video = probe(path).video
    assert video is not None
    assert (video.fps, video.variable) == (30, True)


def test_a_recording_that_begins_late_on_its_own_clock_begins_at_zero_on_ours(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "s.mp4", [numbered(k) for k in range(25)], audio=tone(1.0))
    path = tmp_path / "late.ts"
    run_recipe("-i", source, "-c", "copy", "-output_ts_offset", "3600", path)
    info = probe(path)
    assert info.video is not None
    assert info.video.start < Fraction(1, 20)
    assert info.duration < Fraction(11, 10)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_sound_that_begins_after_the_picture_says_when(suffix: str, tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / f"a.{suffix}",
        [numbered(k) for k in range(50)],
        audio=beeps(1.5, [0.1]),
        audio_start=Fraction(1, 2),
    )
    (audio,) = probe(path).audio
    # containers without an edit list for it play the encoder's 1024 samples of silence first
    assert Fraction(1, 2) - Fraction(1100, 48000) <= audio.start <= Fraction(1, 2) + Fraction(1, 500)
    assert (audio.sample_rate, audio.channels) == (48000, 1)


def test_several_sound_streams_and_none(tmp_path: Path) -> None:
    one = write_clip(tmp_path / "one.mkv", [numbered(k) for k in range(10)], audio=tone(0.4))
    two = tmp_path / "two.mkv"
    run_recipe("-i", one, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy", two)
    assert len(probe(two).audio) == 2
    silent = write_clip(tmp_path / "silent.mp4", [numbered(k) for k in range(10)])
    assert probe(silent).audio == ()


def test_a_song_with_a_cover_has_no_video(tmp_path: Path) -> None:
    cover, song = tmp_path / "cover.png", tmp_path / "song.m4a"
    run_recipe("-f", "lavfi", "-i", "color=s=64x64:d=1", "-frames:v", "1", cover)
    run_recipe(
        *("-f", "lavfi", "-i", "sine=d=1", "-i", cover, "-map", "0", "-map", "1"),
        *("-c:v", "png", "-disposition:v", "attached_pic", song),
    )
    info = probe(song)
    assert info.video is None
    assert len(info.audio) == 1


def test_json_and_back(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "c.mkv", [numbered(k) for k in range(9)], fps=Fraction(30000, 1001), audio=tone(0.3))
    info = probe(path)
    told = encode(info)
    assert decode(json.loads(json.dumps(told)), MediaInfo) == info
    assert told["video"]["fps"] == "30000/1001"


@given(
    fps=st.sampled_from([*RATES, Fraction(15), Fraction(50), Fraction(120000, 1001)]),
    frames=st.integers(2, 400),
    ticks=st.sampled_from([1000, 90000, 12800]),
)
def test_a_steady_clock_is_recognised_through_the_containers_rounding(fps: Fraction, frames: int, ticks: int) -> None:
    times = [Fraction(round(k / fps * ticks), ticks) for k in range(frames)]
    assert cadence(times, Fraction(1, ticks), [fps]) == (fps, False)
    found, variable = cadence(times, Fraction(1, ticks), [])
    assert not variable
    assert abs(found - fps) * (frames - 1) / fps < 1


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=9), st.sampled_from([1000, 90000]))
def test_any_times_at_all_give_a_rate(steps: list[int], ticks: int) -> None:
    times = [Fraction(sum(steps[:k]), ticks) for k in range(len(steps) + 1)]
    assert 0 < cadence(times, Fraction(1, ticks), [None, Fraction(0), Fraction(90000)])[0] <= 1000


@settings(max_examples=40)
@given(
    fps=st.sampled_from([Fraction(24), Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(60)]),
    frames=st.integers(300, 1000),
    late=st.floats(0, 0.1),
    dropped=st.floats(0.01, 0.4),
    seed=st.integers(0, 1000),
)
def test_the_rate_is_found_behind_dropped_and_late_frames(
    fps: Fraction, frames: int, late: float, dropped: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    kept = [0, 1, *(k for k in np.flatnonzero(random.random(frames) > dropped).tolist() if k > 2)]
    times = [(k + Fraction(late * random.uniform(-1, 1)).limit_denominator(1000)) / fps for k in kept]
    times = [Fraction(round(each * 90000), 90000) for each in sorted(times)]
    found, variable = cadence(times, Fraction(1, 90000), [])
    assert variable
    assert found == fps or abs(found / fps - 1) < Fraction(1, 900)  # 30 for 29.97, where it cannot be told
    assert cadence(times, Fraction(1, 90000), [fps]) == (fps, True)


def test_times_without_a_clock_have_their_mean_rate() -> None:
    at = np.cumsum(np.random.default_rng(4).exponential(0.1, 90))
    times = [Fraction(round(each * 1000), 1000) for each in at]
    found, variable = cadence(times, Fraction(1, 1000), [])
    assert variable
    assert found == pytest.approx(89 / float(times[-1] - times[0]), rel=1e-3)


@given(st.lists(st.integers(1, 9), min_size=5, max_size=50).filter(lambda steps: len(set(steps)) > 1))
def test_uneven_steps_are_never_called_steady(steps: list[int]) -> None:
    times = [Fraction(sum(steps[:k]), 100) for k in range(len(steps) + 1)]
    fps, variable = cadence(times, Fraction(1, 90000), [Fraction(25)])
    assert variable
    assert 0 < fps <= 1000
