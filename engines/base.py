"""What an engine is: it makes a portrait move as a driving clip does.

An engine works in three steps, so that chunks can be rendered anywhere, in any order, to the same bits:

1. `prepare` sees the portrait and the whole driving clip once, and returns arrays (kept as an artifact).
2. `open` turns those arrays back into a `Renderer` (in each worker, without the clip).
3. `Renderer.render` makes one frame from one driving frame. It depends on nothing else: no state between frames.
   `render_span` makes many.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from face.calibration import Detector
from face.motion import Motion, Reference
from face.turns import Turns
from foundation.facetrack import Face, FaceTrack
from foundation.geometry import Image
from foundation.person import Person

OptionsT = TypeVar("OptionsT")
Arrays = dict[str, Any]
"""Named arrays. What has a row for each frame of the clip is a foundation.npy.Blocks on the way out of `prepare`, made
block by block as it is written, and a foundation.npy.Rows, read row by row, on the way into `open`."""


@dataclass(frozen=True)
class Portrait:
    """The still to animate, in the crop's pixels.

    Attributes:
        image: (H, W, 3) uint8 RGB.
        face: its landmarks.
        inner_edges: left, top, right, bottom: True where that side of the crop lies inside the picture (so what is
            drawn there must equal the portrait), False where it is the picture's own edge.
        person: whom it shows, for engines that can leave the background where it is; None: nobody could tell.
    """

    image: Image
    face: Face
    inner_edges: tuple[bool, bool, bool, bool]
    person: Person | None = None


@dataclass(frozen=True)
class Driving:
    """The whole driving clip, for `prepare` only.

    Attributes:
        track: the performer's face in each of N frames, in pixels of those frames, smoothed.
        fps: frames a second.
        pick: reads the frames with these ascending numbers, 0..N-1, each (h, w, 3) uint8 RGB; streaming.
    """

    track: FaceTrack
    fps: float
    pick: Callable[[Sequence[int]], Iterator[Image]]


@dataclass(frozen=True)
class SpanFrame:
    """One of the frames that are rendered one after the other.

    Attributes:
        index, driving_frame: as in Renderer.render.
        share: as in Renderer.eased; 1: the whole motion.
    """

    index: int
    driving_frame: Image
    share: float = 1.0


class Renderer(ABC):
    """One portrait, one clip, ready to render frames in any order."""

    @property
    def looks(self) -> bool:
        """Whether any frame of the clip is looked at; else `render` takes any picture for it, and none is read."""
        return True

    @abstractmethod
    def render(self, index: int, driving_frame: Image) -> Image:
        """Frame `index` of the clip as the portrait would show it.

        Args:
            index: 0..N-1.
            driving_frame: (h, w, 3) uint8 RGB, frame `index` of the driving clip.
        Returns:
            (H, W, 3) uint8 RGB, as large as the portrait crop; equal to the portrait, bit for bit, along the
            `inner_edges` for engines whose crop keeps the picture's own pixels.
        """

    def eased(self, index: int, driving_frame: Image, share: float) -> Image:
        """As `render`, but the portrait goes only a `share` (0..1) of its way from its pose at rest.

        For coming to rest where the driver's face is lost. Engines that cannot do it show the whole motion.
        """
        return self.render(index, driving_frame)

    def carried(self, index: int, mask: NDArray[np.uint8], share: float = 1.0) -> NDArray[np.uint8] | None:
        """(H, W) a mask of the portrait as frame `index`, eased so far, moves it; None: the engine cannot tell.

        Args:
            mask: (H, W).
            share: what Renderer.eased takes.
        """
        return None

    def render_span(self, frames: Iterable[SpanFrame]) -> Iterator[Image]:
        """Frame by frame as `render` or `eased`; engines that compute several at once read ahead.

        Args:
            frames: read as they are needed.
        """
        for frame in frames:
            shown = frame.index, frame.driving_frame
            yield self.render(*shown) if frame.share == 1 else self.eased(*shown, frame.share)


@dataclass(frozen=True)
class Own(Generic[OptionsT]):
    """What one engine alone knows of.

    Attributes:
        options: its own.
        files: where its files lie, by its names for them.
    """

    options: OptionsT
    files: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Taking(Own[OptionsT]):
    """How a portrait takes a driver's motion.

    Attributes:
        motion: how much of it; a reference that is a number counts in the frames of the driving clip.
        turns: when the performer sings.
    """

    motion: Motion = field(default_factory=Motion)
    turns: Turns = field(default_factory=Turns)


class Engine(ABC, Generic[OptionsT]):
    """A way to animate.

    Class attributes:
        `name` as in the manifest; `options`, the type of its own options. Its crop, the landmark scheme it needs and
    its version stand in the table engines.ENGINES: raise that there whenever the picture changes.
    """

    name: ClassVar[str]
    options: type[OptionsT]

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
        """The frame of the clip that counts as the portrait's own pose: 0..N-1.

        Args:
            wanted: "neutral", the face most at rest; "nearest", the one most like the portrait's; "best", whichever of
                them suits the engine; "first"; or a frame's number.
        """
        return 0 if isinstance(wanted, str) else wanted

    @abstractmethod
    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[OptionsT], detect: Detector) -> Arrays:
        """Everything that a frame needs and that depends on the portrait or on more than one driving frame.

        Args:
            taking: how much is taken, with the engine's own options and files.
        Returns:
            named arrays, no object dtype; saved as .npy files.
        Raises:
            InputError: portrait or clip cannot be used, with the cure.
        """

    @abstractmethod
    def open(self, portrait: Portrait, prepared: Arrays, own: Own[OptionsT]) -> Renderer:
        """A renderer from what `prepare` returned, and the engine's own options and files."""
