"""The neural engine: the published Thin-Plate Spline Motion Model, given its checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import tpsmm
from engines import ENGINES
from engines.base import Arrays, Driving, Engine, Own, Portrait, Renderer, Taking
from engines.neural.frames import cut, frame_of, picture_of, tensor_of, window_of
from engines.neural.loading import converted, device_of, model_of
from engines.neural.rendering import (
    LISTENING,
    NetworkRenderer,
    reference_frame,
    reference_seen,
    state_arrays,
    state_tensors,
)
from engines.neural.section import Arithmetic
from engines.tpsmm.followed import Drawn, FollowedRenderer, follow, posing, unseen
from engines.tpsmm.options import Options
from face.calibration import Detector
from face.motion import Reference
from foundation.errors import InputError, ManifestError
from foundation.facetrack import FaceTrack
from foundation.geometry import Box, Image
from tpsmm.convert import convert


def _model(own: Own[Options]) -> tpsmm.Model:
    return model_of("tpsmm", own, "vox", _load)


def _load(config: Path, checkpoint: Path, how: Arithmetic) -> tpsmm.Model:
    parsed = tpsmm.load_config(config)
    fastest = converted(checkpoint, lambda path: convert(path, parsed))
    return tpsmm.load_model(parsed, fastest, device=device_of(how), precision=how.precision, group=how.group)


class TpsmmEngine(Engine[Options]):
    """The gains of head, expression and mouth apply where keypoints are landmarks; a network that finds its own moves
    everything at once."""

    name = "tpsmm"
    options = Options

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
        return reference_frame(portrait, track, wanted)

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        model, options = _model(taking), taking.options
        reference = reference_seen(portrait, driving, taking.motion.reference, lambda image: _found(model, image))
        window = window_of(driving.track, ENGINES[self.name].crop.reach)
        where: Arrays = {"window": np.array(window.to_json()), "reference": np.array(reference)}
        try:
            if by_landmarks(model, options):
                animator, moved = follow(model, portrait, driving, taking, detect, (reference, window))
                where |= moved
            else:
                animator = _animator(model, portrait, frame_of(driving, reference), window, options.mode)
                if taking.turns.shares is not None:
                    where["keep"] = taking.turns.kept(slice(0, len(driving.track)), LISTENING)
        except ValueError as error:
            raise InputError(str(error), cure="use another mode or checkpoint") from error
        return state_arrays(animator.state.tensors()) | where

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        model = _model(own)
        state = tpsmm.SourceState.from_tensors(state_tensors(prepared), model.device)
        animator = tpsmm.Animator.restore(model, own.options.mode, state)
        window = Box(*(int(edge) for edge in prepared["window"]))
        size = model.config.view_side or state.picture.shape[2]
        keypoints = prepared.get("keypoints")
        if keypoints is not None:
            return NetworkRenderer(posing(animator, keypoints), animator, unseen, prepared.get("keep"))
        if "points" in prepared:
            shown = picture_of(state.picture if state.full is None else state.full)
            return FollowedRenderer(animator, Drawn.of(portrait, prepared, shown), prepared)
        return NetworkRenderer(
            lambda group: animator.tried(group.frames, group.keep),
            animator,
            lambda frame: cut(frame, window, size),
            prepared.get("keep"),
        )


def by_landmarks(model: tpsmm.Model, options: Options) -> bool:
    """Whether keypoints are taken from the followed face. Raises: ManifestError if they cannot be."""
    taught = model.config.kp_detector.landmarks
    if options.keypoints == "landmarks" and not taught:
        cure = "use keypoints: auto, or a config with kp_detector_params.landmarks, such as duet-128"
        raise ManifestError("this network's keypoints are no face landmarks", cure=cure)
    return taught and options.keypoints != "network"


def _found(model: tpsmm.Model, picture: Image) -> NDArray[np.floating]:
    """(5K, 2) keypoints of a picture, by the network's own detector."""
    return np.asarray(model.keypoints(tensor_of(picture))[0].cpu().numpy())


def _animator(model: tpsmm.Model, portrait: Portrait, frame: Image, window: Box, mode: str) -> tpsmm.Animator:
    """Of a network that finds its keypoints itself, in the whole portrait and in the window of the reference frame."""
    initial = tensor_of(cut(frame, window, model.config.view_side or portrait.image.shape[0]))
    return tpsmm.Animator(model, tensor_of(portrait.image), mode=mode, initial=initial)
