"""Between pictures of bytes and what the network takes and gives."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
import torch
from torch import Tensor

from engines.base import Driving
from face.topology import CHIN, FOREHEAD
from foundation.errors import InputError
from foundation.facetrack import FaceTrack
from foundation.geometry import Box, Image, square_around
from foundation.schemes import SQUARE


def window_of(track: FaceTrack, reach: float) -> Box:
    """The square of the driving frames that the network sees: framed as the portrait, still, with the face inside; of
    a subject that is moved whole, all of them.

    Args:
        reach: half its side, in face heights.
    """
    if track.scheme == SQUARE:
        return Box(0, 0, *track.size)
    points = track.points
    height = float(np.median(np.linalg.norm(points[:, FOREHEAD, :2] - points[:, CHIN, :2], axis=-1)))
    low = np.min([face[:, :2].min(axis=0) for face in points], axis=0)
    high = np.max([face[:, :2].max(axis=0) for face in points], axis=0)
    half = max(reach * height, float((high - low).max()) / 2)
    return square_around((float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2), max(half, 1.0))


def cut(frame: Image, window: Box, size: int) -> Image:
    """The window, (size, size, 3); what lies outside the frame repeats its edge."""
    height, width = frame.shape[:2]
    inside = window.clipped(width, height)
    piece = frame[inside.slices]
    if inside.width < 1 or inside.height < 1:
        raise InputError("the performer's face lies outside the driving picture", cure="choose another clip or range")
    borders = (inside.y0 - window.y0, window.y1 - inside.y1, inside.x0 - window.x0, window.x1 - inside.x1)
    square = cv2.copyMakeBorder(piece, *borders, cv2.BORDER_REPLICATE)
    shrinking = window.width > size
    return cast(Image, cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC))


def frame_of(driving: Driving, number: int) -> Image:
    """One frame of the clip. Raises: InputError if it has no such frame."""
    frame = next(driving.pick([number]), None)
    if frame is None:
        raise InputError(f"the driving clip has no frame {number}", cure="choose another reference")
    return frame


def tensor_of(picture: Image) -> Tensor:
    """(H, W, 3) uint8 -> (1, 3, H, W), 0..1."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1).unsqueeze(0).float() / 255


def picture_of(tensor: Tensor) -> Image:
    """(1, 3, H, W), 0..1 -> (H, W, 3) uint8. Raises: InputError if it is no picture."""
    if not bool(torch.isfinite(tensor).all()):
        raise InputError("the checkpoint gives no picture (NaN)", cure="verify it with `models verify`")
    return cast(Image, (tensor[0] * 255).round().byte().permute(1, 2, 0).cpu().numpy())
