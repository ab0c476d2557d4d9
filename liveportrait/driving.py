"""Which keypoints drive: from the motions of portrait and driver to the keypoints that the portrait takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from liveportrait.info import POINTS, MotionInfo, Pose
from liveportrait.neutral import SHUT_LIPS
from liveportrait.retargeting import Points, StitchingRetargeting, eye_ratios, lip_ratios
from liveportrait.smoothing import OBSERVATION_VARIANCE, smoothed
from networks.arithmetic import inference
from networks.kernels.workers import steady_torch
from networks.reference import movement_scale

Region = Literal["all", "exp", "pose", "lip", "eyes"]
REGIONS: tuple[Region, ...] = ("all", "exp", "pose", "lip", "eyes")
OPEN_LIPS = 0.03  # the ratio from which on a source's lips count as open
SHUT_EYES, WIDE_EYES = 0.18, 0.39  # below the first, a moving portrait's eyes are opened to the second
LIPS = (6, 12, 14, 17, 19, 20)
EYES = (11, 13, 15, 16, 18)
WHOLE = (1, 2, 6, *range(11, 21))
AXES = ((3, 1), (4, 1), (5, 2), (8, 2), (9, 1), (9, 2))
"""Keypoints that take a driver's expression, and single axes (point, axis) of others; what else there is belongs to the
head's shape."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a driver is followed.

    Attributes:
        relative: as the driver moves away from its first frame; else the driver's pose and expression themselves.
        expression_friendly: relative motion of a picture is scaled by the size of the heads (hulls of keypoints).
        region: what of the motion is taken.
        multiplier: of all motion, in the end.
        stitching: correct the keypoints so that the crop's border stays.
        shut_lips: in relative motion, begin from shut lips where the source's are open (published: normalize_lip).
        eyes, lips: open them as far as the driver's. In relative mode all other motion is dropped, as published.
        hold_eyes: a moving portrait's own eyes stay as open as in its first frame.
        observation_variance: of the smoother of a moving portrait's motion; larger is smoother.
    """

    relative: bool = True
    expression_friendly: bool = True
    region: Region = "all"
    multiplier: float = 1.0
    stitching: bool = True
    shut_lips: bool = False
    eyes: bool = False
    lips: bool = False
    hold_eyes: bool = False
    observation_variance: float = OBSERVATION_VARIANCE


@dataclass(frozen=True)
class Ratios:
    """How open eyes (N, 2) and lips (N, 1) are, height over width (retargeting.eye_ratios, lip_ratios)."""

    eyes: Tensor
    lips: Tensor

    def part(self, which: slice | list[int]) -> Ratios:
        """Of some of the pictures."""
        return Ratios(self.eyes[which], self.lips[which])

    @staticmethod
    def of(landmarks: Points) -> Ratios:
        """Of (N, 203, 2) landmarks."""
        return Ratios(*(torch.from_numpy(of(landmarks)).float() for of in (eye_ratios, lip_ratios)))


class Driver:
    """Keypoints for frames of one portrait, in any grouping.

    Args:
        networks: stitching and retargeting.
        source: motion of the portrait: of one picture, or of each frame of a moving portrait.
        first: the driver's motion that relative motion starts from, of one frame.
        options: how.
        ratios: of the portrait, as many as `source`; None: not known, so nothing is done to eyes and lips.
        single: the driver is one picture: its expression counts from shut lips on, its pose not at all.
        smooth: for a moving portrait: the pose of every frame, from `moving_pose`.
    """

    def __init__(
        self,
        networks: StitchingRetargeting,
        source: MotionInfo,
        first: MotionInfo,
        options: Options,
        *,
        ratios: Ratios | None = None,
        single: bool = False,
        smooth: Pose | None = None,
    ) -> None:
        self.networks, self.source, self.first, self.options = networks, source, first, options
        self.ratios, self.single, self.smooth = ratios, single, smooth
        self.scale = 1.0
        if smooth is None and options.relative and options.expression_friendly and not single:
            self.start = self._pose(first).keypoints(source.kp)
            self.scale = movement_scale(source.keypoints, self.start)

    @steady_torch()
    @inference()
    def keypoints(self, driving: MotionInfo, ratios: Ratios | None) -> Tensor:
        """The keypoints that the portrait takes in N frames, (N, 21, 3).

        Args:
            driving: the driver's motion in these frames.
            ratios: its, for `options.eyes` and `lips`.
        """
        # One at a time: how a library multiplies matrices depends on their size, and with it the last bits.
        ones = [slice(k, k + 1) for k in range(len(driving))]
        return torch.cat([self._of_one(driving.part(one), ratios and ratios.part(one), one.start) for one in ones])

    def _of_one(self, driving: MotionInfo, ratios: Ratios | None, frame: int) -> Tensor:
        options, moving = self.options, self.smooth is not None
        frames = slice(frame, frame + 1)
        source = self.source.part(frames) if moving else self.source
        own = source.keypoints
        given = self.ratios.part(frames) if moving and self.ratios is not None else self.ratios
        pose = self.smooth.part(frames) if self.smooth is not None else self._pose(driving)
        taken = pose.keypoints(source.kp)
        if not moving and options.relative and options.expression_friendly and not self.single:
            taken = own + (taken - self.start) * self.scale
        if options.eyes or options.lips:
            base = own if options.relative else taken
            taken = base + self._opened(own, given, ratios)
            taken = self.networks.stitched(own, taken) if options.stitching else taken
        else:
            taken = self.networks.stitched(own, taken) if options.stitching else taken
            taken = taken + self._before(own, given)
        return own + (taken - own) * options.multiplier

    def _pose(self, driving: MotionInfo) -> Pose:
        """Of a portrait that is one picture, in one frame."""
        source, first, options = self.source, self.first, self.options
        exp, turn, scale, t = driving.exp, driving.rotation, source.scale, driving.t
        if options.relative:
            start = first.exp
            if self.single:
                eyes = options.region == "eyes"
                start = torch.zeros_like(start) if eyes else start.new_tensor(SHUT_LIPS).expand_as(start)
            exp = source.exp + driving.exp - start
            turn = driving.rotation @ first.rotation.transpose(1, 2) @ source.rotation
            t = source.t + driving.t - first.t
            if options.region == "all":
                scale = source.scale * (driving.scale / first.scale)
        turned = options.region in {"all", "pose"}
        whole = options.relative and options.region in {"all", "exp"}
        return Pose(
            turn if turned else source.rotation,
            exp if whole else torch.where(_mask(options.region, exp), exp, source.exp),
            scale,
            t if turned else source.t,
        )

    def _before(self, own: Tensor, given: Ratios | None) -> Tensor:
        """Offsets that do not depend on the driver."""
        offset = torch.zeros_like(own)
        if given is None:
            return offset
        if self.options.shut_lips and self.options.relative:
            shut = self.networks.lips(own, torch.cat([given.lips, torch.zeros_like(given.lips)], dim=1))
            offset = torch.where((given.lips >= OPEN_LIPS).unsqueeze(-1), shut, offset)
        if self.options.hold_eyes and self.smooth is not None and self.ratios is not None:
            wanted = self.ratios.eyes[:1].mean(dim=1, keepdim=True)
            wanted = torch.where(wanted < SHUT_EYES, torch.full_like(wanted, WIDE_EYES), wanted)
            offset = offset + self.networks.eyes(own, torch.cat([given.eyes, wanted], dim=1))
        return offset

    def _opened(self, own: Tensor, given: Ratios | None, wanted: Ratios | None) -> Tensor:
        """Offsets that open eyes and lips as far as the driver's."""
        offset = torch.zeros_like(own)
        if given is None or wanted is None:
            return offset
        if self.options.eyes:  # of the driver's, the left eye of the picture alone counts, as published
            offset = offset + self.networks.eyes(own, torch.cat([given.eyes, wanted.eyes[:, :1]], dim=1))
        if self.options.lips:
            offset = offset + self.networks.lips(own, torch.cat([given.lips, wanted.lips], dim=1))
        return offset


@steady_torch()
@inference()
def moving_pose(source: MotionInfo, driving: MotionInfo, options: Options, first: MotionInfo | None = None) -> Pose:
    """The pose of every frame of a moving portrait, smoothed over time; needs the whole clip at once.

    Args:
        source: of N frames.
        driving: of N frames, or of one picture.
        first: what relative motion starts from; None: the driver's first frame.
    """
    first = driving.part(slice(1)) if first is None else first
    single = len(driving) == 1
    count = len(source)
    own_turn, turn = source.rotation, driving.rotation
    if options.relative:
        start = driving.exp.new_tensor(SHUT_LIPS) if single else first.exp
        exp = source.exp + driving.exp - start
        turn = own_turn if single else turn @ first.rotation.transpose(1, 2) @ own_turn
    else:
        exp = driving.exp
    if not single:
        exp, turn = (smoothed(part, options.observation_variance) for part in (exp, turn))
    exp, turn = exp.expand(count, -1, -1), turn.expand(count, -1, -1)
    turned = options.region in {"all", "pose"}
    return Pose(
        turn if turned else own_turn,
        torch.where(_mask(options.region, exp), exp, source.exp),
        source.scale,
        source.t if options.relative or not turned else driving.t.expand(count, -1),
    )


def _mask(region: Region, like: Tensor) -> Tensor:
    """(21, 3): which coordinates of the expression a region takes."""
    mask = torch.zeros(POINTS, 3, dtype=torch.bool, device=like.device)
    if region in {"all", "exp"}:
        mask[list(WHOLE)] = True
        for point, axis in AXES:
            mask[point, axis] = True
    elif region in {"lip", "eyes"}:
        mask[list(LIPS if region == "lip" else EYES)] = True
    return mask


def check_options(options: Options) -> Options:
    """The options, if they can be. Raises: ValueError."""
    if options.region not in REGIONS:
        raise ValueError(f"region is one of {', '.join(REGIONS)}, not {options.region!r}")
    if not 0 <= options.multiplier <= 10:
        raise ValueError(f"multiplier lies in 0..10, not {options.multiplier}")
    if not 1e-9 <= options.observation_variance <= 1:
        raise ValueError(f"observation_variance lies in 1e-9..1, not {options.observation_variance}")
    return replace(options)
