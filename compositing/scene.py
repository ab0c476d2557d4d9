"""A scene: performers in their panels before a backdrop, frame by frame. Only what changes is drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compositing.opacity import OpacityFrames, over, with_opacity
from compositing.panel import Panel
from compositing.standing import Standing, before
from foundation.geometry import Box, Image
from media.video.sequence import FrameSequence

WITH_OPACITY = 4
"""Channels."""


@dataclass
class Player:
    """A performer in a scene.

    Attributes:
        place: the panel, in the frame's pixels.
        backing: (height, width, 3) what fills the panel around a picture that is shown whole; None: the backdrop shows.
        behind: what a person who is cut out stands before, by the frame's number, as large as the panel; None: what is
            behind the scene.
        shown: the number of the frame that stands there now.
    """

    panel: Panel
    frames: FrameSequence | OpacityFrames | Standing
    place: Box
    backing: Image | None = None
    behind: Callable[[int], Image] | None = None
    shown: int = -1
    _picture: Image | None = None

    @property
    def see_through(self) -> bool:
        """Whether what is behind it shows."""
        return not isinstance(self.frames, FrameSequence)

    def turn_to(self, number: int) -> bool:
        """Draw frame `number`, if another one stands there; whether that was so."""
        wanted = self.frames.clamped(number)
        if wanted == self.shown:
            return False
        self._picture, self.shown = self.panel.draw(self.frames[wanted]), wanted
        if self.backing is not None:
            self.backing[self.panel.target.slices] = self._picture
        return True

    def lay_onto(self, canvas: Image, number: int) -> None:
        """Put what was drawn last into its place, in frame `number`."""
        if self.backing is not None:
            canvas[self.place.slices] = self.backing
            return
        if self._picture is None:
            return
        if self.behind is not None:
            canvas[self.place.slices] = self.behind(number)
        place = self.panel.target.moved(self.place.x0, self.place.y0).slices
        under = canvas[place]
        if self._picture.shape[2] == canvas.shape[2] == WITH_OPACITY:
            alone = self.behind is None
            laid = over(self._picture, under) if alone else with_opacity(before(self._picture, under[:, :, :3]), None)
        else:
            laid = before(self._picture, under) if self.see_through else self._picture
        canvas[place] = laid


class Scene:
    """Draws one scene.

    Args:
        still: (H, W, 3) uint8 RGB, what stands behind the performers, if it does not move; it becomes the scene's own.
            (H, W, 4) as in compositing.opacity: then so are the players' pictures, and what comes out.
        players: later ones lie on top.
        moving: gives the backdrop of a frame instead, by its number.
    """

    def __init__(self, still: Image, players: list[Player], moving: Callable[[int], Image] | None = None) -> None:
        self._canvas = still
        self._players = players
        self._moving = moving
        shows = still.shape[2] == WITH_OPACITY or any(player.see_through for player in players)
        self._behind = still.copy() if shows else None

    def draw(self, number: int) -> Image:
        """Frame `number` of the result, of the shape of `still`; it stands until the next call."""
        dirty = self._moving is not None
        if self._moving is not None:
            np.copyto(self._canvas, self._moving(number))
        elif self._behind is not None:
            dirty = True  # what shines through must not be what shone through before
            np.copyto(self._canvas, self._behind)
        for player in self._players:
            dirty = player.turn_to(number) or dirty
            if dirty:
                player.lay_onto(self._canvas, number)
        return self._canvas
