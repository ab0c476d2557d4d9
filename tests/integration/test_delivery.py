"""Manifests that ask for more than an MP4, through the command line to files that are probed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from media.ffmpeg.codecs import AUDIO, VIDEO
from media.image.stills import read_still
from media.sound.cutting import read_sound
from media.sound.levelling import TOLERANCE
from media.sound.loudness import measure_loudness
from media.video.probe import probe
from pipeline.manifest.presets import PRESETS
from tests.integration.conftest import Duet, driving

Manifest = Callable[..., Path]
SUFFIX = {"web": "mp4", "youtube": "mp4", "tiktok_vertical": "mp4", "broadcast": "mov", "editorial": "mov"}


@pytest.mark.slow
def test_a_sequence_with_opacity_lies_where_it_was_asked_for(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    portrait = np.asarray(Image.open(_astronaut()).convert("RGBA")).copy()
    portrait[:, :100, 3] = 0  # the picture's left fifth, and so the frame's
    Image.fromarray(portrait).save(tmp_path / "cut.png")
    performers = {"one": {"portrait": "cut.png", "driving": driving()}}
    output = {"path": "shots/s_%03d.png", "size": [320, 180], "video": {"alpha": True}, "start_number": 101}
    done = duet("render", manifest(performers=performers, output=output, audio={"source": "sample:vocals"}))
    assert done.code == 0, done.err
    made = sorted((tmp_path / "shots").glob("s_*.png"))
    assert [path.name for path in made] == [f"s_{number}.png" for number in range(101, 116)]
    first = read_still(made[0])
    assert first.shape == (180, 320, 4)
    assert not first[:, :58, 3].any()
    assert (first[:, 68:, 3] == 255).all()
    assert len(read_sound(tmp_path / "shots" / "s.wav")[0]) > 0


def _astronaut() -> Path:
    from media.samples import sample_path

    return sample_path("astronaut")


@pytest.mark.slow
def test_what_is_asked_for_beside_the_video_is_there(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    output: dict[str, Any] = {"path": "out.webm", "size": [320, 180], "video": {"preset": "ultrafast"}}
    output |= {"poster": {"path": "p/poster.png"}, "preview": {"path": "loop.webp", "width": 160, "seconds": 0.3}}
    done = duet("render", manifest(output=output, audio={"source": "sample:vocals", "loudness_lufs": -20}))
    assert done.code == 0, done.err
    info = probe(tmp_path / "out.webm")
    assert info.video is not None
    assert (info.video.codec, info.audio[0].codec) == ("vp9", "opus")
    assert abs(measure_loudness(tmp_path / "out.webm").integrated + 20) <= TOLERANCE
    with Image.open(tmp_path / "p" / "poster.png") as poster, Image.open(tmp_path / "loop.webp") as loop:
        assert (poster.size, loop.size) == ((320, 180), (160, 90))


def test_a_container_on_the_command_line_must_hold_what_the_manifest_asks_for(duet: Duet, manifest: Manifest) -> None:
    output = {"path": "out.mov", "size": [320, 180], "video": {"codec": "prores_4444"}}
    refused = duet("render", manifest(output=output), "-o", "out.mp4")
    assert refused.code == 2
    assert "prores_4444 cannot go into .mp4" in refused.error


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_delivers_what_it_says(name: str, duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    path = f"out.{SUFFIX[name]}"
    output = {"path": path, "preset": name, "size": [180, 320] if "vertical" in name else [320, 180]}
    done = duet("render", manifest(output=output, audio={"source": "sample:vocals"}))
    assert done.code == 0, done.err
    preset, info = PRESETS[name], probe(tmp_path / path)
    assert info.video is not None
    assert info.video.codec == VIDEO[preset["output"]["video"]["codec"]].name
    assert info.audio[0].codec in AUDIO[preset["output"]["audio"]["codec"]].names
    assert info.video.fps == preset["output"].get("fps", info.video.fps)
    if "loudness_lufs" in preset["audio"]:
        found = measure_loudness(tmp_path / path)
        assert abs(found.integrated - preset["audio"]["loudness_lufs"]) <= TOLERANCE
