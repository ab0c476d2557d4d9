"""Pictures that might have been taken: cut, turned, bent, recoloured, blurred, covered; landmarks go with them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
KNOTS = 5
"""A bend is drawn at KNOTS x KNOTS points and smooth between them."""
STEPS = 4
"""Fixed-point steps that turn a bend around: it is gentle, so each takes off nine tenths of the error."""


@dataclass(frozen=True)
class Strength:
    """How much is changed; lengths in parts of the picture's side.

    Attributes:
        reach: half the side of the cut, in face heights, drawn from this range.
        turn: degrees.
        shift: of the face from the middle.
        stretch: of width over height.
        bend: of the smooth bend.
        colour: of gain, gamma and saturation.
        spoil: how often it is blurred, made grey, noisy or covered.
        mirror: half of the time.
    """

    reach: tuple[float, float] = (0.78, 1.2)
    turn: float = 15.0
    shift: float = 0.1
    stretch: float = 0.08
    bend: float = 0.02
    colour: float = 0.3
    spoil: float = 0.3
    mirror: bool = True


@dataclass(frozen=True)
class Cut:
    """Where a picture is cut from a tube: the affine (2, 3) from the cut's pixels to the tube's, the bend that is added
    to it (KNOTS, KNOTS, 2) in the tube's pixels, the side in pixels, and whether it is mirrored."""

    affine: Floats
    bend: Floats
    side: int
    mirror: bool

    def picture(self, tube: Image) -> Image:
        """(H, W, 3) -> (side, side, 3)."""
        place = self._places()
        scale = float(np.sqrt(abs(np.linalg.det(self.affine[:, :2]))))
        if scale > 1.2:
            tube = np.asarray(cv2.GaussianBlur(tube, (0, 0), 0.4 * np.sqrt(scale**2 - 1)), np.uint8)
        return np.asarray(cv2.remap(tube, place, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    def points(self, points: Floats, mirrored: NDArray[np.int64]) -> Floats:
        """(P, 2) in the tube's pixels -> (P, 2) in -1..1 of the cut, in the order that a mirrored face has."""
        linear = np.linalg.inv(self.affine[:, :2])
        place = (points - self.affine[:, 2]) @ linear.T
        field = cv2.resize(self.bend, (self.side, self.side), interpolation=cv2.INTER_CUBIC)
        for _ in range(STEPS):
            bent = _sample(field, place)
            place = (points - bent - self.affine[:, 2]) @ linear.T
        flat = np.asarray(place * (2 / (self.side - 1)) - 1, np.float32)
        return np.where(mirrored[:, None] < 0, np.float32(0), flat[mirrored]) if self.mirror else flat

    def _places(self) -> Floats:
        axis = np.arange(self.side, dtype=np.float32)
        x, y = np.meshgrid(axis, axis)
        grid = np.stack([x, y], axis=-1) @ self.affine[:, :2].T + self.affine[:, 2]
        field = cv2.resize(self.bend, (self.side, self.side), interpolation=cv2.INTER_CUBIC)
        return np.asarray(grid + field, np.float32)


def draw_cut(rng: np.random.Generator, strength: Strength, points: Floats, height: float, side: int) -> Cut:
    """A random cut around a face.

    Args:
        points: (P, 2) of the face, in the tube's pixels.
        height: of the face there.
    """
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    reach = float(rng.uniform(*strength.reach))
    scale = 2 * reach * height / side
    angle = np.deg2rad(rng.normal(0, strength.turn / 2))
    wide = np.exp(rng.normal(0, strength.stretch / 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([scale * wide, scale / wide])
    flipped = strength.mirror and bool(rng.random() < 0.5)
    if flipped:
        linear = linear @ np.diag([-1.0, 1.0])
    away = rng.uniform(-strength.shift, strength.shift, 2) * side
    middle = np.array([(side - 1) / 2, (side - 1) / 2]) + away
    affine = np.concatenate([linear, (centre - linear @ middle)[:, None]], axis=1)
    bend = rng.normal(0, strength.bend * side * scale, (KNOTS, KNOTS, 2))
    return Cut(affine.astype(np.float32), bend.astype(np.float32), side, flipped)


@dataclass(frozen=True)
class Look:
    """A change of colours, the same for every picture of a pair: gains (3,), gamma, saturation, offset."""

    gain: Floats
    gamma: float
    saturation: float
    offset: float

    def of(self, picture: Image) -> Image:
        """(H, W, 3) -> the same, recoloured."""
        levels = np.linspace(0, 1, 256)[:, None] ** self.gamma * self.gain + self.offset
        table = np.clip(levels * 255, 0, 255).astype(np.uint8)
        shown = np.stack([table[:, c][picture[..., c]] for c in range(3)], axis=-1)
        grey = shown.mean(axis=-1, keepdims=True)
        return np.clip(grey + (shown - grey) * self.saturation, 0, 255).astype(np.uint8)


def draw_look(rng: np.random.Generator, strength: Strength) -> Look:
    """Random colours."""
    amount = strength.colour
    gain = np.exp(rng.normal(0, amount / 2) + rng.normal(0, amount / 4, 3)).astype(np.float32)
    grey = rng.random() < strength.spoil / 4
    saturation = 0.0 if grey else float(np.exp(rng.normal(0, amount)))
    return Look(gain, float(np.exp(rng.normal(0, amount))), saturation, float(rng.normal(0, amount / 6)))


def spoil(rng: np.random.Generator, picture: Image, strength: Strength) -> Image:
    """Blur, coarse pixels, noise, a covering patch: each as often as `strength.spoil` says."""
    side = picture.shape[0]
    if rng.random() < strength.spoil:
        small = int(side * rng.uniform(0.3, 0.9))
        shrunk = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        picture = np.asarray(cv2.resize(shrunk, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < strength.spoil:
        noise = rng.normal(0, rng.uniform(2, 12), picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if rng.random() < strength.spoil:
        size = (rng.uniform(0.08, 0.3, 2) * side).astype(int)
        x, y = (int(rng.integers(0, side - length)) for length in size)
        picture = picture.copy()
        picture[y : y + size[1], x : x + size[0]] = rng.integers(0, 256, 3)
    return picture


def _sample(field: Floats, place: NDArray[np.floating]) -> Floats:
    """The field (S, S, 2) at (P, 2) pixel positions, edge repeated."""
    at = np.asarray(place, np.float32)[None]
    return np.asarray(cv2.remap(field, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0], np.float32)
