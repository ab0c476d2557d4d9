"""LivePortrait, the models of people, given their weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import liveportrait
from engines.base import Arrays, Driving, Own, Portrait, Renderer, Taking
from engines.liveportrait.loading import library_options, model_of
from engines.liveportrait.options import Options
from engines.liveportrait.plate import LivePortraitPlate, plate_arrays
from engines.liveportrait.seen import ratios_of, small, square_of
from engines.liveportrait.template import unpacked_rows
from engines.neural.frames import frame_of, tensor_of
from engines.neural.rendering import (
    LISTENING,
    NetworkRenderer,
    reference_frame,
    state_arrays,
    state_tensors,
)
from engines.plates import Plate, PlateEngine, PlateRenderer
from face.calibration import Detector
from face.motion import Reference
from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.geometry import Image
from foundation.schemes import MOTION
from liveportrait import crops
from liveportrait.packed import packed, unpacked
from networks.grouping import Tried
from networks.stream import Group, Shown


class LivePortraitEngine(PlateEngine[Options]):
    """Moves a head in its crop; the gains of head, expression and mouth do not apply."""

    name = "liveportrait"
    options = Options

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
        return reference_frame(portrait, track, wanted)

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        model, options = model_of(taking), library_options(taking.options)
        reference = reference_frame(portrait, driving.track, taking.motion.reference)
        first, arrays = _followed(model, driving, reference, taking.options)
        own = liveportrait.Ratios.of(liveportrait.recipe_landmarks(portrait.face.points[None]))
        animator = liveportrait.Animator(model, small(portrait.image), first, options, ratios=own)
        arrays |= state_arrays(animator.state.tensors()) | {"reference": np.array(reference)}
        if taking.turns.shares is not None:
            arrays["keep"] = taking.turns.kept(slice(0, len(driving.track)), LISTENING)
        return arrays

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        model = model_of(own)
        state = liveportrait.SourceState.from_tensors(state_tensors(prepared), model.device)
        animator = liveportrait.Animator.restore(model, library_options(own.options), state)
        return NetworkRenderer(_shown(animator, prepared), animator, _seeing(prepared), prepared.get("keep"))

    def prepare_plate(
        self, plate: Plate, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector
    ) -> Arrays:
        _check_ratios(driving.track, taking.options)
        return plate_arrays(plate, driving, taking, reference_frame(portrait, driving.track, taking.motion.reference))

    def open_plate(self, prepared: Arrays, own: Own[Options]) -> PlateRenderer:
        return LivePortraitPlate(prepared, own)


def _followed(
    model: liveportrait.Model, driving: Driving, reference: int, options: Options
) -> tuple[liveportrait.MotionInfo, Arrays]:
    """The reference frame's motion, and what is kept of the driver: the square of its frames that is looked at, or, of
    a motion template, all of its motion; where they are retargeted, how open eyes and lips are."""
    track = driving.track
    _check_ratios(track, options)
    if track.scheme == MOTION:
        motion, ratios = unpacked_rows(track)
        arrays: Arrays = {"motion": packed(motion, None).numpy()}
        first = motion.part(slice(reference, reference + 1)).to(model.device)
    else:
        matrix, ratios = square_of(track), ratios_of(track)
        arrays = {"matrix": matrix}
        first = model.info(tensor_of(crops.driving_crop(frame_of(driving, reference), matrix)))
    if options.retargets and ratios is not None:
        arrays |= {"eyes": ratios.eyes.numpy(), "lips": ratios.lips.numpy()}
    return first, arrays


def _check_ratios(track: FaceTrack, options: Options) -> None:
    """Raises: InputError: they are needed, and a motion template has none."""
    if options.retargets and track.scheme == MOTION and unpacked_rows(track)[1] is None:
        cure = "write it again with LivePortrait, use the clip itself, or retarget neither eyes nor lips"
        raise InputError("the motion template has no ratios of eyes and lips", cure=cure)


def _seeing(prepared: Arrays) -> Callable[[Image], Image]:
    """What the network is given of a driving frame; of a motion template's, nothing."""
    matrix = prepared.get("matrix")
    return _nothing if matrix is None else lambda frame: crops.driving_crop(frame, matrix)


def _nothing(_frame: Image) -> Image:
    return np.zeros((1, 1, 3), np.uint8)


def _shown(animator: liveportrait.Animator, prepared: Arrays) -> Shown:
    eyes, lips, motion = (prepared.get(name) for name in ("eyes", "lips", "motion"))

    def rows(of: NDArray[np.floating], group: Group) -> Tensor:
        return torch.from_numpy(np.asarray(of[group.indices], np.float32)).to(animator.device)

    def shown(group: Group) -> Tried:
        ratios = None
        if eyes is not None and lips is not None:
            ratios = liveportrait.Ratios(rows(eyes, group), rows(lips, group))
        if motion is not None:
            return animator.follow(unpacked(rows(motion, group))[0], ratios, group.keep)
        return animator.tried(group.frames, ratios, group.keep)

    return shown
