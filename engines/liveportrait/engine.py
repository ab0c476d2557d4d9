"""LivePortrait, the models of people, given their weights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import liveportrait
from engines.base import Arrays, CropSpec, Driving, Engine, Own, Portrait, Renderer, Taking
from engines.liveportrait.options import Options
from engines.neural.frames import frame_of, tensor_of
from engines.neural.loading import device_of, named_files, stamp_of
from engines.neural.rendering import (
    LISTENING,
    NetworkRenderer,
    reference_frame,
    state_arrays,
    state_tensors,
)
from engines.neural.section import Arithmetic
from face.calibration import Detector
from face.motion import Reference
from face.steadying import spans
from foundation.facetrack import MEDIAPIPE_478, FaceTrack
from foundation.geometry import Array, Image
from liveportrait import crops
from liveportrait.files import read_files
from liveportrait.retargeting import eye_ratios, lip_ratios
from liveportrait.sizes import PUBLISHED, load_sizes
from networks.grouping import Tried
from networks.stream import Group, Shown


def _model(own: Own[Options]) -> liveportrait.Model:
    """The model of the file "checkpoint", or of the published ones by name; the last one is kept."""
    files = {name: path for name, path in own.files.items() if name != "config"}
    if not files:
        named_files("liveportrait", files, ("checkpoint",), "liveportrait")
    stamps = tuple(stamp_of(path) for path in files.values())
    return _load(tuple(sorted(files.items())), own.files.get("config"), stamps, own.options.alone)


@lru_cache(maxsize=1)
def _load(
    files: tuple[tuple[str, Path], ...], config: Path | None, _stamps: tuple[int, ...], how: Arithmetic
) -> liveportrait.Model:
    device, by_name = device_of(how), dict(files)
    weights = by_name.get("checkpoint") or read_files(by_name).modules
    sizes = PUBLISHED if config is None else load_sizes(config)
    return liveportrait.load_model(weights, device=device, precision=how.precision, group=how.group, sizes=sizes)


def portrait_affine(points: Array, size: int) -> Array:
    """(2, 3) from the picture to its crop: the published recipe, by our landmarks.

    Args:
        points: (478, 3) of the face, pixels.
        size: of the crop, pixels a side.
    """
    anchors = crops.Anchors.of(liveportrait.recipe_landmarks(points))
    matrix = crops.matrix_of(crops.box_of(anchors, crops.SOURCE_SCALE, crops.SOURCE_DOWN))
    return np.asarray(matrix[:2] * (size / crops.SIDE), np.float64)


class LivePortraitEngine(Engine[Options]):
    """Moves a head in its crop; the gains of head, expression and mouth do not apply."""

    name = "liveportrait"
    options = Options
    scheme = MEDIAPIPE_478
    crop = CropSpec(reach=1.25, size=crops.SIDE, place=portrait_affine)

    def reference(self, portrait: Portrait, track: FaceTrack, wanted: Reference) -> int:
        return reference_frame(portrait, track, wanted)

    def prepare(self, portrait: Portrait, driving: Driving, taking: Taking[Options], detect: Detector) -> Arrays:
        model, track = _model(taking), driving.track
        reference = reference_frame(portrait, track, taking.motion.reference)
        matrix = crops.driving_matrix([points for span in spans(len(track)) for points in _landmarks(track, span)])
        first = model.info(_seen(frame_of(driving, reference), matrix))
        small = cv2.resize(portrait.image, (crops.INPUT_SIDE, crops.INPUT_SIDE), interpolation=cv2.INTER_AREA)
        own = _ratios(liveportrait.recipe_landmarks(portrait.face.points[None]))
        options = _options(taking.options)
        animator = liveportrait.Animator(model, tensor_of(np.asarray(small)), first, options, ratios=own)
        arrays = state_arrays(animator.state.tensors())
        arrays |= {"matrix": matrix, "reference": np.array(reference)}
        if options.eyes or options.lips:
            theirs = [_ratios(_landmarks(track, span)) for span in spans(len(track))]
            arrays["eyes"] = np.concatenate([part.eyes.numpy() for part in theirs])
            arrays["lips"] = np.concatenate([part.lips.numpy() for part in theirs])
        if taking.turns.shares is not None:
            arrays["keep"] = taking.turns.kept(slice(0, len(track)), LISTENING)
        return arrays

    def open(self, portrait: Portrait, prepared: Arrays, own: Own[Options]) -> Renderer:
        model = _model(own)
        state = liveportrait.SourceState.from_tensors(state_tensors(prepared), model.device)
        animator = liveportrait.Animator.restore(model, _options(own.options), state)
        matrix = prepared["matrix"]
        return NetworkRenderer(
            _following(animator, prepared),
            animator,
            lambda frame: crops.driving_crop(frame, matrix),
            prepared.get("keep"),
        )


def _following(animator: liveportrait.Animator, prepared: Mapping[str, Array]) -> Shown:
    eyes, lips = prepared.get("eyes"), prepared.get("lips")

    def shown(group: Group) -> Tried:
        ratios = None
        if eyes is not None and lips is not None:
            rows = (np.stack([of[index] for index in group.indices]).astype(np.float32) for of in (eyes, lips))
            ratios = liveportrait.Ratios(*(torch.from_numpy(each).to(animator.device) for each in rows))
        return animator.tried(group.frames, ratios, group.keep)

    return shown


def _options(options: Options) -> liveportrait.Options:
    return liveportrait.Options(
        relative=options.relative,
        expression_friendly=options.expression_friendly,
        region=options.region,
        multiplier=options.multiplier,
        stitching=options.stitching,
        shut_lips=options.shut_lips,
        eyes=options.eyes,
        lips=options.lips,
    )


def _seen(frame: Image, matrix: crops.Points) -> Tensor:
    """What the network sees of a driving frame."""
    return tensor_of(crops.driving_crop(frame, matrix))


def _landmarks(track: FaceTrack, span: slice) -> NDArray[np.floating]:
    """(n, 203, 2) of the frames `span`."""
    return liveportrait.recipe_landmarks(np.asarray(track.points[span], np.float64))


def _ratios(landmarks: NDArray[np.floating]) -> liveportrait.Ratios:
    """Of (n, 203, 2) landmarks."""
    return liveportrait.Ratios(*(torch.from_numpy(of(landmarks)).float() for of in (eye_ratios, lip_ratios)))
