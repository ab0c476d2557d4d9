"""Everything that can be delivered, delivered: codec, colours, opacity and sync, measured in what was written."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.errors import StageError
from media.ffmpeg import argv, encoder_choice, encoders
from media.ffmpeg.codecs import AUDIO, CONTAINERS, SEQUENCE, VIDEO, Encode, codecs_in, sounds_in
from media.ffmpeg.encoder_choice import choose
from media.ffmpeg.run import run_ffmpeg
from media.ffmpeg.sound_codecs import encoding
from media.sound.cutting import cut_wav, read_sound, write_wav
from media.video.probe import probe
from media.video.reader import VideoReader
from media.video.writer import picture_writer
from quality.delivered import codec_rows
from tests.synthetic import bars, beeps, number_in, numbered, run_recipe

SIZE = (160, 96)
RATE = Fraction(30000, 1001)
TOLERANCE = 0.005

WAYS = [
    (codec, container, bits, alpha)
    for codec, table in VIDEO.items()
    for container in table.containers
    for bits, alpha in table.formats
    if container != SEQUENCE and not (alpha and container in table.opaque_in)
]
SOUNDS = [(container, sound) for container in CONTAINERS if container != SEQUENCE for sound in sounds_in(container)]


def encode_of(codec: str, container: str, bits: int | None = None, alpha: bool = False) -> Encode:
    table = VIDEO[codec]
    bits = bits or table.bits[0]
    encoder = choose(codec, "software", bits, alpha=alpha).encoder
    return Encode(container, codec, encoder, table.quality[0] if table.quality else None, "ultrafast", bits, alpha)


def opacity(number: int) -> NDArray[np.uint8]:
    """A ramp from left to right that shifts with the frame's number."""
    row = (np.arange(SIZE[0]) * 2 + number * 9) % 256
    return np.broadcast_to(row.astype(np.uint8), (SIZE[1], SIZE[0]))


@pytest.mark.parametrize(("codec", "container", "bits", "alpha"), WAYS)
def test_every_codec_in_every_container_keeps_frames_rate_and_tags(
    codec: str, container: str, bits: int, alpha: bool, tmp_path: Path
) -> None:
    encode = encode_of(codec, container, bits, alpha)
    with picture_writer(tmp_path, size=SIZE, fps=RATE, encode=encode) as writer:
        for k in range(12):
            frame = numbered(k, SIZE)
            writer.write(np.dstack([frame, np.full(frame.shape[:2], 255, np.uint8)]) if alpha else frame)
    path = tmp_path / f"picture.{container}"
    info = probe(path)
    assert info.video is not None
    assert (info.video.fps, info.video.frames, info.video.variable, info.video.start) == (RATE, 12, False, 0)
    assert info.video.bits >= bits
    assert [row for row in codec_rows(info, codec) if not row.holds] == []
    with VideoReader(path) as reader:
        assert [number_in(frame) for _, frame in reader] == list(range(12))


@pytest.mark.parametrize("codec", [name for name, table in VIDEO.items() if table.containers != (SEQUENCE,)])
def test_colours_stay_within_what_the_codec_can_tell_apart(codec: str, tmp_path: Path) -> None:
    container = VIDEO[codec].containers[0]
    with picture_writer(tmp_path, size=(320, 96), fps=Fraction(25), encode=encode_of(codec, container)) as writer:
        for _ in range(3):
            writer.write(bars((320, 96)))
    with VideoReader(tmp_path / f"picture.{container}") as reader:
        _, frame = next(iter(reader))
    inside = np.arange(8) * 40 + 20
    assert np.abs(frame[48, inside].astype(int) - bars((320, 96))[48, inside]).max() <= 4


@pytest.mark.parametrize(
    ("codec", "container", "furthest"), [("prores_4444", "mov", 2), ("vp9", "webm", 8), ("ffv1", "mkv", 0)]
)
def test_opacity_comes_back(codec: str, container: str, furthest: int, tmp_path: Path) -> None:
    with picture_writer(
        tmp_path, size=SIZE, fps=Fraction(25), encode=encode_of(codec, container, alpha=True)
    ) as writer:
        for k in range(6):
            writer.write(np.dstack([numbered(k, SIZE), opacity(k)]))
    raw = tmp_path / "raw"
    decoder = ["-c:v", "libvpx-vp9"] if codec == "vp9" else []  # ffmpeg's own VP9 decoder leaves opacity out
    run_recipe(*decoder, "-i", tmp_path / f"picture.{container}", "-f", "rawvideo", "-pix_fmt", "rgba", raw)
    frames = np.fromfile(raw, np.uint8).reshape(6, SIZE[1], SIZE[0], 4)
    smooth = np.abs(np.diff(np.stack([opacity(k)[0] for k in range(6)]).astype(int), axis=1)) < 10
    inside = np.pad(smooth[:, :-1] & smooth[:, 1:], ((0, 0), (1, 1)))  # away from where the ramp begins anew
    for k in range(6):
        assert number_in(frames[k, ..., :3]) == k
        apart = np.abs(frames[k, ..., 3].astype(int) - opacity(k))[:, inside[k]]
        assert apart.max() <= furthest


def flashing(folder: Path, encode: Encode, seconds: int, at: list[float]) -> Path:
    """Black with one white frame at each of `at`, 25 a second, without sound."""
    black, white = (np.full((64, 64, 3), level, np.uint8) for level in (0, 255))
    frames = {round(moment * 25) for moment in at}
    with picture_writer(folder, size=(64, 64), fps=Fraction(25), encode=encode) as writer:
        for number in range(seconds * 25):
            writer.write(white if number in frames else black)
    return folder / f"picture.{encode.container}"


def flashes(path: Path) -> list[float]:
    with VideoReader(path) as reader:
        return [float(seconds) for seconds, frame in reader if frame.mean() > 128]


def onsets(path: Path) -> list[float]:
    """Seconds at which silence ends."""
    sound, rate = read_sound(path)
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.3)
    starts = [first for before, first in itertools.pairwise([-rate, *loud]) if first - before > rate // 10]
    return [float(first) / rate for first in starts]


def joined(folder: Path, picture: Path, container: str, sound: Path, codec: str) -> Path:
    path = folder / f"joined.{container}"
    track = argv.Track(sound, options=encoding(codec, channels=1, whole=False))
    run_ffmpeg(argv.mux(path, container=container, video=picture, tracks=[track]), file=path)
    return path


@pytest.mark.parametrize("rate", [44100, pytest.param(48000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("container", "sound"), SOUNDS)
def test_a_click_stays_at_its_flash_in_every_container_and_sound_codec(
    container: str, sound: str, rate: int, tmp_path: Path
) -> None:
    at = [0.4, 1.0, 1.6]
    codec = {"webm": "vp9", "mov": "h264", "mp4": "h264", "mkv": "h264"}[container]
    picture = flashing(tmp_path, encode_of(codec, container), 2, at)
    write_wav(tmp_path / "click.wav", beeps(2, at, rate=rate), rate)
    path = joined(tmp_path, picture, container, tmp_path / "click.wav", sound)
    assert flashes(path) == pytest.approx(at, abs=0.001)
    assert onsets(path) == pytest.approx(at, abs=TOLERANCE)
    run_recipe("-i", path, "-c:a", "pcm_f32le", tmp_path / "decoded.wav")
    assert onsets(tmp_path / "decoded.wav") == pytest.approx(at, abs=TOLERANCE)
    info = probe(path)
    assert info.audio[0].codec in AUDIO[sound].names
    assert abs(info.audio[0].duration - 2) <= Fraction(1, 25)


@pytest.mark.slow
@pytest.mark.parametrize("codec", [name for name, table in VIDEO.items() if table.containers != (SEQUENCE,)])
def test_a_click_stays_at_its_flash_with_every_picture_codec(codec: str, tmp_path: Path) -> None:
    at = [0.4, 1.0, 1.6]
    write_wav(tmp_path / "click.wav", beeps(2, at), 48000)
    for container in VIDEO[codec].containers:
        picture = flashing(tmp_path, encode_of(codec, container), 2, at)
        path = joined(tmp_path, picture, container, tmp_path / "click.wav", sounds_in(container)[0])
        assert flashes(path) == pytest.approx(at, abs=0.001)
        assert onsets(path) == pytest.approx(at, abs=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("container", [name for name in CONTAINERS if name != SEQUENCE])
def test_a_click_is_at_its_flash_after_ten_minutes_as_after_one_second(container: str, tmp_path: Path) -> None:
    at = [1.0, 300.0, 599.0]
    codec = "vp9" if container == "webm" else "h264"
    picture = flashing(tmp_path, encode_of(codec, container), 600, at)
    write_wav(tmp_path / "click.wav", beeps(600, at, rate=44100), 44100)
    assert flashes(picture) == pytest.approx(at, abs=0.001)
    for sound in sounds_in(container):
        path = joined(tmp_path, picture, container, tmp_path / "click.wav", sound)
        video = probe(path).video
        assert video is not None
        assert abs(video.start) <= 0.001
        assert onsets(path) == pytest.approx(at, abs=TOLERANCE)


@pytest.mark.parametrize("codec", ["flac", "alac", "pcm"])
@pytest.mark.parametrize("whole", [True, False], ids=["16 bits", "24 bits"])
def test_lossless_sound_keeps_every_sample(codec: str, whole: bool, tmp_path: Path) -> None:
    steps = 2 ** (15 if whole else 23)
    samples = np.random.default_rng(4).integers(-steps // 2, steps // 2, (30000, 2)) / steps
    write_wav(tmp_path / "float.wav", samples.astype(np.float32), 48000)
    source = tmp_path / "float.wav"
    if whole:
        run_recipe("-i", source, "-c:a", "pcm_s16le", tmp_path / "s16.wav")
        source = tmp_path / "s16.wav"
    path = tmp_path / "out.mkv"
    track = argv.Track(source, options=encoding(codec, channels=2, whole=whole))
    run_ffmpeg(argv.mux(path, container="mkv", video=None, tracks=[track]), file=path)
    cut_wav(path, tmp_path / "back.wav", start=Fraction(0), duration=Fraction(30000, 48000))
    np.testing.assert_array_equal(read_sound(tmp_path / "back.wav")[0], samples.astype(np.float32))


def test_every_container_has_usual_codecs_that_it_can_hold() -> None:
    for name, container in CONTAINERS.items():
        assert container.video in codecs_in(name)
        assert container.audio in sounds_in(name)


def test_h265_in_mp4_has_the_mark_that_apples_players_want(tmp_path: Path) -> None:
    with picture_writer(tmp_path, size=SIZE, fps=RATE, encode=encode_of("h265", "mp4")) as writer:
        writer.write(numbered(1, SIZE))
    with av.open(str(tmp_path / "picture.mp4")) as container:
        assert container.streams.video[0].codec_context.codec_tag == "hvc1"


def test_odd_sides_are_refused_only_where_the_codec_needs_even_ones(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"ProRes 422 HQ needs even sides, not 161x97 \(choose 162x97\)"):
        picture_writer(tmp_path, size=(161, 97), fps=RATE, encode=encode_of("prores_422_hq", "mov"))
    with picture_writer(tmp_path, size=(161, 97), fps=RATE, encode=encode_of("ffv1", "mkv")) as writer:
        writer.write(np.zeros((97, 161, 3), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["picture.mkv"]


def test_a_chip_that_is_not_here_gives_way_to_software_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_choice, "available", lambda: frozenset({"libx264", "h264_nvenc"}))
    monkeypatch.setattr(encoder_choice, "_tried", lambda encoder, codec, bits: "Cannot load libcuda.so.1")
    chosen = choose("h264", "auto", 8, alpha=False)
    assert chosen.encoder == "libx264"
    assert "h264_nvenc: Cannot load libcuda.so.1" in chosen.notice
    assert "h264_qsv: this ffmpeg was built without it" in chosen.notice
    monkeypatch.setattr(encoder_choice, "_tried", lambda encoder, codec, bits: None)
    assert choose("h264", "auto", 8, alpha=False).encoder == "h264_nvenc"
    assert choose("h264", "software", 8, alpha=False) == encoder_choice.Choice("libx264", "")


def test_an_ffmpeg_without_the_encoder_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_choice, "available", lambda: frozenset({"libx264"}))
    with pytest.raises(StageError, match="without libsvtav1 and libaom-av1") as caught:
        choose("av1", "auto", 8, alpha=False)
    assert "imageio-ffmpeg" in str(caught.value.cure)


@pytest.mark.parametrize("vendor", ["nvenc", "qsv", "vaapi", "videotoolbox"])
def test_a_chip_is_told_quality_and_its_own_pixels(vendor: str) -> None:
    encode = Encode("mp4", "h265", f"hevc_{vendor}", 20, "medium", 10)
    command = argv.encode_video(Path("o.mp4"), size=SIZE, fps=RATE, encode=encode)
    assert command[command.index("-c:v") + 1] == f"hevc_{vendor}"
    assert "p010le" in command[command.index("-filter_complex") + 1]
    assert ("-vaapi_device" in command) == (vendor == "vaapi")
    assert "20" in command or "61" in command  # the factor itself, or what it is on VideoToolbox's scale


def test_what_this_ffmpeg_has_is_read_from_itself() -> None:
    assert {"libx264", "aac", "flac"} <= encoders.available()
