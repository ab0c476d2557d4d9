"""The neural network through the command line: its checkpoints, the published demo's form, and as an engine."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray

from foundation.errors import DuetError, InputError, ManifestError
from media.image.images import read_image, write_png
from media.sound.cutting import measure_offset, read_sound
from media.video.probe import probe
from media.video.reader import VideoReader
from pipeline.cli import app
from tests.integration.conftest import Duet
from tests.synthetic import beeps, cut_off, write_clip
from tests.tiny_model import SHAPE, demo_frames, write_tiny

Manifest = Callable[..., Path]
Image = NDArray[np.uint8]
Files = tuple[Path, Path]
RATE = 44100
FPS = Fraction(30000, 1001)
SOUND = beeps(0.3, [0.1], rate=RATE)
SHAPED = f"{SHAPE[0]},{SHAPE[1]}"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write_tiny(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory, faces: list[Image]) -> Path:
    """A folder with source.png, a portrait, and driving.mkv: 8 frames of a face, lossless, with sound."""
    folder = tmp_path_factory.mktemp("demo")
    write_png(folder / "source.png", np.asarray(skimage.data.astronaut()[:320, 80:400], np.uint8))
    sounding: dict[str, Any] = {"audio": SOUND, "audio_rate": RATE, "audio_codec": "pcm_s16le"}
    write_clip(folder / "driving.mkv", faces[:8], fps=FPS, codec="ffv1", pix_fmt="bgr0", **sounding)
    return folder


def demo_flags(model: Files, media: Path, *more: str) -> list[str]:
    named = {
        "config": model[0],
        "checkpoint": model[1],
        "source_image": media / "source.png",
        "driving_video": media / "driving.mkv",
    }
    flags = [word for name, path in named.items() for word in (f"--{name}", str(path))]
    return ["animate", *flags, "--img_shape", SHAPED, "--cpu", *more]


def here(*arguments: str | Path) -> None:
    """A command in this process, for what ends before any work."""
    app([str(argument) for argument in arguments], standalone_mode=False)


def refused(kind: type[DuetError], *arguments: str | Path) -> str:
    with pytest.raises(kind) as caught:
        here(*arguments)
    return str(caught.value)


def frames_of(path: Path) -> list[Image]:
    with VideoReader(path) as reader:
        return [frame for _, frame in reader]


def assert_sounds(path: Path) -> None:
    heard, rate = read_sound(path)
    assert rate == RATE
    assert abs(measure_offset(SOUND[:, 0], heard[:, 0], rate)) < Fraction(5, 1000)
    assert np.abs(heard).max() > 0.5


@pytest.mark.slow
def test_the_demos_command_line_writes_its_frames_and_the_clips_sound(
    duet: Duet, model: Files, media: Path, tmp_path: Path
) -> None:
    done = duet(*demo_flags(model, media, "--result_video", "sub/x.mkv"))
    assert done.code == 0, done.err
    assert "kernels" in done.out  # which way was taken, and why
    made = frames_of(tmp_path / "sub" / "x.mkv")
    wanted = demo_frames(model, read_image(media / "source.png"), frames_of(media / "driving.mkv"))
    assert max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(made, wanted, strict=True)) <= 1
    info = probe(tmp_path / "sub" / "x.mkv")
    assert info.video is not None
    assert (info.video.codec, info.video.frames, info.video.fps) == ("ffv1", 8, FPS)
    assert_sounds(tmp_path / "sub" / "x.mkv")


@pytest.mark.slow
def test_the_best_frame_in_a_video_for_everyone(duet: Duet, model: Files, media: Path, tmp_path: Path) -> None:
    done = duet(*demo_flags(model, media, "--mode", "relative", "--find_best_frame", "--json"))
    assert done.code == 0, done.err
    told = json.loads(done.out.splitlines()[-1])
    assert 0 <= told["reference"] < 8
    assert all(check["holds"] for check in told["checks"])
    info = probe(tmp_path / "result.mp4")
    assert info.video is not None
    assert (info.video.codec, info.video.frames, info.video.fps, info.audio[0].codec) == ("h264", 8, FPS, "aac")
    assert_sounds(tmp_path / "result.mp4")


def test_a_published_config_that_is_not_there_is_ours_and_code_is_not_run(
    duet: Duet, media: Path, tmp_path: Path
) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return Path.touch, (tmp_path / "gone",)

    evil = tmp_path / "evil.pth.tar"
    evil.write_bytes(pickle.dumps({"kp_detector": Evil()}))
    done = duet(*demo_flags((Path("config/vox-256.yaml"), evil), media))
    assert done.code == 3
    assert "there is no config/vox-256.yaml: taking the published vox-256" in done.err
    assert "evil.pth.tar" in done.error
    assert "holds code" in done.error
    assert not (tmp_path / "gone").exists()
    assert not (tmp_path / "result.mp4").exists()


def test_the_two_forms_of_animate_cannot_be_mixed(duet: Duet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = duet("animate", "sample:astronaut", "sample:carphone", "-o", "x.mp4", "--config", "vox-256.yaml")
    assert done.code == 2
    assert "PORTRAIT, CLIP, --output cannot go with --config" in done.error
    monkeypatch.chdir(tmp_path)
    assert "--sheet cannot go with --cpu" in refused(ManifestError, "animate", "--cpu", "--sheet")
    assert "needs --config" in refused(ManifestError, "animate", "--mode", "avd")
    assert "CLIP is missing" in refused(ManifestError, "animate", "sample:astronaut")
    demo = ["animate", "--config", "vox-256.yaml", "--cpu"]
    assert "--mode is 'fast'" in refused(ManifestError, *demo, "--mode", "fast")
    assert "--img_shape is '256'" in refused(ManifestError, *demo, "--img_shape", "256")
    assert "ends in .mp4 or .mkv" in refused(ManifestError, *demo, "--result_video", "x.gif")
    assert "models fetch vox" in refused(InputError, *demo)


def test_verify_tells_what_is_wrong_with_a_checkpoint(
    duet: Duet, model: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, checkpoint = model
    here("models", "verify", checkpoint, "--config", config, "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["problem"], told["size"], len(told["sha256"])) == (None, checkpoint.stat().st_size, 64)
    broken = cut_off(checkpoint, tmp_path / "cut.pth.tar", 0.5)
    done = duet("models", "verify", broken, "--config", config)
    assert done.code == 3
    assert "damaged" in done.error
    other, _ = write_tiny(tmp_path, splines=4)
    told_other = refused(InputError, "models", "verify", checkpoint, "--config", other)
    assert "kp_detector.fg_encoder.fc.weight is (30, 512), not (40, 512)" in told_other
    song = tmp_path / "some.wav"
    song.write_bytes(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0")
    assert "is no checkpoint, or damaged" in refused(InputError, "models", "verify", song)
    fork = tmp_path / "vox-MAGIG.pth.tar"
    torch.save({}, fork)
    assert "Mish" in refused(InputError, "models", "verify", fork)


def test_fetched_models_are_listed_and_found(
    model: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from engines.tpsmm import published
    from engines.tpsmm.about import PUBLISHED
    from networks.hub import Published

    monkeypatch.setenv("DUET_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DUET_OFFLINE", "1")
    monkeypatch.setattr(published, "CATALOG", replace(published.CATALOG, configs=model[0].parent))
    monkeypatch.setitem(PUBLISHED, "vox", Published("tiny3", "someone/models", "tiny.pth.tar", "nothing"))
    assert "use one of liveportrait, duet, vox, taichi" in refused(ManifestError, "models", "fetch", "voxx")
    assert "DUET_OFFLINE forbids" in refused(InputError, "models", "fetch", "vox")
    mirror = tmp_path / "mirror" / "someone" / "models"
    mirror.mkdir(parents=True)
    (mirror / "tiny.pth.tar").symlink_to(model[1])
    here("models", "fetch", "vox", "--mirror", tmp_path / "mirror")
    fetched = tmp_path / "cache" / "models" / "tiny3.safetensors"
    assert fetched.is_file()
    capsys.readouterr()
    here("models", "list", "--json")
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert listed["vox"]["file"] == str(fetched)
    assert len(listed["vox"]["origin"]) == 64
    assert listed["ted"]["file"] is None


def test_doctor_tells_which_way_the_network_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline.cli import doctor

    monkeypatch.setattr(doctor, "CHECKS", ())  # those of other parts, which have their own test
    monkeypatch.setenv("DUET_CACHE", str(tmp_path))
    here("doctor", "--json")
    findings = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)}
    way = findings["networks: fast on a CPU"]
    assert ("kernels: " in way["found"]) == (way["cure"] == "")
    assert int(findings["networks: threads"]["found"]) >= 1
    assert findings["engine: landmark_tps"]["found"] == "ready"
    assert findings["engine: tpsmm"]["found"] == "ready: duet, no published one"
    assert findings["engine: fomm"]["found"] == "no checkpoint fetched"
    assert "models fetch fomm-vox" in findings["engine: fomm"]["cure"]


def engine(model: Files | None, name: str = "tpsmm") -> dict[str, Any]:
    files = {"config": str(model[0]), "checkpoint": str(model[1])} if model else {}
    return {"engine": name, "tpsmm": {"precision": "fp32", **files}}


@pytest.mark.slow
def test_a_manifest_renders_with_the_network(
    duet: Duet, manifest: Manifest, model: Files, media: Path, tmp_path: Path
) -> None:
    driven = {"portrait": str(media / "source.png"), "driving": {"video": str(media / "driving.mkv"), "end": 0.17}}
    # the portrait fills the frame pixel by pixel, and what stands still in it is encoded without loss
    output = {"path": "out.mp4", "size": [320, 320], "video": {"codec": "h264", "crf": 0}}
    for size in (3, 100):
        path = manifest(performers={"one": driven | engine(model)}, output=output, defaults={"chunk_frames": size})
        done = duet("render", path, "-o", tmp_path / f"{size}.mp4", "--no-sheet", fresh=True)
        assert done.code == 0, done.err
        assert "FAILED" not in done.out
        assert "engine tpsmm (the manifest names it)" in done.err
    assert (tmp_path / "3.mp4").read_bytes() == (tmp_path / "100.mp4").read_bytes()
    assert_sounds(tmp_path / "3.mp4")
    (crop,) = (tmp_path / "work" / "crop").glob("*/crop.json")
    x0, y0, x1, y1 = json.loads(crop.read_text())["box"]
    shown = np.stack(frames_of(tmp_path / "3.mp4")).astype(int)
    moving = np.ptp(shown, axis=0).max(axis=2) > 0
    assert moving[y0:y1, x0:x1].mean() > 0.5
    outside = np.ones_like(moving)
    outside[max(0, y0 - 4) : y1 + 4, max(0, x0 - 4) : x1 + 4] = False  # pixels share their colour with neighbours
    assert outside.mean() > 0.2
    assert not moving[outside].any()
    assert np.abs(shown[0] - read_image(media / "source.png"))[outside].mean() < 3


@pytest.mark.slow
def test_a_slow_path_is_told_in_one_line(
    duet: Duet, manifest: Manifest, model: Files, media: Path, tmp_path: Path
) -> None:
    """The kernels cannot take a network as narrow as this one."""
    driven = {"portrait": str(media / "source.png"), "driving": {"video": str(media / "driving.mkv"), "end": 0.1}}
    named = engine(model)
    named["tpsmm"]["precision"] = "fast"
    path = manifest(performers={"one": driven | named}, output={"path": "out.mp4", "size": [320, 320]})
    done = duet("render", path, "-o", tmp_path / "slow.mp4", "--no-sheet", fresh=True)
    assert done.code == 0, done.err
    lines = [line for line in (done.out + done.err).splitlines() if "fp32's speed" in line]
    assert len(lines) == 1
    assert lines[0].startswith("tpsmm: precision fast runs at fp32's speed: ")
    assert "Warning" not in done.out + done.err


def test_without_a_checkpoint_the_network_is_refused_and_auto_takes_another_engine(
    duet: Duet, manifest: Manifest, media: Path
) -> None:
    performer = {"portrait": "sample:astronaut", "driving": {"video": str(media / "driving.mkv")}}
    published = engine(None) | {"tpsmm": {"config": "vox-256"}}
    done = duet("plan", manifest(performers={"one": performer | published}))
    assert done.code == 3
    assert "no checkpoint of vox-256" in done.error
    assert "models fetch" in done.error
    auto = duet("plan", manifest(performers={"one": performer | engine(None, "auto")}))
    assert auto.code == 0, auto.err
    assert "one: engine landmark_tps (auto: no checkpoint of vox-256 for tpsmm)" in auto.out
