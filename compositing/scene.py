"""A scene: performers in their panels before a backdrop, frame by frame. Only what changes is drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from compositing.opacity import OpacityFrames, over, with_opacity
from compositing.panel import Panel
from compositing.standing import Standing, before
from foundation.geometry import Box, Image
from media.video.sequence import FrameSequence, Screen

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
        alone: whether what it has drawn stays until it draws again: nothing else is drawn where it shows.
    """

    panel: Panel
    frames: FrameSequence | OpacityFrames | Standing
    place: Box
    backing: Image | None = None
    behind: Callable[[int], Image] | None = None
    shown: int = -1
    alone: bool = False
    _picture: Image | None = None
    _screen: Screen = field(init=False)

    def __post_init__(self) -> None:
        self._screen = Screen(self.panel.patch)

    @property
    def see_through(self) -> bool:
        """Whether what is behind it shows."""
        return not isinstance(self.frames, FrameSequence)

    @property
    def direct(self) -> bool:
        """Whether its frames are drawn where they show, and not kept beside."""
        return self.alone and not (self.see_through or self.backing is not None or self.behind is not None)

    def turn_to(self, number: int, canvas: Image) -> list[Box] | None:
        """Draw frame `number`, if another one stands there: the parts of the canvas in which they may differ. None: it
        stands there."""
        wanted = self.frames.clamped(number)
        if wanted == self.shown:
            return None
        self.shown, changed = wanted, None
        if isinstance(self.frames, FrameSequence):
            changed = self.frames.show(wanted, self._screen)
        else:
            self.panel.patch[:] = self.frames[wanted]
        self._picture = self.panel.redraw(changed, canvas[self._target.slices] if self.direct else self._picture)
        if self.backing is not None:
            self.backing[self.panel.target.slices] = self._picture
        return [box.moved(self.place.x0, self.place.y0) for box in self.panel.moved(changed)]

    @property
    def _target(self) -> Box:
        return self.panel.target.moved(self.place.x0, self.place.y0)

    def lay_onto(self, canvas: Image, number: int) -> None:
        """Put what was drawn last into its place, in frame `number`."""
        if self.backing is not None:
            canvas[self.place.slices] = self.backing
            return
        if self._picture is None:
            return
        if self.behind is not None:
            canvas[self.place.slices] = self.behind(number)
        place = self._target.slices
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
        self._begun = False
        for number, player in enumerate(players):
            lower = any(player.place.meets(below.place) for below in players[:number])
            player.alone = not (shows or moving or lower)

    def draw(self, number: int) -> tuple[Image, list[Box] | None]:
        """Frame `number` of the result, of the shape of `still`; it stands until the next call. And the parts in which
        it may differ from the one that was drawn before; None: everywhere."""
        renewed = self._moving is not None or self._behind is not None
        if self._moving is not None:
            np.copyto(self._canvas, self._moving(number))
        elif self._behind is not None:  # what shines through must not be what shone through before
            np.copyto(self._canvas, self._behind)
        dirty = renewed
        changed: list[Box] = []
        for player in self._players:
            turned = player.turn_to(number, self._canvas)
            changed += turned or []
            dirty = dirty or turned is not None
            if dirty and not player.direct:
                player.lay_onto(self._canvas, number)
        begun, self._begun = self._begun, True
        return self._canvas, changed if begun and not renewed else None


class Changes:
    """Which parts of a film's frames differ from the frame that was taken before."""

    def __init__(self) -> None:
        self._scene: Scene | None = None
        self._parts: list[Box] | None = None

    def drawn(self, scene: Scene | None, parts: list[Box] | None) -> None:
        """A frame has been drawn: by a scene, with what `Scene.draw` tells; or, None, in another way."""
        if scene is None or scene is not self._scene or parts is None or self._parts is None:
            self._parts = None
        else:
            self._parts += parts
        self._scene = scene

    def take(self) -> list[Box] | None:
        """What differs in the frame drawn last; None: everything may."""
        parts, self._parts = self._parts, []
        return parts
