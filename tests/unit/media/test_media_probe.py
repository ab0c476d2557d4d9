"""What probe says about rates, times and sound is what the file holds."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_uneven_frames_are_called_variable(tmp_path: Path) -> None:
    times = [Fraction(k, 30) + (Fraction(k - 20, 30) if k > 20 else 0) for k in range(40)]
    path = write_clip(tmp_path / "phone.mp4", [numbered(k) for k in range(40)], times=times)
    video = probe(path).video
    assert video is not None
    assert video.variable
    assert video.fps == pytest.approx(39 / float(times[-1]), rel=1e-3)


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
    assert MediaInfo.from_json(info.to_json()) == info
    assert info.to_json()["video"]["fps"] == "30000/1001"


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


@given(st.lists(st.integers(1, 9), min_size=5, max_size=50).filter(lambda steps: len(set(steps)) > 1))
def test_uneven_steps_are_never_called_steady(steps: list[int]) -> None:
    times = [Fraction(sum(steps[:k]), 100) for k in range(len(steps) + 1)]
    fps, variable = cadence(times, Fraction(1, 90000), [Fraction(25)])
    assert variable
    assert 0 < fps <= 1000
