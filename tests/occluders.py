"""What singers hold before their mouths, drawn over pictures of faces whose landmarks are known."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from face.topology import CHIN, FOREHEAD
from foundation.geometry import Array, Image

CHEEKS = (50, 280, 205, 425, 117, 346)


def _axes(points: Array) -> tuple[Array, float, Array, Array]:
    """Middle of the mouth, height of the face, and unit vectors down the face and across it."""
    top, chin = points[FOREHEAD, :2], points[CHIN, :2]
    height = float(np.linalg.norm(chin - top))
    down = (chin - top) / height
    return points[[13, 14], :2].mean(axis=0), height, down, np.array([down[1], -down[0]])


def _laid(image: Image, layer: Array, shape: NDArray[np.bool_] | Array) -> Image:
    soft = cv2.GaussianBlur(shape.astype(np.float32), (0, 0), 0.8)[:, :, None]
    return np.clip(image * (1 - soft) + layer * soft, 0, 255).astype(np.uint8)


def _fields(image: Image, middle: Array, down: Array, across: Array) -> tuple[Array, Array]:
    """Of each pixel, how far across and down it lies from a point."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    offset = np.stack([columns - middle[0], rows - middle[1]], axis=2)
    return offset @ across, offset @ down


def microphone(image: Image, points: Array, number: int = 0, light: float = 150.0) -> Image:
    """A ball of wire mesh, silver or, at a `light` of 60, black, that trembles a little from frame to frame."""
    mouth, height, down, across = _axes(points)
    radius = 0.17 * height
    centre = mouth + 0.05 * height * down + 0.01 * height * np.sin(number) * across
    u, v = _fields(image, centre, down, across)
    relief = np.sqrt(np.clip(1 - (u / radius) ** 2 - (v / radius) ** 2, 0, 1))
    mesh = 1 + 0.18 * np.sin(u / height * 260) * np.sin(v / height * 260)
    shade = light * (0.45 + 0.75 * np.clip(0.7 * relief - 0.4 * u / radius - 0.45 * v / radius, 0, 1.2)) * mesh
    handle = (v > 0.7 * radius) & (np.abs(u - 0.25 * v) < 0.5 * radius)
    return _laid(image, np.where(handle & (relief == 0), 35.0, shade)[:, :, None], (relief > 0) | handle)


def hand(image: Image, points: Array, number: int = 0) -> Image:
    """Four fingers of the face's own skin, from the side."""
    mouth, height, down, across = _axes(points)
    places = np.rint(points[list(CHEEKS), :2]).astype(int)
    skin = np.median([image[y, x] for x, y in places], axis=0)
    u, v = _fields(image, mouth + 0.01 * height * np.sin(number) * down, down, across)
    layer, shape = np.zeros((*image.shape[:2], 3)), np.zeros(image.shape[:2], bool)
    width = 0.062 * height
    for finger in range(4):
        away = v - 1.75 * width * (finger - 1.5)
        here = (np.abs(away) < width) & (u > -0.2 * height)
        relief = np.sqrt(np.clip(1 - (away / width) ** 2, 0, 1))
        layer = np.where(here[:, :, None], skin * (0.62 + 0.45 * relief)[:, :, None], layer)
        shape |= here
    return _laid(image, layer, shape)


def paper(image: Image, points: Array, number: int = 0) -> Image:
    """A white sheet."""
    mouth, height, down, across = _axes(points)
    u, v = _fields(image, mouth + 0.01 * height * np.sin(number) * across, down, across)
    shape = (np.abs(u) < 0.3 * height) & (v > -0.13 * height) & (v < 0.3 * height)
    return _laid(image, np.full((*image.shape[:2], 3), 222.0), shape)


OCCLUDERS = {"microphone": microphone, "hand": hand, "paper": paper}
