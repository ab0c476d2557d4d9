"""From a manifest to a video, through the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.artifacts import ArtifactStore
from foundation.housekeeping import inventory
from media.sound.cutting import measure_offset, read_sound
from media.video.probe import probe
from media.video.reader import VideoReader
from tests.integration.conftest import Duet, command, driving
from tests.synthetic import beeps, write_clip

Manifest = Callable[..., Path]


def frames_of(path: Path) -> list[NDArray[np.uint8]]:
    with VideoReader(path) as reader:
        return [frame for _, frame in reader]


def test_a_manifest_becomes_a_video_with_sound(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    performers = {
        "astronaut": {"portrait": "sample:astronaut", "driving": driving()},
        "passenger": {"portrait": {"frame_of": "sample:carphone", "at": 0.0}, "driving": driving()},
    }
    scenes = [
        {"start": 0, "layout": "side_by_side", "performers": ["astronaut", "passenger"]},
        {"start": 0.2, "layout": "full", "performers": ["passenger"]},
    ]
    path = manifest(performers=performers, scenes=scenes, audio={"source": "sample:vocals"})
    done = duet("render", path)
    assert done.code == 0, done.err
    assert "video   out.mp4" in done.out
    assert "FAILED" not in done.out
    info = probe(tmp_path / "out.mp4")
    assert info.video is not None
    assert (info.video.frames, info.video.fps, info.video.size) == (15, Fraction(30000, 1001), (320, 180))
    assert info.video.color_space == "bt709"
    assert abs(info.audio[0].duration - info.video.duration) <= 1 / info.video.fps
    assert (tmp_path / "out.png").is_file()
    shown = frames_of(tmp_path / "out.mp4")
    cuts = [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(shown)]
    assert int(np.argmax(cuts)) == 5  # 0.2 s is frame 6 at 29.97 a second
    assert "Warning" not in done.err
    assert "W0000" not in done.err


def test_the_video_says_that_it_is_synthetic(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    import av

    assert duet("render", manifest(title="A test")).code == 0
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert container.metadata["title"] == "A test"
        assert "ynthetic" in " ".join(container.metadata.values())


@pytest.mark.slow
def test_how_a_job_is_cut_up_does_not_change_a_bit(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    for size in (4, 100):
        path = manifest(defaults={"chunk_frames": size})
        assert duet("render", path, "-o", tmp_path / f"{size}.mp4", "--workers", "2", "--no-sheet").code == 0
    assert (tmp_path / "4.mp4").read_bytes() == (tmp_path / "100.mp4").read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say which processors a process uses")
def test_workers_and_threads_do_not_change_a_bit(manifest: Manifest, tmp_path: Path) -> None:
    path, mine = manifest(defaults={"chunk_frames": 6}), sorted(os.sched_getaffinity(0))
    made, videos = [], []
    for processors, workers in ((1, 1), (2, 1), (2, 2)):
        work, out = tmp_path / f"{processors} {workers}", tmp_path / f"{processors} {workers}.mp4"
        os.sched_setaffinity(0, mine[:processors])  # a worker takes as many threads as there are processors for it
        try:
            render = command("render", path, "--work", work, "-o", out, "--workers", str(workers), "--keep", "all")
            subprocess.run(render, check=True, stdout=subprocess.DEVNULL)
        finally:
            os.sched_setaffinity(0, mine)
        made.append(digests(work))
        videos.append(out.read_bytes())
    assert {stage for stage, _ in made[0]} >= {
        "faces",
        "normalize",
        "matte",
        "prepare",
        "animate",
        "edit",
        "mux",
        "check",
    }
    assert made[0] == made[1] == made[2]
    assert videos[0] == videos[1] == videos[2]


def digests(work: Path) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Of the files of everything that was made, by stage and key."""
    store = ArtifactStore(work)
    kept = [store.find(one.stage, one.key) for one in inventory(store)]
    labels = [artifact.label for artifact in kept if artifact]
    return {(each.stage, each.key): [(name, file.sha256) for name, file in each.files.items()] for each in labels}


@pytest.mark.slow
def test_the_clips_own_sound_stays_in_time(
    duet: Duet, manifest: Manifest, faces: list[NDArray[np.uint8]], tmp_path: Path
) -> None:
    sound = beeps(0.96, [0.3, 0.7], rate=44100)
    write_clip(tmp_path / "clip.mov", faces, fps=25, audio=sound, audio_rate=44100, audio_codec="pcm_s16le")
    performers = {"one": {"portrait": "sample:astronaut", "driving": {"video": "clip.mov", "start": 0.2}}}
    assert duet("render", manifest(performers=performers)).code == 0
    heard, rate = read_sound(tmp_path / "out.mp4")
    assert rate == 44100
    late = measure_offset(sound[round(0.2 * 44100) :, 0], heard[:, 0], rate)
    assert abs(late) < Fraction(5, 1000)


@pytest.mark.slow
def test_another_size_and_rate_keep_the_length(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    path = manifest(output={"path": "out.mp4", "size": [180, 320], "fps": 25})
    assert duet("render", path).code == 0
    video = probe(tmp_path / "out.mp4").video
    assert video is not None
    assert (video.frames, video.fps, video.size) == (12, 25, (180, 320))  # 0.5 s


@pytest.mark.slow
def test_the_crop_alone_can_be_shown(duet: Duet, manifest: Manifest) -> None:
    performer: dict[str, Any] = {"portrait": "sample:astronaut", "driving": driving(), "composite": {"into": "crop"}}
    assert duet("render", manifest(performers={"one": performer})).code == 0


def test_animate_needs_no_manifest(duet: Duet, clips: dict[str, Path], tmp_path: Path) -> None:
    done = duet("animate", "sample:astronaut", clips["good"], "-o", "sub/one.mp4", "--size", "160", "90", "--json")
    assert done.code == 0, done.err
    events = [json.loads(line) for line in done.out.splitlines()]
    assert events[-1]["event"] == "Done"
    assert Path(events[-1]["video"]) == tmp_path / "sub" / "one.mp4"
    video = probe(tmp_path / "sub" / "one.mp4").video
    assert video is not None
    assert video.frames == 24


@pytest.mark.slow
def test_task_files_make_the_same_bits_as_render(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    path = manifest()
    assert duet("render", path, "--no-sheet").code == 0
    assert duet("plan", path, "--tasks", tmp_path / "tasks", fresh=True).code == 0
    files = sorted((tmp_path / "tasks").iterdir())
    early = duet("task", files[-1], fresh=True)
    assert early.code == 75
    assert "has not run" in early.error
    for file in files:
        done = duet("task", file, fresh=True)
        assert done.code == 0, done.err
    made = list((tmp_path / "work" / "mux").glob("*/video.mp4"))
    assert [video.read_bytes() for video in made] == [(tmp_path / "out.mp4").read_bytes()]


def test_plan_and_validate_tell_what_a_render_would_do(duet: Duet, manifest: Manifest) -> None:
    plan = json.loads(duet("plan", manifest(), "--json").out)
    assert plan["frames"] == 15
    assert {task["stage"] for task in plan["tasks"]} >= {
        "faces",
        "crop",
        "animate",
        "edit",
        "mux",
        "check",
    }
    told = duet("validate", manifest())
    assert told.code == 0
    assert "valid: astronaut; 15 frames" in told.out


def test_inspect_shows_streams_and_faces(duet: Duet, clips: dict[str, Path]) -> None:
    told = json.loads(duet("inspect", clips["good"], "--json").out)
    assert told["video"]["fps"] == "25"
    assert [len(look["found"]) for look in told["faces"]] == [1] * 5
    picture = duet("inspect", "sample:astronaut")
    assert "512x512" in picture.out
    assert "1: at [" in picture.out


def test_doctor_finds_a_working_machine(duet: Duet) -> None:
    done = duet("doctor", "--json")
    assert done.code == 0, done.out
    findings = {finding["what"]: finding for finding in json.loads(done.out)}
    assert findings["landmarks: litert"]["cure"] == ""
    assert findings["ffmpeg"]["cure"] == ""


@pytest.mark.parametrize("command", ["render", "validate", "plan", "task", "animate", "inspect", "doctor", "schema"])
def test_every_command_has_help(duet: Duet, command: str) -> None:
    assert duet(command, "--help").code == 0
