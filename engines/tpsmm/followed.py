"""A network that was taught to find face landmarks, moved by those of a face that was followed.

What so small a network paints worst, the inside of a mouth, lids and gaze, is drawn into its pictures as the default
engine draws it, where the network's own flow says that it has put lips and lids.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

import tpsmm
from engines.base import Arrays, Driving, Portrait, SpanFrame, Taking
from engines.layers.layers import Layers
from engines.layers.seen import made_up, performed_lips, seen, with_shut_lips
from engines.layers.shutting import shut
from engines.neural.frames import tensor_of
from engines.neural.rendering import NetworkRenderer
from engines.tpsmm.landmarks import FLAT, Openings, Retargeting, in_window, keypoint_tensor, way_between
from engines.tpsmm.options import Options
from engines.tpsmm.own_lips import lips_back
from face import calibration, rig
from face.calibration import Detector
from face.palette import Palette
from face.performance import Performance, analyse
from face.retargeting import Gains, gaze_motion
from face.shut_lips import closed
from face.steadying import spans
from face.topology import EYES
from foundation.geometry import Array, Box, Image
from foundation.npy import Blocks
from networks.grouping import Tried
from networks.stream import Flow, Group, Shown

SOUGHT = [point for eye in EYES for point in (*eye.corners, *eye.lower, *eye.crease, *eye.under_brow)]
"""Landmarks that are looked for. An upper lid is so far above the lower one as it should be: a shut one is drawn. Lips
are brought to where they should be."""
REACH, STEPS = 0.06, 13
"""How far from where a landmark should be it is looked for, and at how many places across; half the picture is 1."""
STRAY, SURE = 0.2, 6e-5
"""How much a place counts against that lies further off, and differences of places that can be told apart; squared."""


def follow(  # noqa: PLR0917  (what an engine's `prepare` is given, and what it found)
    model: tpsmm.Model,
    portrait: Portrait,
    driving: Driving,
    taking: Taking[Options],
    detect: Detector,
    place: tuple[int, Box],
) -> tuple[tpsmm.Animator, Arrays]:
    """The animator, and what it needs of every frame.

    That is `keypoints`, (N, 5K, 2); in mode "relative", where a second look settles how far lips and lids must part and
    who listens shuts the mouth, `points`, (N, 478, 2), -1..1, and what Drawn needs.

    Args:
        place: the reference frame, and the window of the driving frames that corresponds to the portrait's crop.
    """
    (reference, window), motion = place, taking.motion
    relative = taking.options.mode == "relative"
    portrait = with_shut_lips(portrait) if relative else portrait
    performance = analyse(driving.track, replace(motion, reference=reference))
    shown, theirs = portrait, performance.points(slice(reference, reference + 1))
    if relative:
        shown = shut(portrait)
        if shown is not portrait:  # what is measured from is shut on both sides
            theirs = closed(replace(driving.track.face(reference), points=theirs[0]))[None]
    size = shown.image.shape[1], shown.image.shape[0]
    own = in_window(shown.face.points[None], size)
    first = in_window(theirs, window)
    found = keypoint_tensor(own[:, FLAT]), keypoint_tensor(first[:, FLAT])
    animator = tpsmm.Animator(model, tensor_of(shown.image), mode=taking.options.mode, found=found)
    openings = Openings.of(own[0], first[0], performance, window)
    way = way_between(replace(driving.track.face(reference), points=theirs[0]), shown.face, size)
    retargeting = Retargeting(animator, performance, window, openings, theirs[0], way)
    gains, blocks = Gains(motion.head, motion.expression, motion.mouth), spans(len(performance))
    if not relative:
        gains = replace(gains, turns=taking.turns)
        keypoints = Blocks(np.float32, lambda: (retargeting.translated(gains, span) for span in blocks))
        return animator, {"keypoints": keypoints}
    body = rig.build(portrait.face, performance)
    clear = driving.track.shows_mouth
    samples = calibration.pick(performance, clear if clear.any() else driving.track.found, driving.pick)
    still = seen(portrait, body, performance, driving.track, samples) | {"own_points": own[0]}
    drawn, made = Drawn.of(portrait, still, shown.image), float(Palette.unpacked(still["theirs"]).unseen)

    def trial(gains: Gains, index: int, frame: Image) -> Image:
        alone = slice(index, index + 1)
        moving = {"points": retargeting.taken(gains, alone), "covered": np.array([made]), "inside": np.zeros((1, 2))}
        moving |= _moving(body, performance, gains, [alone])
        return FollowedRenderer(animator, drawn, moving).render(0, frame)

    gains = replace(calibration.fit(performance, samples, trial, detect, gains), turns=taking.turns)
    points = Blocks(np.float32, lambda: (retargeting.taken(gains, span) for span in blocks))
    moving = _moving(body, performance, gains, blocks) | made_up(driving.track, still)
    return animator, {"points": points} | still | moving


def _moving(body: rig.Rig, performance: Performance, gains: Gains, blocks: list[slice]) -> Arrays:
    gaze = [gaze_motion(body, performance, gains, span) for span in blocks]
    return {"gaze": np.concatenate(gaze), **performed_lips(performance, blocks)}


@dataclass(frozen=True)
class Drawn:
    """What is drawn into the network's pictures.

    Attributes:
        layers: it.
        picture: (H, W, 3) what the network is shown.
        own: (478, 2) the landmarks of the portrait as the network is shown it, -1..1.
    """

    layers: Layers
    picture: Image
    own: Array

    @staticmethod
    def of(portrait: Portrait, prepared: Arrays, shown: Image) -> Drawn:
        """From what `follow` prepared, and what the network is shown."""
        return Drawn(Layers.of(portrait.image, prepared)[1], shown, prepared["own_points"])

    def lay(self, picture: Image, flow: Flow, points: Array, frame: SpanFrame, moving: Arrays) -> None:
        """Lay it into one picture; in place.

        Args:
            flow: (h, w, 2) where each of its pixels comes from, -1..1.
            points: (478, 2) where the landmarks are to go, -1..1.
            moving: see Layers.lay.
        """
        if frame.share < 1:
            points = self.own + frame.share * (points - self.own)
        placed = points.astype(np.float64)
        placed[SOUGHT] = gone_to(flow, self.own[SOUGHT], placed[SOUGHT])
        for eye in EYES:
            upper, lower = list(eye.upper), list(eye.lower)
            placed[upper] = placed[lower] + points[upper] - points[lower]
        last = np.array([picture.shape[1] - 1, picture.shape[0] - 1])
        placed = (placed + 1) / 2 * last
        lips_back(picture, self.picture, flow, placed, (self.own + 1) / 2 * last)
        self.layers.lay(picture, placed, frame.driving_frame, moving, frame.index, frame.share)


def gone_to(flow: Flow, own: Array, expected: Array) -> Array:
    """(P, 2) where a flow has put points of the portrait, near where they should be; there, where it shows none.

    Args:
        flow: (h, w, 2) where each pixel comes from.
        own, expected: (P, 2) in the portrait, and where they should be; all -1..1.
    """
    steps = np.linspace(-REACH, REACH, STEPS)
    offsets = np.stack(np.meshgrid(steps, steps), axis=2).reshape(-1, 2)
    places = expected[:, None] + offsets
    at = ((places + 1) / 2 * [flow.shape[1] - 1, flow.shape[0] - 1]).astype(np.float32)
    sources = cv2.remap(flow, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cost = ((sources - own[:, None]) ** 2).sum(axis=2) + STRAY * (offsets**2).sum(axis=1)
    likely = np.exp((cost.min(axis=1, keepdims=True) - cost) / SURE)
    return np.asarray((places * likely[:, :, None]).sum(axis=1) / likely.sum(axis=1, keepdims=True))


class FollowedRenderer(NetworkRenderer):
    """Renders what `follow` prepared in mode "relative"."""

    def __init__(self, animator: tpsmm.Animator, drawn: Drawn, prepared: Arrays) -> None:
        super().__init__(posing(animator, prepared["points"], FLAT), animator, unseen)
        self._drawn, self._prepared = drawn, prepared

    def render_span(self, frames: Iterable[SpanFrame]) -> Iterator[Image]:
        waiting: deque[SpanFrame] = deque()

        def noted() -> Iterator[SpanFrame]:
            for frame in frames:
                waiting.append(frame)
                yield frame

        for picture, flow in self.made(noted()):
            assert flow is not None  # noqa: S101  (this network tells)
            frame = waiting.popleft()
            self._drawn.lay(picture, flow, self._prepared["points"][frame.index], frame, self._prepared)
            yield picture


def posing(animator: tpsmm.Animator, points: Array, chosen: list[int] | slice = slice(None)) -> Shown:
    """By keypoints that the portrait takes, whatever the driving frame shows.

    Args:
        points: (N, P, 2).
        chosen: 5K of the P.
    """

    def shown(group: Group) -> Tried:
        rows = np.stack([points[index][chosen] for index in group.indices])
        return animator.tried_pose(keypoint_tensor(rows), group.keep)

    return shown


def unseen(_: Image) -> Image:
    """Of a driving frame that the network is not shown."""
    return np.zeros((1, 1, 3), np.uint8)
