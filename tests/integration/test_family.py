"""The other published networks through the command line, with small stand-ins: as engines, and their demos' forms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray
from skimage.transform import resize
from skimage.util import img_as_ubyte

import fomm
from foundation.errors import InputError, ManifestError
from media.image.images import read_image, write_png
from media.video.reader import VideoReader
from pipeline.cli import app
from tests.integration.conftest import Duet
from tests.synthetic import write_clip
from tests.tiny_networks import write_fomm, write_liveportrait

Manifest = Callable[..., Path]
Image = NDArray[np.uint8]
SIDE = 64
FPS = Fraction(25)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_fomm(tmp_path_factory.mktemp("fomm"))


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory, faces: list[Image]) -> Path:
    """source.png and driving.mkv, 6 frames of a face."""
    folder = tmp_path_factory.mktemp("demo")
    write_png(folder / "source.png", np.asarray(skimage.data.astronaut()[:320, 80:400], np.uint8))
    write_clip(folder / "driving.mkv", faces[:6], fps=FPS, codec="ffv1", pix_fmt="bgr0")
    return folder


def flags(model: dict[str, Path], media: Path, *more: str) -> list[str]:
    named = {**model, "source_image": media / "source.png", "driving_video": media / "driving.mkv"}
    given = [word for name, path in named.items() for word in (f"--{name}", str(path))]
    return ["animate", "--engine", "fomm", *given, "--cpu", *more]


def refused(*arguments: str | Path) -> str:
    with pytest.raises((ManifestError, InputError)) as caught:
        app([str(argument) for argument in arguments], standalone_mode=False)
    return str(caught.value)


def frames_of(path: Path) -> list[Image]:
    with VideoReader(path) as reader:
        return [frame for _, frame in reader]


def published(files: dict[str, Path], media: Path, mode: str, *, adapt_scale: bool, first: int) -> list[Image]:
    """The published demo's frames: every picture squeezed to one square, one frame after the other."""

    def squeezed(image: Image) -> torch.Tensor:
        return torch.tensor(resize(image, (256, 256))[None].astype(np.float32)).permute(0, 3, 1, 2)

    model = fomm.load_model(files["config"], files["checkpoint"])
    clip = [squeezed(frame) for frame in frames_of(media / "driving.mkv")]
    source = squeezed(read_image(media / "source.png"))
    animator = fomm.Animator(model, source, mode, clip[first], adapt_scale=adapt_scale)
    return [img_as_ubyte(animator.render(frame)[0].permute(1, 2, 0).numpy()) for frame in clip]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "mode", "adapt_scale", "first"),
    [((), "standard", False, 0), (("--relative", "--adapt_scale", "--best_frame", "3"), "relative", True, 3)],
)
def test_fomms_demo_writes_its_frames(  # noqa: PLR0917  (fixtures)
    duet: Duet,
    model: dict[str, Path],
    media: Path,
    tmp_path: Path,
    given: tuple[str, ...],
    mode: str,
    adapt_scale: bool,
    first: int,
) -> None:
    done = duet(*flags(model, media, "--result_video", "x.mkv", *given))
    assert done.code == 0, done.err
    made = frames_of(tmp_path / "x.mkv")
    wanted = published(model, media, mode, adapt_scale=adapt_scale, first=first)
    assert max(int(np.abs(a.astype(int) - b).max()) for a, b in zip(made, wanted, strict=True)) <= 1


def test_a_demo_takes_its_own_flags_alone(model: dict[str, Path], media: Path) -> None:
    assert "--mode cannot go with the demo of fomm" in refused(*flags(model, media, "--mode", "avd"))
    assert "--relative cannot go with the demo of tpsmm" in refused("animate", "--config", "vox-256.yaml", "--relative")
    assert "it has no such demo" in refused("animate", "--engine", "landmark_tps", "--config", "vox-256.yaml")
    assert "--best_frame is -1" in refused(*flags(model, media, "--best_frame", "-1"))


def test_verify_knows_whose_checkpoint_it_is(model: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    app(["models", "verify", str(model["checkpoint"]), "--config", str(model["config"])], standalone_mode=False)
    assert "fits     fomm small" in capsys.readouterr().out
    assert "fomm needs" not in refused("models", "verify", model["checkpoint"])
    told = refused("models", "verify", model["checkpoint"], "--engine", "tpsmm")
    assert "the First Order Motion Model's" in told


def liveportrait_form(files: dict[str, Path], media: Path) -> list[str]:
    weights = str(files["spade_generator"].parent)
    named = ["--checkpoint", weights, "--config", str(files["config"]), "-o", "x.mp4"]
    clip = ["-s", str(media / "source.png"), "-d", str(media / "driving.mkv")]
    return ["animate", "--engine", "liveportrait", *clip, *named]


@pytest.mark.slow
def test_liveportraits_command_line_renders(duet: Duet, media: Path, tmp_path: Path) -> None:
    form = liveportrait_form(write_liveportrait(tmp_path), media)
    more = ("--no-flag-pasteback", "--flag-force-cpu", "--no-flag-use-half-precision", "--audio-priority", "driving")
    done = duet(*form, "--size", "320", "320", "--driving-option", "pose-friendly", "--no-flag-stitching", *more)
    assert done.code == 0, done.err
    assert np.ptp(np.stack(frames_of(tmp_path / "x.mp4")).astype(int), axis=0).max() > 12


def test_liveportraits_flags_are_kept_apart(media: Path, tmp_path: Path) -> None:
    files = write_liveportrait(tmp_path)
    form = liveportrait_form(files, media)
    assert "add --engine liveportrait" in refused("animate", "--animation-region", "lip", "-o", "x.mp4")
    assert "--output cannot go with --relative" in refused(*form, "--relative")
    assert "liveportrait.region" in refused(*form, "--animation_region", "nose")
    assert "--no-flag_do_crop cannot be" in refused(*form, "--no-flag-do-crop")
    assert "--no-flag_crop_driving_video cannot be" in refused(*form, "--no-flag_crop_driving_video")
    assert "--audio_priority is 'both' (use one of driving, source)" in refused(*form, "--audio-priority", "both")
    assert "--flag_pasteback cannot go with --engine auto" in refused("animate", "--no-flag-pasteback", "-o", "x.mp4")
    files["spade_generator"].rename(tmp_path / "away.pth")
    assert "lacks spade_generator.pth" in refused(*form)


@pytest.mark.slow
def test_a_manifest_renders_with_fomm(
    duet: Duet, manifest: Manifest, model: dict[str, Path], media: Path, tmp_path: Path
) -> None:
    """Chunks of two frames give the bytes of the whole, and a gain that changes nothing is told."""
    driven = {"portrait": str(media / "source.png"), "driving": {"video": str(media / "driving.mkv")}}
    files = {name: str(path) for name, path in model.items()}
    one = driven | {"engine": "fomm", "fomm": {"adapt_scale": False, **files}, "motion": {"mouth": 0.5}}
    for size in (2, 100):
        path = manifest(
            performers={"one": one}, output={"path": "out.mp4", "size": [320, 320]}, defaults={"chunk_frames": size}
        )
        done = duet("render", path, "-o", tmp_path / f"{size}.mp4", "--no-sheet", "--no-report", fresh=True)
        assert done.code == 0, done.err
        assert "motion.mouth changes nothing here: fomm" in done.out + done.err
    assert (tmp_path / "2.mp4").read_bytes() == (tmp_path / "100.mp4").read_bytes()
