"""The measures of one performer whose driver is made up from a song and its words."""

from __future__ import annotations

from quality.limits import Limit
from quality.measure import ANY, Measure, at_least, at_most, within

SUNG_MEASURES = (
    Measure(
        "words_found",
        "singer",
        "share",
        "0..1",
        *at_least(0.5, 0.8),
        "lines whose words were found in the sound, with a confidence of 0.5 or more",
        "a mouth that says something else than the song",
        "own",
    ),
    Measure(
        "lips_shut",
        "singer",
        "share",
        "0..1",
        *at_least(0.6, 0.9),
        "P, B and M, where the words were found to be said, at which the result's mouth is shut (opening under 0.012) "
        "within a frame",
        "lips that never meet: sync is lost where people look for it first",
        "own",
    ),
    Measure(
        "voice_lag",
        "singer",
        "frames",
        "-8..8",
        *within(3, 2),
        "the shift at which the result's mouth goes best with the loudness of the voice, music taken away, where it "
        "correlates with it by 0.3 or more",
        "lips and voice part",
        "cross-correlation",
    ),
    Measure(
        "blinks",
        "singer",
        "a minute",
        "0..",
        ANY,
        Limit(5.0, 35.0),
        "how often the result's eyes are found a quarter narrower than usual, in 20 seconds and more; people who talk "
        "or sing blink 8 to 30 times",
        "a stare, or nerves",
        "own",
    ),
    Measure(
        "sway",
        "singer",
        "degrees",
        "0..",
        *at_least(0.8, 1.2),
        "how far the result's head turns: standard deviations of yaw, pitch and roll, root of the sum of squares, over "
        "`singing.head`",
        "a head nailed down",
        "own",
    ),
    Measure(
        "own_mouth_r",
        "singer",
        "r",
        "0..1",
        *at_most(0.7, 0.5),
        "correlation, without its sign, of a dubbed video's mouth with the one that it had before",
        "old words under new ones",
        "Pearson's r",
    ),
)
