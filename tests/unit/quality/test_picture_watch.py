"""What is black or frozen is so beside the portrait that is shown, not beside a picture in daylight."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import color, data

from media.sound.wav import write_wav
from quality.picture import PictureWatch, lights
from quality.sound import Source, offsets

FPS = Fraction(25)
MOVING = np.full(100, 0.02)


def watched(light: float, *, moves: bool = True, shown: float = 1.0) -> dict[str, float]:
    """Figures of a face in so much light, shown at a share of that, whose driver moves."""
    face = color.rgb2gray(data.astronaut()[:320, 60:380])[::2, ::2] * 255
    watch = PictureWatch(lights(np.repeat((face * light)[:, :, None], 3, axis=2).astype(np.uint8)))
    for number in range(100):
        frame = np.roll(face, number if moves else 0, axis=1) * light * shown
        watch.add(frame.astype(np.uint8))
    return watch.figures(MOVING, FPS)


@pytest.mark.parametrize("light", [0.05, 0.1, 0.3, 1.0])
def test_a_result_may_be_as_dark_as_its_portrait(light: float) -> None:
    found = watched(light)
    assert (found["black"], found["blank"], found["frozen"], found["repeated"]) == (0, 0, 0, 0)


@pytest.mark.parametrize("light", [0.1, 1.0])
def test_what_stands_still_or_goes_dark_is_found_in_any_light(light: float) -> None:
    still = watched(light, moves=False)
    assert still["frozen"] == pytest.approx(99 / 25)
    assert still["repeated"] == pytest.approx(0.99)
    dark = watched(light, shown=0.05)
    assert dark["black"] == 4


def test_pieces_tell_what_the_whole_tells(tmp_path: Path) -> None:
    """To the bit, of a picture that now and then stands still, also where two pieces meet."""
    levels = np.random.default_rng(2).integers(0, 3, (40, 9, 16)).cumsum(axis=0) % 256
    levels[[10, 20, 21, 33]] = levels[[9, 19, 19, 32]]
    whole, joined = PictureWatch(50.0), PictureWatch(50.0)
    for thumb in levels.astype(np.uint8):
        whole.add(thumb)
    for number, part in enumerate((slice(0, 10), slice(10, 21), slice(21, 21), slice(21, 40))):
        piece = PictureWatch(50.0)
        for thumb in levels[part].astype(np.uint8):
            piece.add(thumb)
        piece.save(tmp_path / f"{number}.npz")
        joined.extend(PictureWatch.load(tmp_path / f"{number}.npz"))
    assert sum(whole.same) == 4
    for name in ("light", "change", "same", "black", "blank"):
        assert getattr(joined, name) == getattr(whole, name)


def test_a_crossfade_says_nothing_of_anybodys_timing() -> None:
    """A picture that changes as its driver moves, and by crossfades that come four frames before strong moves."""
    motion = np.abs(np.random.default_rng(1).normal(0.004, 0.003, 150))
    passages = [range(start, start + 8) for start in (20, 60, 100)]
    for each in passages:
        motion[each.start + 4 : each.stop + 4] = 0.03
    changes = np.round(200 * motion).astype(int)
    for each in passages:
        changes[each] = 7
    watch = PictureWatch()
    for level in np.cumsum(changes):
        watch.add(np.full((9, 16), level))
    assert watch.figures(motion, FPS)["picture_lag"] < 0
    assert watch.figures(motion, FPS, [frame for each in passages for frame in each])["picture_lag"] == 0


def heard_again(tmp_path: Path, samples: NDArray[np.float32], late: int) -> float:
    """The offset that is found of a copy that comes so many samples late."""
    write_wav(tmp_path / "source.wav", samples, RATE)
    copy = np.roll(samples, late)
    copy[:late] = 0
    noise = np.random.default_rng(3).normal(0, 1e-3, len(copy))
    write_wav(tmp_path / "result.wav", (copy + noise).astype(np.float32), RATE)
    source = Source(tmp_path / "source.wav", Fraction(0), Fraction(0), None)
    (heard,) = offsets(tmp_path / "result.wav", [source], len(samples) / RATE)
    return heard.offset


RATE = 8000
CLICKS = np.zeros(12 * RATE, np.float32)
CLICKS[:: RATE // 2] = 0.8  # 120 a minute
TONE = (0.4 * np.sin(np.arange(12 * RATE) * 2 * np.pi * 50 / RATE)).astype(np.float32)
SPEECH = np.convolve(np.random.default_rng(0).normal(0, 0.1, 12 * RATE), np.ones(9) / 9, "same").astype(np.float32)


@pytest.mark.parametrize("samples", [CLICKS, TONE, SPEECH], ids=["clicks", "tone", "noise"])
def test_sound_that_repeats_itself_is_where_it_was_put(tmp_path: Path, samples: NDArray[np.float32]) -> None:
    assert heard_again(tmp_path, samples, 0) == 0.0


@pytest.mark.parametrize("milliseconds", [2, 40, 300])
def test_sound_that_comes_late_is_found_to_the_quarter_of_a_millisecond(tmp_path: Path, milliseconds: int) -> None:
    late = heard_again(tmp_path, SPEECH, milliseconds * RATE // 1000)
    assert late == pytest.approx(milliseconds / 1000, abs=0.00025)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_an_offset_is_found_between_sounds_of_different_rates(tmp_path: Path, rate: int) -> None:
    def sound(times: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.asarray(0.3 * np.sin(700 * times + 30 * np.sin(5 * times**2)), np.float32)

    write_wav(tmp_path / "source.wav", sound(np.arange(6 * 22050) / 22050), 22050)
    write_wav(tmp_path / "result.wav", sound(np.arange(6 * rate) / rate - 0.12), rate)
    source = Source(tmp_path / "source.wav", Fraction(0), Fraction(0), None)
    (heard,) = offsets(tmp_path / "result.wav", [source], 6.0)
    assert heard.offset == pytest.approx(0.12, abs=0.0005)
    assert heard.strength > 0.95


@pytest.mark.parametrize("gain_db", [0.0, -6.0, -60.0])
def test_a_sound_that_is_planned_twice_is_where_it_was_put(gain_db: float, tmp_path: Path) -> None:
    write_wav(tmp_path / "source.wav", SPEECH, RATE)
    again = np.roll(SPEECH, -RATE // 5) * np.float32(10 ** (gain_db / 20))
    write_wav(tmp_path / "result.wav", SPEECH + again, RATE)
    sources = [
        Source(tmp_path / "source.wav", Fraction(0), Fraction(0), None),
        Source(tmp_path / "source.wav", Fraction(1, 5), Fraction(0), None, gain_db=gain_db),
    ]
    late = [heard.offset for heard in offsets(tmp_path / "result.wav", sources, 11.0)]
    assert np.nanmax(np.abs(late)) == 0.0


def test_what_is_mixed_too_low_to_be_heard_is_not_looked_for_in_what_is_heard(tmp_path: Path) -> None:
    write_wav(tmp_path / "song.wav", SPEECH, RATE)
    write_wav(tmp_path / "clip.wav", np.roll(SPEECH, RATE // 4), RATE)
    song = Source(tmp_path / "song.wav", Fraction(0), Fraction(0), None)
    clip = Source(tmp_path / "clip.wav", Fraction(0), Fraction(0), None, gain_db=-60.0)
    heard = offsets(tmp_path / "song.wav", [song, clip], 12.0)
    assert heard[0].offset == 0.0
    assert np.isnan(heard[1].offset)
