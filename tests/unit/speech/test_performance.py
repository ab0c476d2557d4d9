"""Somebody made up who sings: lips that say the phones, a head and eyes that look alive, the same for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from face.canonical import Frame
from face.lip_rig import CORNER, GAP, LIPS, PROTRUSION, WIDTH, neutral, shape
from face.topology import EYES, INNER_LOWER, INNER_UPPER, MOUTH_CORNERS
from foundation.geometry import Array
from speech.curves import STYLE, Mouth, at_frames, mouth
from speech.loudness import STEP
from speech.motion import Look, motion
from speech.performance import HEIGHT, Mood, Performance, perform
from speech.phones import GLIDES, LABIALS, PHONES, SILENCE, TUCKED, Phone
from speech.timing import in_proportion
from speech.visemes import viseme

WORDS = (("B", "AA", "M"), ("F", "UW", "P"), ("M", "IY"), ("V", "OW", "B", "AY"))


def song(seconds: float, phrase: float = 3.0, pause: float = 1.0) -> list[Phone]:
    """Phrases of a dozen phones with pauses between."""
    phones: list[Phone] = []
    names = [name for word in WORDS for name in word]
    start = pause
    while start + phrase < seconds:
        length = phrase / len(names)
        phones += [Phone(name, start + n * length, start + (n + 1) * length, n) for n, name in enumerate(names)]
        start += phrase + pause
    return phones


def loud(seconds: float, level: float = -20.0) -> NDArray[np.float64]:
    return np.full(round(seconds / STEP) + 1, level)


def sing(phones: list[Phone], seconds: float, **more: Any) -> Mouth:
    return mouth(phones, loud(seconds), seconds, **more)


def inner_gap(points: Array) -> float:
    """Mean distance of the inner lips of (478, 3) points, in their unit."""
    between = points[list(INNER_LOWER[1:-1])] - points[list(INNER_UPPER[1:-1])]
    return float(np.linalg.norm(between, axis=1).mean())


def test_every_phone_has_a_shape() -> None:
    for name in (PHONES - GLIDES) | {SILENCE}:
        assert 0 <= viseme(name).gap <= STYLE.widest
    assert viseme("UW").protrusion > viseme("AA").protrusion > viseme("IY").protrusion


@pytest.mark.parametrize("fps", [24.0, 25.0, 30.0, 60.0])
def test_lips_shut_for_p_b_and_m_at_every_rate(fps: float) -> None:
    phones = song(20.0)
    gap = at_frames(sing(phones, 20.0, fps=fps).lips, fps, round(20 * fps))[:, GAP]
    assert gap.min() >= 0
    assert gap.max() <= STYLE.widest
    for phone in phones:
        first, last = round(phone.start * fps) - 1, round(phone.end * fps) + 1
        if phone.name in LABIALS:
            assert gap[first:last].min() < 0.004, phone
        elif phone.name in TUCKED:
            assert gap[first:last].min() < 0.014, phone
        elif phone.name == "AA":
            assert gap[first:last].max() > 0.05


def test_lips_are_rounded_before_the_rounded_vowel() -> None:
    phones = [Phone("AA", 1.0, 1.4, 0), Phone("T", 1.4, 1.5, 1), Phone("UW", 1.5, 1.9, 1)]
    lips = sing(phones, 3.0).lips
    at = round(1.45 / STEP)
    assert lips[at, WIDTH] < -0.01
    assert lips[at, PROTRUSION] > 0.004
    after = round(1.95 / STEP) + 8  # they are given up sooner than they were taken
    assert abs(lips[after, WIDTH]) < abs(lips[round(1.42 / STEP), WIDTH])


def test_a_held_diphthong_holds_its_first_vowel() -> None:
    gap = sing([Phone("AY", 1.0, 3.0, 0)], 4.0).lips[:, GAP]
    assert gap[round(2.7 / STEP)] == pytest.approx(gap[round(1.5 / STEP)], rel=0.02)
    assert gap[round(2.92 / STEP)] < 0.7 * gap[round(1.5 / STEP)]


def test_louder_is_wider_and_energy_scales() -> None:
    phones = [Phone("AA", 1.0, 2.0, 0), Phone("AA", 3.0, 4.0, 1)]
    level = loud(5.0)
    level[: round(2.5 / STEP)] = -32.0
    gap = mouth(phones, level, 5.0).lips[:, GAP]
    assert gap[round(1.5 / STEP)] < 0.8 * gap[round(3.5 / STEP)]
    calm, wild = (mouth(phones, level, 5.0, energy=energy).lips[:, GAP].max() for energy in (0.7, 1.3))
    assert calm < gap.max() < wild


def test_a_phrase_after_a_pause_begins_with_a_breath() -> None:
    gap = sing([Phone("S", 2.0, 2.2, 0), Phone("AA", 2.2, 3.0, 0)], 4.0).lips[:, GAP]
    assert gap[round(1.72 / STEP)] > 0.015
    assert gap[round(1.2 / STEP)] < 0.003


def test_who_says_nothing_keeps_the_mouth_shut() -> None:
    made = mouth([Phone(SILENCE, 0.0, 3.0)], loud(3.0, -90.0), 3.0)
    assert made.lips.shape == (301, len(LIPS))
    assert not made.lips.any()


# ---- head, lids, gaze ----


def test_the_same_seed_moves_the_same_to_the_bit() -> None:
    phones = song(30.0)
    one, same, other = (motion(phones, loud(30.0), 30.0, seed=seed) for seed in (7, 7, 8))
    for name in ("turn", "shift", "lids", "gaze", "brow"):
        assert (getattr(one, name) == getattr(same, name)).all()
    assert np.abs(one.turn - other.turn).max() > np.radians(1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_singer_moves_and_blinks_as_singers_do(seed: int) -> None:
    seconds = 120.0
    made = motion(song(seconds), loud(seconds), seconds, seed=seed)
    assert (np.degrees(made.turn.std(axis=0)) > 0.8).all()
    assert (np.degrees(made.turn.std(axis=0)) < 4).all()
    speed = np.degrees(np.linalg.norm(np.diff(made.turn, axis=0), axis=1)) / STEP
    assert 8 < np.percentile(speed, 50) < 25
    assert np.percentile(speed, 99) < 90
    shut = made.lids > 0.4
    assert 8 < (shut[1:] & ~shut[:-1]).sum() / (seconds / 60) < 30
    assert (made.lids.min(), made.turn[0].any()) == (0.0, False)
    assert made.brow.max() > 0.008


def test_who_listens_is_stiller_and_blinks() -> None:
    listening = motion([], loud(60.0, -90.0), 60.0)
    singing = motion(song(60.0), loud(60.0), 60.0)
    assert 0.2 < np.degrees(listening.turn.std(axis=0)).mean() < 0.8 * np.degrees(singing.turn.std(axis=0)).mean()
    assert listening.lids.max() > 0.8
    assert not listening.brow.any()


def test_the_head_can_be_kept_still_and_the_gaze_sent() -> None:
    made = motion(song(20.0), loud(20.0), 20.0, head=0.0, looks=[Look(5.0, 15.0, (1.0, 0.0))])
    assert not made.turn.any()
    assert not made.shift.any()
    there, home = made.gaze[600:1400, 0], np.concatenate([made.gaze[:400, 0], made.gaze[1600:, 0]])
    assert there.mean() - home.mean() == pytest.approx(0.25, abs=0.03)


# ---- the face ----


def performed(mood: Mood = Mood.NEUTRAL, seconds: float = 12.0, fps: float = 25.0) -> Performance:
    phones = song(seconds)
    moved = motion(phones, loud(seconds), seconds)
    return perform(mouth(phones, loud(seconds), seconds), moved, fps, round(seconds * fps), mood=mood)


def test_the_face_does_what_was_asked_of_it() -> None:
    made = performed()
    assert len(made.track) == 300
    assert made.track.found.all()
    rest = Frame.of(made.track.face(0))
    assert rest.height == pytest.approx(HEIGHT, rel=0.01)
    for number in range(0, 300, 23):
        face = made.track.face(number)
        assert inner_gap(face.points) / HEIGHT == pytest.approx(made.lips[number, GAP], abs=1e-4)
        upright = face.points @ Frame.of(face).rotation / HEIGHT
        asked = shape(made.lips[number])
        corners = list(MOUTH_CORNERS)
        moved = upright[corners] - upright[corners].mean(axis=0)
        assert np.abs(moved - (asked[corners] - asked[corners].mean(axis=0))).max() < 0.002


def test_the_first_frame_is_a_face_at_rest() -> None:
    made = performed(Mood.ANGRY)
    assert not made.lips[0].any()
    points = made.track.face(0).points
    still = HEIGHT * shape(np.zeros(len(LIPS)))
    assert np.abs((points - points[1]) - (still - still[1])).max() < 0.01


def test_moods_move_corners_and_leave_closures_shut() -> None:
    plain, happy, sad = (performed(mood) for mood in (Mood.NEUTRAL, Mood.HAPPY, Mood.SAD))
    assert happy.lips[1:, CORNER].mean() > plain.lips[1:, CORNER].mean() + 0.01
    assert sad.lips[1:, CORNER].mean() < plain.lips[1:, CORNER].mean() - 0.005
    assert (happy.lips[:, GAP] == plain.lips[:, GAP]).all()
    assert (sad.lips[:, GAP] == plain.lips[:, GAP]).all()


def test_lids_meet_when_shut() -> None:
    opened, shut = shape(np.zeros(len(LIPS))), shape(np.zeros(len(LIPS)), shut=1.0)
    for eye in EYES:
        upper, lower = list(eye.upper[1:-1]), list(eye.lower[1:-1])
        before, after = (np.linalg.norm(points[lower] - points[upper], axis=1) for points in (opened, shut))
        assert (after < 0.1 * before).all()


def test_lips_at_rest_are_the_neutral_face_with_its_mouth_shut() -> None:
    moved = np.abs(shape(np.zeros(len(LIPS))) - neutral()).max(axis=1)
    assert inner_gap(shape(np.zeros(len(LIPS)))) < 1e-9
    assert moved.max() < 0.02


def test_words_in_proportion_make_a_mouth_too() -> None:
    from speech.languages import language_of
    from speech.pronounce import pronounce
    from speech.tokens import tokens

    english = language_of("en")
    phones = in_proportion(pronounce(tokens("my mother saved a melody", english), english), 1.0, 4.0)
    gap = sing(phones, 5.0).lips[:, GAP]
    assert gap.max() > 0.05
    assert gap[: round(0.4 / STEP)].max() < 0.003
