"""What an output asks for: presets under what is written, and whatever cannot go together told by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from foundation.errors import ManifestError
from pipeline.manifest import delivery
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.manifest.paths import sequence_name
from pipeline.manifest.presets import PRESETS
from pipeline.manifest.schema import Manifest
from pipeline.plan.delivery import fingerprint

SUFFIX = {"web": "mp4", "youtube": "mp4", "tiktok_vertical": "mp4", "broadcast": "mov", "editorial": "mov"}


def loaded(output: dict[str, Any], audio: dict[str, Any] | None = None, **more: Any) -> Manifest:
    performers = {"one": {"portrait": "a.png", "driving": {"video": "b.mp4"}}}
    data = {"version": 1, "performers": performers, "output": output, **more}
    return validate(data if audio is None else data | {"audio": audio}, Path("m.yaml"))


def mistakes(output: dict[str, Any], audio: dict[str, Any] | None = None) -> tuple[str, ...]:
    with pytest.raises(ManifestError) as caught:
        loaded(output, audio)
    return caught.value.mistakes


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_in_and_what_is_written_wins(name: str) -> None:
    path = f"a.{SUFFIX[name]}"
    made = loaded({"path": path, "preset": name})
    assert list(made.output.size) == PRESETS[name]["output"]["size"]
    assert made.audio.loudness_lufs == PRESETS[name]["audio"].get("loudness_lufs")
    own = loaded({"path": path, "preset": name, "size": [640, 360]}, {"loudness_lufs": -20, "source": "driving"})
    assert (own.output.size, own.audio.loudness_lufs) == ((640, 360), -20)
    assert own.output.video == made.output.video
    assert loaded({"path": path, "preset": name}, {"source": "none"}).audio.loudness_lufs is None


def test_another_codec_than_the_presets_takes_nothing_meant_for_it() -> None:
    output = {"path": "a.mov", "preset": "youtube", "video": {"codec": "prores_4444"}, "audio": {"codec": "pcm"}}
    made = loaded(output).output
    assert made.video.crf is None
    assert made.audio.bitrate_kbps is None
    assert made.size == (1920, 1080)


@pytest.mark.parametrize(
    ("path", "container", "codec", "sound", "bits"),
    [
        ("a.mp4", "mp4", "h264", "aac", 8),
        ("A.MOV", "mov", "prores_422_hq", "pcm", 10),
        ("a.mkv", "mkv", "ffv1", "flac", 8),
        ("a.webm", "webm", "vp9", "opus", 8),
        ("shots/s_%04d.tif", "sequence", "tiff", "pcm", 16),
        ("s%d.exr", "sequence", "exr", "pcm", 16),
    ],
)
def test_the_suffix_decides(path: str, container: str, codec: str, sound: str, bits: int) -> None:
    output = loaded({"path": path}).output
    assert delivery.container(output) == container
    assert delivery.video_codec(output) == codec
    assert delivery.audio_codec(output) == sound
    assert delivery.bits(output) == bits


@pytest.mark.parametrize(
    ("output", "audio", "told"),
    [
        ({"path": "a.mp4", "video": {"codec": "ffv1"}}, None, "output.video.codec: ffv1 cannot go into .mp4"),
        ({"path": "a.png"}, None, "write one place for the number in the name"),
        ({"path": "s%d_%d.png"}, None, "write one place for the number in the name"),
        ({"path": "take_%02d/s_%04d.png"}, None, "not into a folder's"),
        ({"path": "s_%d.png", "video": {"codec": "exr"}}, None, "exr cannot go into .png (end output.path in .exr)"),
        ({"path": "a.mp4", "video": {"alpha": True}}, None, "h264 in .mp4 has no opacity (use prores_4444 (.mov)"),
        ({"path": "a.mp4", "video": {"codec": "vp9", "alpha": True}}, None, "vp9 in .mp4 has no opacity"),
        ({"path": "a.mov", "video": {"bits": 8}}, None, "prores_422_hq is not written in 8 bits a channel (use 10)"),
        ({"path": "a.webm", "video": {"alpha": True, "bits": 10}}, None, "not written in 10 bits a channel (use 8)"),
        ({"path": "a.mov", "video": {"crf": 9}}, None, "prores_422_hq has no quality factor (remove it)"),
        ({"path": "a.mp4", "video": {"crf": 60}}, None, "h264 takes 0 to 51, not 60"),
        ({"path": "a.mov", "video": {"encoder": "nvenc"}}, None, "nvenc does not encode prores_422_hq"),
        ({"path": "a.mp4", "audio": {"codec": "pcm"}}, None, "pcm cannot go into .mp4 (use auto or aac"),
        ({"path": "a.mkv", "audio": {"bitrate_kbps": 96}}, None, "flac keeps every sample and has no bitrate"),
        ({"path": "a.mp4", "start_number": 5}, None, "output.start_number: only sequences of pictures are numbered"),
        ({"path": "a.mkv", "sign": {"certificate": "c", "key": "k"}}, None, "no place for Content Credentials"),
        ({"path": "a.mp4", "poster": {"path": "p.bmp"}}, None, "end it in .jpg or .jpeg or .png or .webp"),
        ({"path": "a.mp4", "preview": {"path": "p.mp4"}}, None, "end it in .gif or .webp"),
        ({"path": "a.mp4"}, {"source": "none", "fade_in": 1}, "audio.fade_in: there is no sound"),
        ({"path": "a.mp4"}, {"trim": {"start": 1}}, "audio.trim: only a file is trimmed"),
        ({"path": "a.mp4"}, {"track": 2}, "audio.track: only a file's track is chosen"),
        ({"path": "a.mp4"}, {"source": "sample:vocals", "track": 2}, "audio.track: only a file's track"),
        (
            {"path": "a.mp4"},
            {"source": "s.wav", "trim": {"start": 3, "end": 2}},
            "end (2) must be later",
        ),
        ({"path": "a.mp4"}, {"source": "s.wav", "stems": True}, "audio.stems: only the performers' clips"),
        ({"path": "a.mp4"}, {"source": "s.wav", "mix": [{"from": "one"}]}, "audio.mix: only the performers' clips"),
        ({"path": "a.mp4"}, {"loudness_lufs": 3}, "audio.loudness_lufs: 3 cannot be used"),
    ],
)
def test_what_cannot_go_together_is_told_with_what_can(
    output: dict[str, Any], audio: dict[str, Any] | None, told: str
) -> None:
    found = mistakes(output, audio)
    assert len(found) == 1, found
    assert told in found[0]


def test_a_sequences_names_have_their_number_where_it_belongs() -> None:
    name = sequence_name("shot_%04d.final.exr")
    assert [name.file(7), name.file(12345), name.stem] == ["shot_0007.final.exr", "shot_12345.final.exr", "shot"]
    assert sequence_name("%d.png").file(3) == "3.png"
    assert sequence_name("%d.png").stem == "sound"


def test_the_fingerprint_is_of_what_is_asked_for_and_of_nothing_else() -> None:
    def of(manifest: Manifest) -> str:
        return fingerprint(LoadedManifest(manifest, Path(), "m"))

    plain = of(loaded({"path": "a.mp4"}))
    assert plain == of(loaded({"path": "elsewhere/b.mp4"}, defaults={"chunk_frames": 5}))
    assert plain != of(loaded({"path": "a.mp4"}, title="Another"))
    assert plain != of(loaded({"path": "a.mp4", "size": [640, 360]}))
