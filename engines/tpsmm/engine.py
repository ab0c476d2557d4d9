"""The neural engine: the published Thin-Plate Spline Motion Model, given its checkpoint."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import tpsmm
from engines.base import Arrays, CropSpec, Driving, Engine, Own, Portrait, Renderer, Taking
from engines.tpsmm.frames import cut, frame_of, keypoint_tensor, picture_of, tensor_of, window_of
from engines.tpsmm.landmarks import follow
from engines.tpsmm.options import Options
from face.calibration import Detector
from face.motion import Reference
from face.performance import choose_reference
from face.reference import most_alike
from foundation.errors import InputError, ManifestError
from foundation.facetrack import MEDIAPIPE_478, FaceTrack
from foundation.geometry import Box, Image
from tpsmm.convert import convert

LISTENING = 0.3
"""The network moves mouth and head at once: of `listening`, a listener takes so much, or its lips would move along."""


def _model(own: Own[Options]) -> tpsmm.Model:
    """The model of the files "config" and "checkpoint"; the last one is kept.

    Raises:
        ManifestError: one of them is not named.
    """
    missing = [name for name in ("config", "checkpoint") if name not in own.files]
    if missing:
        raise ManifestError(
            f"engine tpsmm needs a {' and a '.join(missing)}", cure="run `models fetch vox`, or use landmark_tps"
        )
    config, checkpoint = own.files["config"], own.files["checkpoint"]
    stamp = checkpoint.stat().st_mtime_ns if checkpoint.is_file() else 0
    return _load(config, checkpoint, stamp, own.options.precision)


@lru_cache(maxsize=1)
def _load(config: Path, checkpoint: Path, _stamp: int, precision: str) -> tpsmm.Model:
    parsed = tpsmm.load_config(config)
    if checkpoint.is_file():
        # In a folder that cannot be written to, the original is read each time instead.
        with suppress(OSError):
            checkpoint = convert(checkpoint, parsed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and precision == "fast":
        precision = "fp16"
    return tpsmm.load_model(parsed, checkpoint, device=device, precision=precision)


class TpsmmEngine(Engine[Options]):
    """The gains of head, expression and mouth apply where keypoints are landmarks; a network that finds its own moves
    everything at once."""

    name = "tpsmm"
    options = Options
    scheme = MEDIAPIPE_478
    crop = CropSpec(reach=1.0, size=256)

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
        return _reference(portrait, track, wanted)

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        model, options = _model(taking), taking.options
        reference = _reference(portrait, driving.track, taking.motion.reference)
        window = window_of(driving.track, self.crop.reach)
        where: Arrays = {"window": np.array(window.to_json()), "reference": np.array(reference)}
        try:
            if by_landmarks(model, options):
                animator, moved = follow(model, portrait, driving, taking, detect, (reference, window))
                where["keypoints"] = moved
            else:
                animator = _animator(model, portrait, frame_of(driving, reference), window, options.mode)
                if taking.turns.shares is not None:
                    where["keep"] = taking.turns.kept(slice(0, len(driving.track)), LISTENING)
        except ValueError as error:
            raise InputError(str(error), cure="use another mode or checkpoint") from error
        state = {f"state.{name}": tensor.float().numpy() for name, tensor in animator.state.tensors().items()}
        return state | where

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        model = _model(own)
        stored = {
            name.removeprefix("state."): torch.from_numpy(np.ascontiguousarray(array))
            for name, array in prepared.items()
            if name.startswith("state.")
        }
        state = tpsmm.SourceState.from_tensors(stored, model.device)
        animator = tpsmm.Animator.restore(model, own.options.mode, state)
        return TpsmmRenderer(
            animator, Box(*(int(edge) for edge in prepared["window"])), prepared.get("keep"), prepared.get("keypoints")
        )


def by_landmarks(model: tpsmm.Model, options: Options) -> bool:
    """Whether keypoints are taken from the followed face. Raises: ManifestError if they cannot be."""
    taught = model.config.kp_detector.landmarks
    if options.keypoints == "landmarks" and not taught:
        cure = "use keypoints: auto, or a config with kp_detector_params.landmarks, such as duet-128"
        raise ManifestError("this network's keypoints are no face landmarks", cure=cure)
    return taught and options.keypoints != "network"


def _animator(model: tpsmm.Model, portrait: Portrait, frame: Image, window: Box, mode: str) -> tpsmm.Animator:
    """Of a network that finds its keypoints itself, in the whole portrait and in the window of the reference frame."""
    initial = tensor_of(cut(frame, window, model.config.view_side or portrait.image.shape[0]))
    return tpsmm.Animator(model, tensor_of(portrait.image), mode=mode, initial=initial)


class TpsmmRenderer(Renderer):
    """One frame at a time through the network; the driving frame is seen through a window that stands still.

    Args:
        keep: (N,) how much of each frame's motion is taken; None: all of it.
        keypoints: (N, 5K, 2) that the portrait takes; None: the network finds the driving frame's.
    """

    def __init__(
        self,
        animator: tpsmm.Animator,
        window: Box,
        keep: NDArray[np.floating] | None = None,
        keypoints: NDArray[np.floating] | None = None,
    ) -> None:
        self.animator = animator
        self.window = window
        self._keep, self._keypoints = keep, keypoints

    def render(self, index: int, driving_frame: Image) -> Image:
        return self.eased(index, driving_frame, 1.0)

    def eased(self, index: int, driving_frame: Image, share: float) -> Image:
        keep = None
        if share < 1 or self._keep is not None:
            keep = torch.tensor([share * (1.0 if self._keep is None else float(self._keep[index]))])
        if self._keypoints is not None:
            picture = self.animator.pose(keypoint_tensor(self._keypoints[index : index + 1]), keep)
        else:
            size = self.animator.model.config.view_side or self.animator.state.picture.shape[2]
            picture = self.animator.render(tensor_of(cut(driving_frame, self.window, size)), keep)
        return picture_of(picture)


def _reference(portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
    """The driving frame that motion is measured from, 0..N-1."""
    if wanted == "first":
        return 0
    if wanted == "neutral":
        return choose_reference(track, "best")
    if wanted not in ("best", "nearest"):
        return min(max(int(wanted), 0), len(track) - 1)
    seen = np.flatnonzero(track.shows_mouth)
    candidates = seen if len(seen) else np.arange(len(track))
    shapes = (track.points[index, :, :2] for index in candidates)
    return int(candidates[most_alike(portrait.face.points[:, :2], shapes)])
