"""Crops around faces as the published code cuts them, and how a picture is pasted back. Points are (x, y) in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Points = NDArray[np.floating]
SIDE, INPUT_SIDE = 512, 256
"""Of a crop, and of what the networks see."""
SOURCE_SCALE, SOURCE_DOWN = 2.3, -0.125
DRIVING_SCALE, DRIVING_DOWN = 2.2, -0.1
"""A crop's side over the face's larger extent, and how far its centre lies below the face's, in sides."""
EYES = ((0, 6, 12, 18), (24, 30, 36, 42))
MOUTH = (48, 66)
"""Of 203 landmarks."""
EDGE = 16  # pixels over which a pasted crop fades in


@dataclass(frozen=True)
class Anchors:
    """What a crop is laid by: eyes (2,) and mouth (2,), their centres, and all landmarks (N, 2)."""

    eyes: Points
    mouth: Points
    landmarks: Points

    @staticmethod
    def of(landmarks: Points, eyes: Sequence[Sequence[int]] = EYES, mouth: Sequence[int] = MOUTH) -> Anchors:
        """Of (N, 2) landmarks, by the numbers of two eyes' points and of the mouth's corners."""
        centre = np.mean([landmarks[list(eye)].mean(axis=0) for eye in eyes], axis=0)
        return Anchors(centre, landmarks[list(mouth)].mean(axis=0), landmarks)


@dataclass(frozen=True)
class Box:
    """A square: its centre (2,), side in pixels, and the direction (2,) of its x axis."""

    centre: Points
    side: float
    x_axis: Points


def box_of(anchors: Anchors, scale: float, down: float) -> Box:
    """The square around a face, upright with it; its y axis leads from the eyes to the mouth."""
    y_axis = anchors.mouth - anchors.eyes
    length = np.linalg.norm(y_axis)
    y_axis = y_axis / length if length > 1e-3 else np.array([0.0, 1.0])
    x_axis = np.array([y_axis[1], -y_axis[0]])
    middle = anchors.landmarks.mean(axis=0)
    turned = (anchors.landmarks - middle) @ np.stack([x_axis, y_axis]).T
    low, high = turned.min(axis=0), turned.max(axis=0)
    side = float((high - low).max()) * scale
    across, along = (low + high) / 2
    return Box(middle + x_axis * across + y_axis * (along + down * side), side, x_axis)


def matrix_of(box: Box, *, upright: bool = True) -> Points:
    """(3, 3), from the picture's pixels to the crop's, of SIDE pixels.

    Args:
        upright: turn the face upright; else the crop is parallel to the picture.
    """
    cosine, sine = box.x_axis if upright else (1.0, 0.0)
    turn = np.array([[cosine, sine], [-sine, cosine]]) * (SIDE / box.side)
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = SIDE / 2 - turn @ box.centre
    return matrix


def cut(picture: Picture, matrix: Points, size: tuple[int, int] = (SIDE, SIDE)) -> Picture:
    """The picture through a matrix, (H, W, 3); black where it has nothing. `size`: width, height."""
    return np.asarray(cv2.warpAffine(picture, matrix[:2], size, flags=cv2.INTER_LINEAR))


def source_crop(picture: Picture, anchors: Anchors) -> tuple[Points, Picture]:
    """The matrix to the crop, and what the networks see of a portrait, (256, 256, 3)."""
    matrix = matrix_of(box_of(anchors, SOURCE_SCALE, SOURCE_DOWN))
    seen = cv2.resize(cut(picture, matrix), (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_AREA)
    return matrix, np.asarray(seen)


def driving_matrix(landmarks: Sequence[Points]) -> Points:
    """From the pixels of a driving clip to the crop's: one square for the whole clip, the mean of its frames'."""
    boxes = [box_of(Anchors.of(points), DRIVING_SCALE, DRIVING_DOWN) for points in landmarks]
    centre = np.mean([box.centre for box in boxes], axis=0)
    side = float(np.mean([box.side for box in boxes]))
    return matrix_of(Box(centre, side, np.array([1.0, 0.0])), upright=False)


def driving_crop(picture: Picture, matrix: Points) -> Picture:
    """What the networks see of a driving frame, (256, 256, 3)."""
    return np.asarray(cv2.resize(cut(picture, matrix), (INPUT_SIDE, INPUT_SIDE), interpolation=cv2.INTER_LINEAR))


def paste_mask(matrix: Points, size: tuple[int, int]) -> NDArray[np.float32]:
    """(H, W), 0..1: how much of a picture of `size` (width, height) a pasted crop covers; `matrix`: to the crop."""
    across = np.arange(SIDE)
    beyond = np.maximum(np.maximum(EDGE - across, across - (SIDE - EDGE)), 0)
    distance = np.hypot(beyond[:, None], beyond[None])
    template = np.floor(255 * np.maximum(0, 1 - distance / EDGE)).astype(np.uint8)
    return cut(template, np.linalg.inv(matrix), size).astype(np.float32) / np.float32(255)


def pasted(made: Picture, matrix: Points, picture: Picture) -> Picture:
    """A made crop (512, 512, 3), back in the picture that it was cut from."""
    size = (picture.shape[1], picture.shape[0])
    share = paste_mask(matrix, size)[..., None]
    whole = cut(made, np.linalg.inv(matrix), size)
    return np.clip(share * whole + (1 - share) * picture, 0, 255).astype(np.uint8)
