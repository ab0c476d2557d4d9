"""duet sing: a song, its words and portraits in, a manifest and its video out; and what cannot be sung."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from bench._singer import RATE
from bench._sung import MANDARIN
from bench._sung import RATE as SPOKEN_RATE
from bench.sample_song import BEAT, SONG, song, truth
from bench.song import song_of
from foundation.artifacts import ArtifactStore
from media.sound.wav import write_wav
from media.video.probe import probe
from pipeline.cli.job import plan_job
from pipeline.manifest.load import load_manifest
from speech.lines import read_lines
from tests.integration.conftest import Duet

pytest.importorskip("pocketsphinx", reason="it is built for Python 3.11 to 3.13")
TEXT = SONG.with_suffix(".txt")
TWO = ("sample:astronaut", "sample:hopper")


@pytest.mark.slow
def test_it_writes_a_manifest_that_a_person_can_go_on_from(duet: Duet, work: Path, tmp_path: Path) -> None:
    options = ("--words", TEXT, "-o", "new/moon.mp4", "--title", "Moon", "--separate", "no", "--no-render")
    common = ("sing", "sample:song", *TWO, *options)
    done = duet(*common)
    assert done.code == 0, done.err
    assert "new/moon.yaml" in done.out
    manifest = load_manifest(tmp_path / "new" / "moon.yaml").manifest
    assert list(manifest.performers) == ["astronaut", "hopper"]
    assert all(each.singing is not None for each in manifest.performers.values())
    assert manifest.titles[0].text == "Moon"
    assert [tuple(scene.performers) for scene in manifest.scenes or ()] == [
        ("astronaut",),
        ("hopper", "astronaut"),
        ("astronaut", "hopper"),
    ]
    for scene in manifest.scenes or ():
        assert float(scene.start / BEAT) == pytest.approx(round(scene.start / BEAT), abs=0.06)

    lines = read_lines(tmp_path / "new" / "moon_words.lrc", list(manifest.performers))
    for line, (sung, phones) in zip(lines, truth(), strict=True):
        assert line.text == sung.text
        firsts = [next(each.start for each in phones if each.word == word) for word in range(len(line.pieces))]
        assert [at for at, _ in line.pieces] == pytest.approx(firsts, abs=0.15)
    assert [line.singers for line in lines] == [("astronaut",), ("hopper",), ("astronaut", "hopper")]
    store = ArtifactStore(work)
    plan = plan_job(load_manifest(tmp_path / "new" / "moon.yaml"), store)
    voices = [task.key for task in plan.graph if task.stage == "voice"]
    assert [store.find("voice", key) is not None for key in voices] == [True]  # the render finds it

    path = tmp_path / "new" / "moon.yaml"
    changed = path.read_text(encoding="utf-8").replace("crossfade", "fade")
    path.write_text(changed, encoding="utf-8")
    refused = duet(*common)
    assert refused.code == 2
    assert "not as duet sing wrote it" in refused.error
    assert path.read_text(encoding="utf-8") == changed


@pytest.mark.slow
def test_mandarin_is_found_in_a_song(duet: Duet, tmp_path: Path) -> None:
    """Plain text without times, in characters: what is written has the times at which eSpeak NG sang it."""
    for package in ("espeakng_loader", "pyworld", "pypinyin"):
        pytest.importorskip(package, reason="it is optional: requirements-song.txt")
    sung = song_of(MANDARIN[:2], "cmn", singing=True)
    write_wav(tmp_path / "moon.wav", (0.6 * sung.samples / np.abs(sung.samples).max()).astype(np.float32), SPOKEN_RATE)
    (tmp_path / "moon.txt").write_text("\n".join(MANDARIN[:2]), encoding="utf-8")
    options = ("--words", "moon.txt", "--language", "zh", "-o", "moon.mp4", "--separate", "no", "--no-render")
    done = duet("sing", "moon.wav", *options, "sample:hopper")
    assert done.code == 0, done.err
    lines = read_lines(tmp_path / "moon_words.lrc", ["hopper"])
    assert [line.text for line in lines] == list(MANDARIN[:2])
    assert [line.start for line in lines] == pytest.approx(sung.starts, abs=0.2)
    assert load_manifest(tmp_path / "moon.yaml").manifest.performers["hopper"].singing is not None


@pytest.mark.slow
def test_one_line_too_short_for_a_beat_is_sung_in_turns(duet: Duet, tmp_path: Path) -> None:
    write_wav(tmp_path / "line.wav", song()[round(1.4 * RATE) : round(5.5 * RATE)].astype(np.float32), RATE)
    (tmp_path / "line.srt").write_text(
        "1\n00:00:00,400 --> 00:00:03,800\nA paper moon above the bay\n", encoding="utf-8"
    )
    common = ("sing", "line.wav", "--words", "line.srt", "Ann=sample:astronaut", "sample:hopper", "--no-render")
    done = duet(*common, "--separate", "no", "-o", "a.mp4", "--manifest", "there/b.yaml", "--size", 360, 640)
    assert done.code == 0, done.err
    assert "no beat is found" in done.err
    data = yaml.safe_load((tmp_path / "there" / "b.yaml").read_text(encoding="utf-8"))
    assert data["scenes"] == [
        {"start": 0.0, "layout": "full", "performers": ["Ann"], "transition": {"kind": "crossfade", "seconds": 0.4}}
    ]
    assert data["audio"] == {"source": "../line.wav"}
    assert data["output"] == {"path": "../a.mp4", "size": [360, 640], "fps": 25}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("s.wav", "--words", "empty.txt", "a.png"), 3, "empty.txt: holds no words"),
        (("s.wav", "--words", "none.txt", "a.png"), 3, "none.txt: there is no such file"),
        (("s.wav", "--words", "a.png", "a.png"), 3, "a.png: is no file of words"),
        (("s.wav", "--words", "w.txt"), 2, None),
        (("s.wav", "--words", "three.txt", "a.png", "b.png"), 2, "3 singers (Ann, Bob, Cid), and 2 portraits"),
        (("text.wav", "--words", "w.txt", "a.png"), 3, "text.wav"),
        (("s.wav", "--words", "w.txt", "lost.png"), 3, "lost.png: there is no such file"),
        (("s.wav", "--words", "w.txt", "sample:nobody"), 3, "no sample named nobody"),
        (("s.wav", "--words", "w.txt", "a.png", "-o", "s.wav"), 2, "it is an input, and the video would be written"),
        (("s.wav", "--words", "w.txt", "a.png", "--manifest", "w.txt"), 2, "it is an input, and the manifest"),
        (("s.wav", "--words", "w.txt", "a.png", "-o", "o.txt"), 2, "end it in .mp4"),
        (("s.wav", "--words", "w.txt", "a.png", "--size", "333", "200"), 2, "even numbers"),
        (("s.wav", "--words", "w.txt", "a.png", "--language", "xx"), 3, "xx"),
        (("s.wav", "--words", "w.txt", "a.png"), 3, "no voice is heard"),
    ],
)
def test_what_cannot_be_sung_is_told_in_a_line(
    duet: Duet, tmp_path: Path, arguments: tuple[str, ...], code: int, told: str | None
) -> None:
    texts = {
        "empty.txt": "[Chorus]\n\n",
        "w.txt": "la la\n",
        "three.txt": "Ann: la\nBob: la\nCid: la\n",
        "text.wav": "no",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"\x89PNG")
    write_wav(tmp_path / "s.wav", np.zeros(RATE, np.float32), RATE)
    before = sorted(path.name for path in tmp_path.iterdir())
    output = () if "-o" in arguments else ("-o", "new/o.mp4")
    done = duet("sing", *arguments, *output)
    assert done.code == code, done.err
    assert told is None or told in done.error
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "work") == before


@pytest.mark.slow
def test_a_long_song_with_few_words_is_told_and_the_words_of_another_refused(duet: Duet, tmp_path: Path) -> None:
    rest = np.tile(song()[round(14 * RATE) :], (20, 1))
    write_wav(tmp_path / "long.wav", np.concatenate([song()[: round(5.6 * RATE)], rest]).astype(np.float32), RATE)
    (tmp_path / "w.txt").write_text("A paper moon above the bay\n", encoding="utf-8")
    common = ("sing", "long.wav", *TWO, "-o", "o.mp4", "--separate", "no", "--no-render", "--words")
    done = duet(*common, "w.txt")
    assert done.code == 0, done.err
    assert "are they all there?" in done.out
    layouts = [scene.layout for scene in load_manifest(tmp_path / "o.yaml").manifest.scenes or ()]
    assert layouts == ["full", "side_by_side"]
    other = "Thirty white horses stand upon a red hill\nNow they are stamping, champing, standing still\n"
    (tmp_path / "other.txt").write_text(other * 4, encoding="utf-8")
    refused = duet(*common, "other.txt", "--manifest", "p.yaml")
    assert refused.code == 3
    assert "the words are not in the sound" in refused.error
    assert not (tmp_path / "p.yaml").exists()


@pytest.mark.slow
def test_the_sample_song_becomes_a_video_that_passes_its_checks(duet: Duet, tmp_path: Path) -> None:
    done = duet("sing", "sample:song", "--words", TEXT, *TWO, "-o", "moon.mp4", "--size", 480, 270, "--no-report")
    assert done.code == 0, done.err
    assert "check" in done.out
    video = probe(tmp_path / "moon.mp4").video
    assert video is not None
    assert float(video.end) == pytest.approx(16, abs=0.05)
