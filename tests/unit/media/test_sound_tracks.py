"""Of several sound tracks the one that players choose is heard; what cannot be decoded is passed over."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import InputError
from media.ffmpeg import argv
from media.ffmpeg.binary import ffmpeg
from media.ffmpeg.run import run_ffmpeg
from media.sound.cutting import read_sound, write_wav
from media.sound.heard import carried, lay
from media.sound.loudness import measure_loudness
from media.sound.mix import MixInput
from media.video.probe import probe
from tests.synthetic import tone

RATE = 48000


def two_tracks(folder: Path, flagged: str, codecs: tuple[str, str] = ("flac", "aac")) -> Path:
    """A recorder's file: silence, and a tone; `flagged` of them are default, such as "01"."""
    write_wav(folder / "silence.wav", np.zeros((RATE, 1), np.float32), RATE)
    write_wav(folder / "tone.wav", tone(1.0)[:, :1], RATE)
    path = folder / "two.mkv"
    command = [ffmpeg(), "-v", "error", "-y", "-i", str(folder / "silence.wav"), "-i", str(folder / "tone.wav")]
    for number, codec in enumerate(codecs):
        command += ["-map", f"{number}:a", f"-c:a:{number}", codec]
        command += [f"-disposition:a:{number}", "default" if str(number) in flagged else "0"]
    subprocess.run([*command, str(path)], check=True)
    return path


@pytest.mark.parametrize(("flagged", "heard"), [("", 0), ("0", 0), ("1", 1), ("01", 0)])
def test_the_track_that_is_flagged_default_is_heard(flagged: str, heard: int, tmp_path: Path) -> None:
    path = two_tracks(tmp_path, flagged)
    tracks = probe(path).audio
    assert [track.track for track in tracks] == [heard, 1 - heard]
    assert tracks[0].codec == ("flac", "aac")[heard]
    samples, _ = read_sound(path)
    assert (np.abs(samples).max() > 0.05) == bool(heard)
    assert (measure_loudness(path, tracks[0].track).integrated > -60) == bool(heard)


def test_its_own_packets_are_copied(tmp_path: Path) -> None:
    path = two_tracks(tmp_path, "1")
    found = carried([MixInput(path)], container="mp4", codec=None, length=Fraction(1, 2), frame=Fraction(1, 25))
    assert found == (path, 1)
    other = carried([MixInput(path, 1)], container="mkv", codec=None, length=Fraction(1, 2), frame=Fraction(1, 25))
    assert other == (path, 0)
    laid = lay([MixInput(path, 1)], tmp_path / "laid.wav", length=Fraction(1, 2))
    assert np.abs(read_sound(laid.path)[0]).max() == 0
    copy = tmp_path / "copy.mp4"
    command = argv.mux(copy, container="mp4", video=None, tracks=[argv.Track(path, number=1)])
    run_ffmpeg(command, stage="mux", file=copy)
    assert probe(copy).audio[0].codec == "aac"
    assert np.abs(read_sound(copy)[0]).max() > 0.05


def test_a_track_that_nothing_decodes_is_passed_over(tmp_path: Path) -> None:
    path = two_tracks(tmp_path, "0")
    path.write_bytes(path.read_bytes().replace(b"A_FLAC", b"A_QQQQ"))
    assert [(track.codec, track.track) for track in probe(path).audio] == [("aac", 1)]
    assert np.abs(read_sound(path)[0]).max() > 0.05
    path.write_bytes(path.read_bytes().replace(b"A_AAC", b"A_QQQ"))
    with pytest.raises(InputError, match="no decoder for its sound"):
        read_sound(path)
