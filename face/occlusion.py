"""Frames in which something hides a performer's mouth: a hand, a microphone, a cup.

A mouth is looked at through the colours at landmarks, on the lips and in a ring of skin around them, against calm skin
higher up, so that neither light nor expression counts. What hides it makes lips and ring unlike the same clip's in its
other frames, or leaves no lips to be seen: they are redder than the skin around them, or darker. Landmarks alone do not
tell: the network draws a mouth onto whatever is there, mostly a shut one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from face.bridging import smooth_step
from face.steadying import spans
from face.topology import CHIN, FOREHEAD, LIP_RINGS_LOWER, LIP_RINGS_UPPER
from foundation.geometry import Array, Box, Image
from foundation.npy import Rows

# fmt: off
RING = (18, 43, 57, 83, 92, 106, 164, 165, 167, 182, 186, 194, 200, 201, 202, 204, 212, 216, 273, 287, 313, 322, 335,
        391, 393, 406, 410, 418, 421, 422, 424, 432)
"""Points on the skin around the lips."""
CALM = (50, 280, 117, 346, 205, 425, 101, 330, 9, 151, 108, 337, 4, 5, 195)
"""Points on cheeks, forehead and nose."""
# fmt: on
UPPER = tuple(point for ring in LIP_RINGS_UPPER for point in ring[1:-1])
LOWER = tuple(point for ring in LIP_RINGS_LOWER for point in ring[1:-1])
LOOKED_AT = (*RING, *UPPER, *LOWER, *CALM)
_ends = np.cumsum([0, len(RING), len(UPPER), len(LOWER), len(CALM)]).tolist()
_ring, _upper, _lower, _calm = (slice(start, stop) for start, stop in pairwise(_ends))


@dataclass(frozen=True, kw_only=True)
class HiddenLimits:
    """From where a mouth counts as hidden. Shares are 0..1; unlikeness is a natural log of a ratio of colours.

    They lie between what an object or a hand does to a mouth and what speech, a beard, changing light or JPEG does:
    tests/unit/face/test_occlusion.py holds both sides.

    Attributes:
        side: height of a face, pixels, to which larger ones are shrunk before they are looked at.
        blur: face heights over which a colour is taken; 0.005..0.015: a lip is 0.03 high.
        dark: levels that are added to a colour, so that noise in the dark does not count; 5..20.
        samples: looks, spread over a shot, that tell its mouth's own colours.
        unlike: unlikeness from which a colour is not the mouth's own; 0.2..0.5.
        known: looks at a mouth that is filmed meanwhile before anything is said of it.
        renewed: after so many looks its own colours are taken anew.
        lips_unlike: share of the lips that is not the mouth's own, where, together with `ring_unlike`, something is in
            front of it.
        ring_unlike: the same share of the skin around them.
        lips_foreign: share of the lips that is enough alone; more than `lips_unlike`.
        faded: lips that both keep less than this share of their redness are covered by what has the skin's colour.
        pale: one that keeps less than this share may be covered by what is otherwise unlike the mouth.
        grey: what has lost more than this share of the skin's redness is no lip, of whatever colour lips and skin may
            be.
        redder: unlikeness in hue that lips have at least from the skin around them.
        darker: the same in lightness.
        coloured: redness of skin, natural log of red over green, below which a clip has no colour to go by.
        ease: frames in which what is drawn passes into the performer's own; 2..5.
        mostly: a shot in which the mouth is hidden for more than this share of its frames shows none of the
            performer's: a mouth that changes its kind again and again would pop.
        steady: frames, an odd number, among which most must agree.
        margin: frames on both sides in which what comes is not yet, or not quite gone.
    """

    side: int = 200
    blur: float = 0.008
    dark: float = 10.0
    samples: int = 512
    unlike: float = 0.3
    known: int = 100
    renewed: int = 20
    lips_unlike: float = 0.25
    ring_unlike: float = 0.15
    lips_foreign: float = 0.45
    faded: float = 1 / 3
    pale: float = 1 / 2
    grey: float = 0.5
    redder: float = 0.015
    darker: float = 0.08
    coloured: float = 0.05
    ease: int = 3
    mostly: float = 1 / 3
    steady: int = 5
    margin: int = 2


LIMITS = HiddenLimits()


def look_at_mouth(image: Image, points: Array) -> NDArray[np.uint8]:
    """(P, 3) the colours at the points LOOKED_AT, each over a small area.

    Args:
        points: (478, 2 or 3) landmarks of the face, pixels of the image; they may lie outside it.
    """
    return read_mouth(lambda box: image[box.slices], (image.shape[1], image.shape[0]), points)


def read_mouth(part: Callable[[Box], Image], size: tuple[int, int], points: Array) -> NDArray[np.uint8]:
    """The same of a picture that is read only where it is looked at.

    Args:
        part: gives the picture's pixels in a box that lies inside it.
        size: (width, height) of the picture.
    """
    wanted = np.asarray(points[list(LOOKED_AT), :2], np.float64)
    width, height = size
    low = np.clip(np.floor(wanted.min(axis=0)).astype(int) - 8, 0, (width - 1, height - 1))
    high = np.clip(np.ceil(wanted.max(axis=0)).astype(int) + 9, low + 1, (width, height))
    shown = np.ascontiguousarray(part(Box(*low.tolist(), *high.tolist())))
    tall = max(float(np.linalg.norm(points[FOREHEAD, :2] - points[CHIN, :2])), 1.0)
    scale = min(1.0, LIMITS.side / tall)
    if scale < 1:
        small = max(1, round(shown.shape[1] * scale)), max(1, round(shown.shape[0] * scale))
        shown = np.asarray(cv2.resize(shown, small, interpolation=cv2.INTER_AREA), np.uint8)
    shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), max(0.5, LIMITS.blur * tall * scale)), np.uint8)
    places = ((wanted - low + 0.5) * scale - 0.5).astype(np.float32)[None]
    return np.asarray(cv2.remap(shown, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0], np.uint8)


@dataclass(frozen=True)
class _Looks:
    """n looks, as natural logs of the ratios to calm skin.

    Attributes:
        shades: (n, P, 3).
        skin: how red calm skin is, natural log of red over green.
    """

    shades: Array
    skin: float

    @staticmethod
    def of(colours: NDArray[np.uint8]) -> _Looks:
        logs = np.log(colours.astype(np.float64) + LIMITS.dark)
        calm = np.median(logs[:, _calm], axis=1, keepdims=True)
        return _Looks(logs - calm, float(np.median(calm[:, 0, 0] - calm[:, 0, 1])))

    def red(self) -> Array:
        """(2, n) how much redder upper and lower lip are than the skin around them, or calm skin if it is redder."""
        red = self.shades[:, :, 0] - self.shades[:, :, 1]
        around = np.maximum(np.median(red[:, _ring], axis=1), 0)
        return np.stack([np.median(red[:, part], axis=1) - around for part in (_upper, _lower)])

    def beyond_ring(self, values: Array) -> Array:
        """(2, n) how much larger values, (n, P), are on upper and lower lip than on the skin around them."""
        around = np.median(values[:, _ring], axis=1)
        return np.stack([np.median(values[:, part], axis=1) - around for part in (_upper, _lower)])

    def lipless(self) -> NDArray[np.bool_]:
        """(n,) looks that show no lips, whatever the other ones show: never where there is no colour to go by."""
        red, blue = self.red(), self.beyond_ring(self.shades[:, :, 2] - self.shades[:, :, 1])
        light = self.beyond_ring(self.shades.mean(axis=2))
        neutral = red.min(axis=0) < -LIMITS.grey * self.skin
        skin_only = (np.abs([red, blue]).max(axis=(0, 1)) < LIMITS.redder) & (np.abs(light).max(axis=0) < LIMITS.darker)
        return np.asarray((neutral | skin_only) & (self.skin > LIMITS.coloured))

    def unlike(self, own: _Looks) -> NDArray[np.bool_]:
        """(n,) looks that are not like those of the mouth when nothing hides it."""
        usual = np.median(own.shades, axis=0)
        far = np.abs(self.shades - usual).max(axis=2) > LIMITS.unlike
        lips, ring = far[:, _upper.start : _lower.stop].mean(axis=1), far[:, _ring].mean(axis=1)
        other = ((lips > LIMITS.lips_unlike) & (ring > LIMITS.ring_unlike)) | (lips > LIMITS.lips_foreign)
        usually_red = np.median(own.red(), axis=1)
        if usually_red.min() < 2 * LIMITS.redder:
            return np.asarray(other)
        # a grimace changes much of a mouth, but leaves red lips
        kept = self.red() / usually_red[:, None]
        return np.asarray(
            (other & (kept.min(axis=0) < LIMITS.pale))
            | ((kept.max(axis=0) < LIMITS.faded) & (lips > LIMITS.lips_unlike / 2))
        )


def shows_no_lips(looks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(n,) looks, (n, P, 3), in each of which no lips are to be seen where they should be, whatever the others show.

    Misses what hides only a part; never true where a clip has no colours.
    """
    return _Looks.of(looks).lipless()


def occluded(looks: Rows | NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(N,) frames of one shot in which something hides the mouth.

    Args:
        looks: (N, P, 3) what `look_at_mouth` saw in each frame.
    """
    count = len(looks)
    own = _own(looks[np.unique(np.linspace(0, count - 1, min(LIMITS.samples, count)).astype(int))])
    if own is None:
        return np.ones(count, bool)
    blocks = (_Looks.of(looks[span]) for span in spans(count))
    found = np.concatenate([block.unlike(own) | block.lipless() for block in blocks])
    around = LIMITS.steady // 2
    agreeing = np.convolve(np.pad(found.astype(int), around, mode="edge"), np.ones(LIMITS.steady, int), "valid")
    near = np.convolve(agreeing > around, np.ones(2 * LIMITS.margin + 1, int))
    return np.asarray(near[LIMITS.margin : LIMITS.margin + count] > 0)


def _own(colours: NDArray[np.uint8]) -> _Looks | None:
    """Of many looks, those at the mouth itself; None where none shows lips."""
    clear = colours[~_Looks.of(colours).lipless()]
    if len(clear) == 0:
        return None
    own = _Looks.of(clear)
    like = clear[~own.unlike(own)]
    return _Looks.of(like) if len(like) else own


class MouthMemory:
    """A mouth that is filmed meanwhile: what it looked like so far tells whether something hides it now.

    Nothing is said before so many looks that speech is among them; something that stays for long becomes the mouth.
    """

    def __init__(self) -> None:
        self._looks: deque[NDArray[np.uint8]] = deque(maxlen=LIMITS.samples)
        self._own: _Looks | None = None
        self._count = 0
        self._before = False

    def hidden(self, look: NDArray[np.uint8]) -> bool:
        """Whether something hides the mouth of this look, (P, 3), the next one."""
        if self._count >= LIMITS.known and self._count % LIMITS.renewed == 0:
            self._own = _own(np.array(self._looks))
        self._count += 1
        now = _Looks.of(look[None])
        hidden = self._own is not None and bool((now.unlike(self._own) | now.lipless())[0])
        if not hidden or self._count % LIMITS.renewed == 0:
            self._looks.append(look)
        before, self._before = self._before, hidden
        return hidden and before  # single looks err


def covered(hidden: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(N,) 0..1 how far what is drawn covers the performer's own mouth: wholly where it is hidden, eased in and out
    in the frames around."""
    weights = hidden.astype(np.float32)
    for step in range(1, LIMITS.ease + 1):
        near = np.float32(smooth_step(np.asarray(1 - step / (LIMITS.ease + 1))))
        weights[step:] = np.maximum(weights[step:], near * hidden[:-step])
        weights[:-step] = np.maximum(weights[:-step], near * hidden[step:])
    return weights
