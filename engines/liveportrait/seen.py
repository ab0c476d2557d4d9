"""What the networks see of a driver and of a portrait's frames, and the motion that they find there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import liveportrait
from engines.base import Driving
from engines.liveportrait.template import unpacked_rows
from engines.neural.frames import tensor_of
from face.steadying import spans
from foundation.facetrack import FaceTrack
from foundation.geometry import Image
from foundation.schemes import MOTION
from liveportrait import crops


def small(crop: Image) -> Tensor:
    """(1, 3, 256, 256): a portrait's crop."""
    size = (crops.INPUT_SIDE, crops.INPUT_SIDE)
    return tensor_of(np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA)))


def landmarks_of(track: FaceTrack, span: slice) -> NDArray[np.floating]:
    """(n, 203, 2) of the frames `span`."""
    return liveportrait.recipe_landmarks(np.asarray(track.points[span], np.float64))


def ratios_of(track: FaceTrack) -> liveportrait.Ratios:
    """How open eyes and lips are, in all frames."""
    parts = [liveportrait.Ratios.of(landmarks_of(track, span)) for span in spans(len(track))]
    return liveportrait.Ratios(torch.cat([part.eyes for part in parts]), torch.cat([part.lips for part in parts]))


def square_of(track: FaceTrack) -> crops.Points:
    """(3, 3) to the one square of all the driver's frames that is looked at."""
    return crops.driving_matrix([points for span in spans(len(track)) for points in landmarks_of(track, span)])


def motion_of(
    model: liveportrait.Model, driving: Driving
) -> tuple[liveportrait.MotionInfo, liveportrait.Ratios | None]:
    """All of a driver's motion, and its ratios, where they are known: as a motion template has them."""
    track = driving.track
    if track.scheme == MOTION:
        return unpacked_rows(track)
    matrix = square_of(track)
    frames = driving.pick(range(len(track)))
    return infos(model, (tensor_of(crops.driving_crop(frame, matrix)) for frame in frames)), ratios_of(track)


def infos(model: liveportrait.Model, pictures: Iterable[Tensor]) -> liveportrait.MotionInfo:
    """The motion of pictures, (1, 3, 256, 256) each, at least one, read as they are needed; on the CPU."""
    found = [model.info(torch.cat(group)).to(torch.device("cpu")) for group in _groups(pictures, model.grouping.size)]
    return liveportrait.MotionInfo.joined(found)


def _groups(pictures: Iterable[Tensor], size: int) -> Iterator[list[Tensor]]:
    source = iter(pictures)
    while group := list(islice(source, size)):
        yield group
