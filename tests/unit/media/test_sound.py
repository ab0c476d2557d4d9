"""Sound stays where the picture is: cut to the sample, mixed to the sample, muxed within 5 ms, measured."""

from __future__ import annotations

import itertools
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import InputError, StageError
from media.ffmpeg import argv
from media.ffmpeg.codecs import AUDIO
from media.ffmpeg.run import run_ffmpeg
from media.ffmpeg.sound_codecs import encoding
from media.sound.at_rate import sound_at
from media.sound.cutting import cut_wav, measure_offset, read_sound, write_wav
from media.sound.loudspeakers import channel_layout
from media.sound.mix import MixInput, mix
from media.video.probe import probe
from media.video.reader import VideoReader
from media.video.writer import FrameWriter
from tests.synthetic import beeps, numbered, run_recipe, tone, write_clip

FLASHES = [0.4, 1.0, 2.0, 2.6]
TOLERANCE = 0.005


def onsets(sound: NDArray[np.float32], rate: int, level: float = 0.3) -> list[float]:
    """Seconds at which silence ends in the first channel."""
    loud = np.flatnonzero(np.abs(sound[:, 0]) > level)
    starts = [first for before, first in itertools.pairwise([-rate, *loud]) if first - before > rate // 10]
    return [float(first) / rate for first in starts]


def flashes(path: Path) -> list[float]:
    with VideoReader(path) as reader:
        return [float(seconds) for seconds, frame in reader if frame.mean() > 128]


@pytest.fixture(scope="module")
def flashing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of black with white frames at FLASHES, without sound."""
    path = tmp_path_factory.mktemp("flash") / "picture.mp4"
    with FrameWriter(path, size=(160, 96), fps=Fraction(25)) as writer:
        for number in range(75):
            white = any(abs(number / 25 - at) < 1e-6 for at in FLASHES)
            writer.write(np.full((96, 160, 3), 255 if white else 0, np.uint8))
    return path


@pytest.mark.parametrize("rate", [44100, 48000])
def test_a_beep_stays_at_its_flash_through_mux_and_both_decoders(rate: int, flashing: Path, tmp_path: Path) -> None:
    sound, out = tmp_path / "b.wav", tmp_path / "out.mp4"
    write_wav(sound, beeps(3, FLASHES, rate=rate), rate)
    track = argv.Track(sound, options=encoding("aac", channels=1, whole=False))
    run_ffmpeg(argv.mux(out, container="mp4", video=flashing, tracks=[track]), stage="mux", file=out)
    assert flashes(out) == pytest.approx(FLASHES)
    assert onsets(*read_sound(out)) == pytest.approx(FLASHES, abs=TOLERANCE)
    decoded = tmp_path / "decoded.wav"
    run_recipe("-i", out, "-c:a", "pcm_f32le", decoded)
    assert onsets(*read_sound(decoded)) == pytest.approx(FLASHES, abs=TOLERANCE)
    info = probe(out)
    assert info.video is not None
    assert info.audio[0].start == 0
    assert abs(info.audio[0].duration - info.video.duration) <= Fraction(1, 25)


def test_mux_copies_the_picture_packet_for_packet_and_keeps_the_tags(flashing: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    title = 'Unravel = "a duet"; 中文'
    run_ffmpeg(argv.mux(out, container="mp4", video=flashing, metadata={"title": title}), stage="mux", file=out)

    def packets(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(video=0) if packet.size]

    assert packets(out) == packets(flashing)
    with av.open(str(out)) as container:
        assert container.metadata["title"] == title
    before, after = probe(flashing).video, probe(out).video
    assert before == after
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_mux_can_copy_the_sounds_packets(flashing: Path, tmp_path: Path) -> None:
    source = write_clip(tmp_path / "s.mp4", [numbered(0)] * 75, audio=beeps(3, FLASHES))
    out = tmp_path / "o.mp4"
    run_ffmpeg(argv.mux(out, container="mp4", video=flashing, tracks=[argv.Track(source)]), file=out)

    def packets(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(audio=0) if packet.size]

    assert packets(out) == packets(source)
    assert onsets(*read_sound(out)) == pytest.approx(FLASHES, abs=TOLERANCE)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "ts"])
def test_sound_that_begins_late_is_cut_at_its_true_place(suffix: str, tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / f"late.{suffix}",
        [numbered(k) for k in range(75)],
        audio=beeps(2.0, [0.5, 1.5]),
        audio_start=Fraction(1, 2),
    )
    cut = tmp_path / "cut.wav"
    assert cut_wav(path, cut, start=Fraction(0), duration=Fraction(3)) == (48000, 144000)
    assert onsets(*read_sound(cut)) == pytest.approx([1.0, 2.0], abs=TOLERANCE)
    cut_wav(path, cut, start=Fraction(7, 10), duration=Fraction(1))
    assert onsets(*read_sound(cut)) == pytest.approx([0.3], abs=TOLERANCE)


@pytest.mark.parametrize(("codec", "kind"), [("pcm_s16le", "s16"), ("flac", "s16"), ("pcm_f32le", "flt")])
def test_a_cut_is_exact_to_the_sample(codec: str, kind: str, tmp_path: Path) -> None:
    rate, length = 44100, Fraction(2)
    ramp = (np.arange(int(length * rate)) % 30000 / 32768).astype(np.float32)[:, None]
    path = write_clip(
        tmp_path / "s.mkv",
        [numbered(0)] * 50,
        audio=np.repeat(ramp, 2, axis=1),
        audio_rate=rate,
        audio_codec=codec,
    )
    start, duration, cut = Fraction(1, 3), Fraction(1001, 1000), tmp_path / "c.wav"
    assert cut_wav(path, cut, start=start, duration=duration) == (rate, round(duration * rate))
    sound, found = read_sound(cut)
    first = round(start * rate)
    assert found == rate
    np.testing.assert_array_equal(sound[:, 1], ramp[first : first + len(sound), 0])
    with av.open(str(cut)) as container:
        assert container.streams.audio[0].codec_context.format.name == kind


def test_a_cut_past_the_end_is_filled_with_silence(tmp_path: Path) -> None:
    source, cut = tmp_path / "s.wav", tmp_path / "c.wav"
    write_wav(source, tone(1.0), 48000)
    assert cut_wav(source, cut, start=Fraction(1, 2), duration=Fraction(2)) == (48000, 96000)
    sound, _ = read_sound(cut)
    assert len(sound) == 96000
    assert np.abs(sound[:24000]).max() > 0.4
    assert not sound[24000:].any()
    assert cut_wav(source, cut, start=Fraction(-1), duration=Fraction(3, 2)) == (48000, 72000)
    sound, _ = read_sound(cut)
    assert not sound[:48000].any()
    np.testing.assert_array_equal(sound[48000:], tone(1.0)[:24000])


def test_cuts_laid_end_to_end_are_the_whole(tmp_path: Path) -> None:
    source = tmp_path / "s.wav"
    write_wav(source, np.random.default_rng(1).normal(0, 0.1, (48000, 2)).astype(np.float32), 48000)
    marks = [Fraction(k * 1001, 30000) for k in range(0, 31, 5)]
    parts = []
    for first, last in itertools.pairwise(marks):
        cut_wav(source, tmp_path / "c.wav", start=first, duration=last - first)
        parts.append(read_sound(tmp_path / "c.wav")[0])
    whole, _ = read_sound(source)
    joined = np.concatenate(parts)
    assert abs(len(joined) - marks[-1] * 48000) < 1
    np.testing.assert_array_equal(joined[: len(parts[0])], whole[: len(parts[0])])


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_channels_are_kept(channels: int, tmp_path: Path) -> None:
    source, cut = tmp_path / "s.wav", tmp_path / "c.wav"
    levels = np.linspace(0.1, 0.9, channels, dtype=np.float32)
    write_wav(source, np.tile(levels, (4800, 1)), 48000)
    cut_wav(source, cut, start=Fraction(0), duration=Fraction(1, 20))
    np.testing.assert_array_equal(read_sound(cut)[0][0], levels)


@pytest.mark.parametrize("codec", AUDIO)
@pytest.mark.parametrize("channels", [3, 6])
def test_every_codec_takes_what_is_mixed(codec: str, channels: int, tmp_path: Path) -> None:
    source, mixed, made = tmp_path / "s.wav", tmp_path / "m.wav", tmp_path / "made.mkv"
    write_wav(source, tone(0.2, channels=channels), 48000)
    mix([MixInput(source)], mixed, duration=Fraction(1, 5))
    options = encoding(codec, channels=channels, whole=False).items()
    given = [text for name, value in options if value is not None for text in (f"-{name}:a", str(value))]
    run_recipe("-i", mixed, *given, made)
    assert probe(made).audio[0].channels == channels


@pytest.mark.parametrize("codec", AUDIO)
@pytest.mark.parametrize("channels", [3, 4, 5, 6, 7, 8])
def test_every_codec_leaves_each_channel_in_its_place(codec: str, channels: int, tmp_path: Path) -> None:
    if channels > AUDIO[codec].channels:
        pytest.skip("refused when a render is planned")
    source, made = tmp_path / "s.wav", tmp_path / f"made.{'mov' if codec == 'pcm' else 'mkv'}"
    one = tone(0.2, hertz=80)  # low enough for every loudspeaker
    sound = np.zeros((channels * len(one), channels), np.float32)
    for number in range(channels):
        sound[number * len(one) : (number + 1) * len(one), number] = one[:, 0]
    write_wav(source, sound, 48000)
    options = encoding(codec, channels=channels, whole=False).items()
    run_recipe("-i", source, *[text for name, value in options if value for text in (f"-{name}:a", str(value))], made)
    heard = read_sound(made)[0].astype(np.float32)
    given, places = (
        [each.name for each in av.AudioLayout(channel_layout(n)).channels] for n in (channels, heard.shape[1])
    )
    for number, place in enumerate(given):
        loud = np.abs(heard[number * len(one) + 1000 : (number + 1) * len(one) - 1000]).max(axis=0)
        assert places[int(loud.argmax())] == place
        assert np.sort(loud)[-2] < 0.1 * loud.max()


UNUSUAL = [
    ("2.1", "LFE", {"FL", "FR"}),
    ("3.0(back)", "BC", {"FL", "FR"}),
    ("4.0", "FC", {"FL", "FR"}),
    ("4.0", "BC", {"BL", "BR"}),
    ("4.1", "LFE", {"FL", "FR"}),
    ("6.0", "BC", {"BL", "BR"}),
    ("6.1(back)", "BC", {"BC"}),
    ("6.1(back)", "BL", {"SL"}),
    ("7.1(wide)", "FLC", {"FL"}),
    ("7.1(wide)", "BR", {"BR"}),
    ("5.1(side)", "SL", {"BL"}),
]


@pytest.mark.parametrize(("layout", "channel", "wanted"), UNUSUAL)
def test_channels_of_unusual_loudspeakers_sound_where_they_belong(
    layout: str, channel: str, wanted: set[str], tmp_path: Path
) -> None:
    source, out = tmp_path / "s.wav", tmp_path / "c.wav"
    names = [each.name for each in av.AudioLayout(layout).channels]
    sounds = "|".join("0.4*sin(2763*t)" if name == channel else "0" for name in names)
    run_recipe("-f", "lavfi", "-i", f"aevalsrc={sounds}:c={layout}:d=0.5:s=48000", "-c:a", "pcm_s16le", source)
    cut_wav(source, out, start=Fraction(0), duration=Fraction(1, 2))
    usual = [each.name for each in av.AudioLayout(channel_layout(len(names))).channels]
    power = (read_sound(out)[0] ** 2).mean(axis=0)
    assert {name for name, one in zip(usual, power, strict=True) if one > 1e-6} == wanted
    assert power.sum() == pytest.approx(0.08, rel=0.01)
    for fewer in (1, 2):
        assert np.abs(np.concatenate(list(sound_at(source, rate=48000, channels=fewer)))).max() > 0.02


def test_the_third_of_three_channels_stays_audible_where_they_become_fewer(tmp_path: Path) -> None:
    source = tmp_path / "s.wav"
    write_wav(source, tone(0.2, channels=3) * np.array([0, 0, 1], np.float32), 48000)
    for channels in (1, 2):
        heard = np.concatenate(list(sound_at(source, rate=48000, channels=channels)))
        assert np.abs(heard).max() > 0.1


def test_more_channels_than_there_are_places_for_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "s.wav"
    with wave.open(str(source), "wb") as file:
        file.setparams((10, 2, 48000, 0, "NONE", ""))
        file.writeframes(bytes(10 * 2 * 4800))
    with pytest.raises(InputError, match="its sound has 10 channels, and 8 are the most"):
        mix([MixInput(source)], tmp_path / "m.wav", duration=Fraction(1, 10))


def test_no_sound_is_told(tmp_path: Path) -> None:
    silent = write_clip(tmp_path / "s.mp4", [numbered(0)] * 5)
    with pytest.raises(InputError, match="it has no audio stream"):
        cut_wav(silent, tmp_path / "c.wav", start=Fraction(0), duration=Fraction(1))
    write_wav(tmp_path / "w.wav", tone(0.1), 48000)
    with pytest.raises(InputError, match="no audio stream number 3"):
        cut_wav(tmp_path / "w.wav", tmp_path / "c.wav", start=Fraction(0), duration=Fraction(1), stream=3)
    with pytest.raises(InputError, match="a range without length"):
        cut_wav(tmp_path / "w.wav", tmp_path / "c.wav", start=Fraction(0), duration=Fraction(0))
    with pytest.raises(StageError, match="folder does not exist"):
        cut_wav(tmp_path / "w.wav", tmp_path / "no" / "c.wav", start=Fraction(0), duration=Fraction(1))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["s.mp4", "w.wav"]


def test_a_mix_places_every_sound_to_the_sample_and_keeps_levels(tmp_path: Path) -> None:
    one, two, out = tmp_path / "one.wav", tmp_path / "two.wav", tmp_path / "mix.wav"
    write_wav(one, beeps(2, [1.0]), 48000)
    write_wav(two, np.repeat(beeps(2, [1.5]), 2, axis=1), 48000)
    inputs = [
        MixInput(one, gain_db=-6.0, pan=-1.0),
        MixInput(two, offset=Fraction(-1, 2)),
        MixInput(one, offset=Fraction(1), pan=1.0),
        MixInput(one, start=Fraction(1), duration=Fraction(1, 100), offset=Fraction(5, 2)),
    ]
    assert mix(inputs, out, duration=Fraction(3)) == (48000, 144000)
    sound, rate = read_sound(out)
    assert sound.shape == (144000, 2)
    left, right = sound[:, :1], sound[:, 1:]
    assert onsets(left, rate) == [1.0, 2.5]
    assert onsets(right, rate) == [1.0, 2.0, 2.5]
    burst = beeps(2, [1.0])[48000:48960, 0]
    panned = np.sqrt(2) * 10 ** (-6 / 20)
    np.testing.assert_allclose(left[48000:48960, 0], burst * panned + burst, atol=1e-6)
    np.testing.assert_allclose(right[48000:48960, 0], burst, atol=1e-6)
    assert not sound[120480:].any()


def test_a_mix_of_one_plain_sound_changes_no_sample(tmp_path: Path) -> None:
    source, out = tmp_path / "s.wav", tmp_path / "m.wav"
    noise = np.random.default_rng(3).normal(0, 0.1, (60000, 2)).astype(np.float32)
    write_wav(source, noise, 44100)
    assert mix([MixInput(source)], out, duration=Fraction(60000, 44100)) == (44100, 60000)
    np.testing.assert_allclose(read_sound(out)[0], noise, rtol=1e-6)


def test_a_mix_runs_at_the_highest_rate_without_shifting_the_others(tmp_path: Path) -> None:
    low, high, out = tmp_path / "low.wav", tmp_path / "high.wav", tmp_path / "m.wav"
    write_wav(low, beeps(2, [0.5, 1.25], rate=22050), 22050)
    write_wav(high, np.zeros((96000, 1), np.float32), 48000)
    assert mix([MixInput(low), MixInput(high)], out, duration=Fraction(2)) == (48000, 96000)
    sound, rate = read_sound(out)
    assert sound.shape[1] == 1
    assert onsets(sound, rate) == pytest.approx([0.5, 1.25], abs=0.0005)


def test_fades_swell_and_die_within_their_time(tmp_path: Path) -> None:
    source, out = tmp_path / "s.wav", tmp_path / "m.wav"
    write_wav(source, np.ones((48000, 1), np.float32), 48000)
    faded = MixInput(source, fade_in=Fraction(1, 10), fade_out=Fraction(1, 5), offset=Fraction(1, 2))
    mix([faded], out, duration=Fraction(2))
    sound = read_sound(out)[0][:, 0]
    assert not sound[:24000].any()
    assert (np.diff(sound[24000:28800]) > 0).all()
    np.testing.assert_allclose(sound[28800:62400], 1, atol=1e-6)
    assert (np.diff(sound[62400:72000]) < 0).all()
    assert not sound[72000:].any()


def test_the_offset_between_two_recordings_is_measured() -> None:
    first, second = beeps(2, [0.5, 0.9])[:, 0], beeps(2, [0.7, 1.1])[:, 0]
    assert measure_offset(first, second, 48000) == Fraction(1, 5)
    assert measure_offset(second, first, 48000) == Fraction(-1, 5)
