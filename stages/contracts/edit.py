"""Lay the performers out in scenes and encode a piece of the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from foundation.layout import Covered, Inset
from foundation.times import FrameRange
from media.ffmpeg.codecs import Encode
from stages.artifacts import Edited, File, Frames, Media, Scripts
from stages.contract import Contract
from stages.crops import Crop, Matte


@dataclass(frozen=True, kw_only=True)
class Background:
    """What stands behind a scene, or a person who is cut out: the first field that is set says what; none, nothing.

    Attributes:
        file: the number of a picture or a video among the inputs' `backgrounds`.
        start: of a video, seconds on its clock; None: it is a picture.
        color: "#rrggbb".
        blur: a blurred copy of the first performer's picture.
    """

    file: int | None = None
    start: Fraction | None = None
    color: str | None = None
    blur: bool = False


@dataclass(frozen=True, kw_only=True)
class Act:
    """One picture.

    Attributes:
        name: its first performer's.
        frames: how many it moves for.
        into: whether it is shown whole, or its crop alone.
        chunks: the first frames of its chunks.
        background: what its person stands before, cut out; its file is the act's own. None: the portrait's own.
    """

    name: str
    frames: int
    into: Literal["portrait", "crop"]
    chunks: tuple[int, ...]
    background: Background | None = None


@dataclass(frozen=True, kw_only=True)
class Passage:
    """How a scene comes in.

    Attributes:
        kind: a name of compositing.transition.TRANSITIONS.
        frames: how long it takes.
        direction: of a wipe.
    """

    kind: str
    frames: int
    direction: str


@dataclass(frozen=True, kw_only=True)
class PlannedScene:
    """Who is seen, and how.

    Attributes:
        range: the frames of the result.
        layout: as in foundation.layout.panels.
        performers: names of acts.
        background: None: none.
        gutter: pixels between panels.
        margin: pixels around them.
        fit: how pictures are shown in their panels: auto, fill or fit.
        inset: of the layout picture_in_picture.
        passage: None: a cut.
        covered: by text, that faces are kept off.
    """

    range: FrameRange
    layout: str = "full"
    performers: tuple[str, ...] = ()
    background: Background | None = None
    gutter: int = 0
    margin: int = 0
    fit: Literal["auto", "fill", "fit"] = "auto"
    inset: Inset = field(default_factory=Inset)
    passage: Passage | None = None
    covered: Covered = field(default_factory=Covered)

    @property
    def settled(self) -> int:
        """The frame from which only this scene is seen."""
        return self.range.start + (self.passage.frames if self.passage else 0)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is asked for.

    Attributes:
        fps: frames a second.
        piece: the frames of the result that are drawn.
        size: (width, height) in pixels.
        video: how it is encoded.
        acts: the pictures of everyone who is seen in it.
        scenes: those that are seen in it, without gaps.
    """

    fps: Fraction
    piece: FrameRange
    size: tuple[int, int]
    video: Encode
    acts: tuple[Act, ...]
    scenes: tuple[PlannedScene, ...]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is read.

    Attributes:
        crops: of each act, what holds its picture.
        chunks: of each act, the moving frames that show.
        backgrounds: pictures and videos behind scenes.
        mattes: of those acts whose person is cut out, by name.
        behinds: pictures and videos that these stand before, by the act's name.
        scripts: lyrics and titles, if there are any.
        fonts: that they need, by name.
    """

    crops: tuple[Crop, ...]
    chunks: tuple[tuple[Frames, ...], ...]
    backgrounds: tuple[Media, ...] = ()
    mattes: dict[str, Matte] = field(default_factory=dict)
    behinds: dict[str, Media] = field(default_factory=dict)
    scripts: Scripts | None = None
    fonts: dict[str, File]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was written.

    Attributes:
        frames: how many.
        size: (width, height) in pixels.
        scenes: how many.
    """

    frames: int
    size: tuple[int, int]
    scenes: int


CONTRACT = Contract("edit", Settings, Inputs, Facts, Edited)
