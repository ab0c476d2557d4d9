"""The First Order Motion Model, given its checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import fomm
from engines import ENGINES
from engines.base import Arrays, Driving, Engine, Own, Portrait, Renderer, Taking
from engines.fomm.options import Options
from engines.neural.frames import cut, frame_of, tensor_of, window_of
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
from face.calibration import Detector
from face.motion import Reference
from fomm.convert import convert
from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.geometry import Box, Image


def _model(own: Own[Options]) -> fomm.Model:
    return model_of("fomm", own, "fomm-vox", _load)


def _load(config: Path, checkpoint: Path, how: Arithmetic) -> fomm.Model:
    parsed = fomm.load_config(config)
    fastest = converted(checkpoint, lambda path: convert(path, parsed))
    return fomm.load_model(parsed, fastest, device=device_of(how), precision=how.precision, group=how.group)


class FommEngine(Engine[Options]):
    """Moves everything in the crop at once; the gains of head, expression and mouth do not apply."""

    name = "fomm"
    options = Options

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
        return reference_frame(portrait, track, wanted)

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        model, options = _model(taking), taking.options
        reference = reference_seen(portrait, driving, taking.motion.reference, lambda image: _found(model, image))
        window = window_of(driving.track, ENGINES[self.name].crop.reach)
        initial = tensor_of(cut(frame_of(driving, reference), window, portrait.image.shape[0]))
        source = tensor_of(portrait.image)
        try:
            animator = fomm.Animator(model, source, options.mode, initial, adapt_scale=options.adapt_scale)
        except ValueError as error:
            raise InputError(str(error), cure="use another config or checkpoint") from error
        where: Arrays = {"window": np.array(window.to_json()), "reference": np.array(reference)}
        if taking.turns.shares is not None:
            where["keep"] = taking.turns.kept(slice(0, len(driving.track)), LISTENING)
        return state_arrays(animator.state.tensors()) | where

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        model = _model(own)
        state = fomm.SourceState.from_tensors(state_tensors(prepared), model.device)
        animator = fomm.Animator.restore(model, own.options.mode, state)
        window = Box(*(int(edge) for edge in prepared["window"]))
        size = state.picture.shape[2]
        return NetworkRenderer(
            lambda group: animator.tried(group.frames, group.keep),
            animator,
            lambda frame: cut(frame, window, size),
            prepared.get("keep"),
        )


def _found(model: fomm.Model, picture: Image) -> NDArray[np.floating]:
    """(K, 2) keypoints of a picture, by the network's own detector."""
    return np.asarray(model.keypoints(tensor_of(picture)).value[0].cpu().numpy())
