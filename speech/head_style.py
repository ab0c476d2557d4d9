"""How a head, its brows and its eyes move, made up: every constant with its unit, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HeadStyle:
    """How somebody who sings moves. Angles are in degrees, times in seconds unless another unit is named.

    "Clips": measured on seven clips of people who talk and sing. The others were set by looks.

    Attributes:
        sway: standard deviation of pitch, yaw and roll. Clips.
        bands: Hz, and the share of a head's power between them. Clips.
        stiller: of the sway, in pauses, 0..1.
        posture: standard deviation of what a phrase adds to pitch, yaw and roll.
        back: how far the head goes back with loudness. Clips.
        nod: least and most on a stressed vowel.
        brow_share: share of stresses that lift the brows, 0..1.
        brow_rise: how far at least and at most, face heights.
        phrase_pause: from which pause on a new phrase begins.
        stress_share: share of vowels that are stressed, 0..1.
        stress_apart: from one to the next at least.
        neck_across: face heights that a head moves across for a turn about the neck, by sine of yaw.
        neck_roll: the same by sine of roll.
        neck_down: how far it moves down, by sine of pitch.
        closing: how long a blink takes to shut the lids. Clips.
        shut: how long they are shut. Clips.
        opening: how long they take to open. Clips.
        blink_mean: from one blink to the next: the scale of a log-normal distribution.
        blink_least: that time at least.
        blink_spread: the distribution's sigma.
        blink_reach: from a phrase's end, within which a blink waits for it.
        glance: standard deviation of a glance, widths of an eye across and down.
        glance_share: how often a glance is no look home, 0..1.
        glance_every: least and most between looks.
        counter: how far, widths of an eye a radian of yaw and pitch, the eyes go against the head's turn, so that they
            stay on what they look at.
        toward: how far a head turns towards who is looked at.
        turn_seconds: how slowly: a Gaussian's sigma.
        gaze: how far the eyes go there, widths of an eye across and down.
        longest_pattern: values of the sway, a power of 2, below which songs of all lengths sway alike.
    """

    sway: tuple[float, float, float] = (1.3, 1.5, 1.1)
    bands: tuple[tuple[float, float, float], ...] = (
        (0.08, 0.5, 0.48),
        (0.5, 1.0, 0.20),
        (1.0, 2.0, 0.20),
        (2.0, 4.0, 0.11),
    )
    stiller: float = 0.45
    posture: tuple[float, float, float] = (0.6, 1.8, 1.2)
    back: float = 1.6
    nod: tuple[float, float] = (1.2, 3.2)
    brow_share: float = 0.6
    brow_rise: tuple[float, float] = (0.008, 0.018)
    phrase_pause: float = 0.3
    stress_share: float = 1 / 3
    stress_apart: float = 0.6
    neck_across: float = 0.45
    neck_roll: float = 0.30
    neck_down: float = 0.30
    closing: float = 0.10
    shut: float = 0.05
    opening: float = 0.24
    blink_mean: float = 3.6
    blink_least: float = 0.9
    blink_spread: float = 0.6
    blink_reach: float = 0.7
    glance: tuple[float, float] = (0.022, 0.010)
    glance_share: float = 0.4
    glance_every: tuple[float, float] = (0.8, 2.6)
    counter: tuple[float, float] = (0.35, 0.12)
    toward: float = 7.0
    turn_seconds: float = 0.18
    gaze: tuple[float, float] = (0.25, 0.08)
    longest_pattern: int = 4096


STYLE = HeadStyle()
