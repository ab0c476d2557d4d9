"""What is measured of a singer whose driver is made up, on a driver that is rendered perfectly, and on spoilt ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.times import FrameRange
from media.samples import sample_path
from quality.features import EYE, MOUTH, YAW, features
from quality.gains import Gains
from quality.sung import blinks
from quality.table import MEASURES
from speech import curves, motion
from speech.lines import SungLine
from speech.singer import Sung
from stages.artifacts import Clip, Media
from stages.contracts import measure, perform, phones, voice
from stages.contracts.shared import Backend
from stages.driving import perform as perform_stage
from stages.driving import phones as phones_stage
from stages.driving import voice as voice_stage
from stages.findings import Phones, Voice
from stages.sung import Song, read_song

FPS, FRAMES = Fraction(25), 400
WORDS = ("A paper moon above the bay", "My boat will bring me home some day", "Come sing with me, come sail away")
OTHERS = (
    "Yesterday nobody forgave the guilty chef",
    "Grizzly uncles juggle thirty vexing figs",
    "Shut off every fridge",
)


def no_report(done: int, total: int) -> None:
    """Nobody looks."""


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Voice:
    """The sample song as it is, music and all."""
    out = tmp_path_factory.mktemp("voice")
    settings = voice.Settings(stream=0, start=Fraction(0), length=None, separate="no")
    voice_stage.run(settings, voice.Inputs(sound=Media.at(sample_path("song"))), out, no_report)
    return Voice.at(out)


def aligned(heard: Voice, out: Path, words: tuple[str, ...]) -> Phones:
    settings = phones.Settings(lines=tuple(SungLine(text) for text in words), language="en-us", sung=True)
    phones_stage.run(settings, phones.Inputs(voice=heard), out, no_report)
    return Phones.at(out)


@pytest.fixture(scope="module")
def said(heard: Voice, tmp_path_factory: pytest.TempPathFactory) -> Phones:
    return aligned(heard, tmp_path_factory.mktemp("phones"), WORDS)


Figures = Callable[..., dict[str, float]]
PLAN = perform.Settings(
    fps=FPS, frames=FRAMES, part=Sung(delay=Fraction(0)), sung=True, seed=1, head=1.0, energy=1.0, mood="neutral"
)


@pytest.fixture
def figures(heard: Voice, said: Phones, tmp_path: Path) -> Figures:
    """What is measured of a result that shows exactly what was made up; changes are those of the plan."""

    def measured(**changes: Any) -> dict[str, float]:
        inputs = perform.Inputs(voice=heard, phones=said)
        perform_stage.run(replace(PLAN, **changes), inputs, tmp_path, no_report)
        song = song_of(heard, said)
        return looked_at(Clip.at(tmp_path).track(), song)

    return measured


def song_of(heard: Voice, said: Phones) -> Song:
    settings = measure.Settings(
        backend=Backend(name="litert", version=1), fps=FPS, frames=FRAMES, looks_per_second=5.0, into="portrait",
        feather=0.1, gains=Gains(), chunks=(0,), sung=PLAN.part,
    )  # fmt: skip
    nothing = measure.Inputs(crop=None, clip=None, chunks=(), voice=heard, phones=said)  # type: ignore[arg-type]
    song = read_song(settings, nothing)
    assert song is not None
    return song


def looked_at(track: FaceTrack, song: Song) -> dict[str, float]:
    looks = np.arange(FRAMES)
    rows = np.stack([features(None, track.face(int(at))) for at in looks])
    return song.figures(looks, rows, rows[0])


def fails(name: str, value: float) -> bool:
    return not MEASURES[name].fails.holds(value)


def holds(name: str, value: float) -> bool:
    return np.isfinite(value) and MEASURES[name].warns.holds(value)


def test_what_was_made_up_passes(figures: Figures) -> None:
    found = figures()
    assert all(holds(name, found[name]) for name in ("words_found", "lips_shut", "voice_lag", "sway")), found
    assert np.isnan(found["blinks"])  # sixteen seconds are too short to count


@pytest.mark.parametrize("frames", [-5, 5])
def test_a_mouth_that_is_late_or_early_is_caught(figures: Figures, frames: int) -> None:
    found = figures(part=Sung(delay=frames / FPS))
    assert fails("voice_lag", found["voice_lag"]), found
    assert fails("lips_shut", found["lips_shut"]), found


def test_lips_that_never_meet_are_caught(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "_closures", lambda *_: None)
    assert fails("lips_shut", figures()["lips_shut"])


def test_a_still_head_is_caught_unless_it_is_asked_for(
    figures: Figures, monkeypatch: pytest.MonkeyPatch, heard: Voice, said: Phones
) -> None:
    monkeypatch.setattr(perform_stage, "_motion", lambda settings, *_: motion.at_rest(FRAMES / 25))
    assert fails("sway", figures()["sway"])
    asked = replace(song_of(heard, said), head=0.0)
    rows = np.zeros((FRAMES, len(features(None, None))))
    assert np.isnan(asked.figures(np.arange(FRAMES), rows, rows[0])["sway"])


def test_the_words_of_another_song_are_caught(heard: Voice, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the words are not in the sound"):
        aligned(heard, tmp_path, OTHERS)


def test_blinks_are_counted_by_the_minute() -> None:
    looks = np.arange(0, 25 * 60, 5)
    rows = np.zeros((len(looks), len(features(None, None))))
    rows[:, EYE] = 0.4
    rows[::20, EYE] = 0.1
    assert blinks(looks, rows, rows[1], 25.0) == pytest.approx(len(looks) // 20 - 1, abs=1.5)
    assert np.isnan(blinks(looks[:50], rows[:50], rows[1], 25.0))  # ten seconds


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_head(figures: Figures, tmp_path: Path) -> None:
    first = [figures(seed=seed) and (tmp_path / "track" / "points.npy").read_bytes() for seed in (1, 1, 2)]
    assert first[0] == first[1]
    assert first[0] != first[2]


def test_who_listens_turns_to_who_sings_and_back(heard: Voice, said: Phones, tmp_path: Path) -> None:
    alignment = said.alignment()
    named = tuple(
        replace(line, line=replace(line.line, singers=(name,)))
        for line, name in zip(alignment.lines, ("Ann", "Bob", "Ann"), strict=True)
    )
    (tmp_path / "phones").mkdir()
    Phones.save(tmp_path / "phones", replace(alignment, lines=named))
    beside = perform.Partner(name="Bob", turns=None, seen=FrameRange(0, FRAMES), right=1.0, down=0.0)
    yaw = []
    for partners in ((), (beside,)):
        settings = replace(PLAN, part=Sung(delay=Fraction(0), singer="Ann"), partners=partners)
        perform_stage.run(
            settings, perform.Inputs(voice=heard, phones=Phones.at(tmp_path / "phones")), tmp_path, no_report
        )
        track = Clip.at(tmp_path).track()
        yaw.append(np.array([features(None, track.face(at))[YAW] for at in range(FRAMES)]))
    turned = yaw[1] - yaw[0]
    middle = round((named[1].start + named[1].end) / 2 * 25)
    assert 5 < abs(turned[middle]) < 9
    assert np.abs(turned[round(named[2].start * 25) + 25 :]).max() < 0.5


def test_without_words_the_mouth_follows_the_voice(heard: Voice, tmp_path: Path) -> None:
    perform_stage.run(PLAN, perform.Inputs(voice=heard), tmp_path, no_report)
    track = Clip.at(tmp_path).track()
    opening = np.array([features(None, track.face(at))[MOUTH] for at in range(FRAMES)])
    assert np.ptp(opening) > 0.03


def test_a_singer_has_its_own_lines_and_those_in_its_turns(said: Phones) -> None:
    alignment = said.alignment()
    named = replace(
        alignment,
        lines=tuple(
            replace(line, line=replace(line.line, singers=(name,) if name else ()))
            for line, name in zip(alignment.lines, ("Ann", "Bob", ""), strict=True)
        ),
    )
    texts = [line.line.text for line in Sung(delay=Fraction(0), singer="Ann").lines(named, FPS)]
    assert texts == [WORDS[0], WORDS[2]]
    later = Sung(delay=Fraction(100), singer="Ann").phones(named, FPS, 16.0)
    assert later == []
