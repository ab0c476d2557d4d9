"""Where channels of sound belong: files with unusual loudspeakers are brought to the usual ones of their number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from math import sqrt

import numpy as np
from av.audio.layout import AudioLayout
from numpy.typing import NDArray

_USUAL = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
MOST_CHANNELS = max(_USUAL)
"""As many as loudspeakers have usual places for, and codecs take."""


def channel_layout(channels: int) -> str:
    """ffmpeg's name of the usual loudspeakers. Raises: KeyError beyond 1 to 8 channels."""
    return _USUAL[channels]


@cache
def to_usual(layout: str) -> NDArray[np.float32] | None:
    """(C, C) what brings samples (S, C) of a layout, by ffmpeg's name, to the usual loudspeakers of as many channels.

    What has no loudspeaker there goes to its neighbours, as loud as it was. None: they are the usual ones (what stands
    beside listeners counts as behind them), or the file does not tell which they are.
    """
    try:
        given = [each.name for each in AudioLayout(layout).channels]
    except ValueError:
        return None
    places = [each.name for each in AudioLayout(channel_layout(len(given))).channels]
    if len(given) <= 2 or "NONE" in given or [*map(_behind, given)] == [*map(_behind, places)]:
        return None
    matrix = np.zeros((len(given), len(given)), np.float32)
    for row, name in zip(matrix, given, strict=True):
        near = _nearest(name, places)
        row[[places.index(one) for one in near]] = 1 / sqrt(len(near))
    return matrix


def _behind(name: str) -> str:
    return name.replace("S", "B")


def _nearest(name: str, places: Collection[str]) -> Sequence[str]:
    """The loudspeakers that a channel goes to: FL, FR, FC, LFE, BL, BC, SL, FLC, ... in ffmpeg's letters."""
    if name in places:
        return [name]
    sides = [letter for letter in name if letter in "LR"] if name != "LFE" else []
    for row in ("B", "S", "F") if name[0] in "BS" else ("F",):
        pair = [row + side for side in sides or ("L", "R")]
        if all(one in places for one in pair):
            return pair
    return ["FL", "FR"]
