"""The light that a mouth stands in: what a face's picture says of skin, lips, teeth, dark, white point and grain."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from face.color import LUMA, Pixels, redness, violetness
from face.observed import Seen, observed
from foundation.geometry import Array, Image


@dataclass(frozen=True, kw_only=True)
class PaletteLimits:
    """What is made of a face's colours. Set by looks where nothing else is said.

    Attributes:
        skin: what red, green and blue light becomes on skin, in a picture with full colours: the rest of a skin's
            colour is the light's.
        coloured: saturation of skin, 0..1, in a picture with full colours.
        white_spread: white is at most so far from grey, a share of skin's.
        white_red: it is at least so red, a share of skin's.
        coarse: detail of a mouth below which it shows no teeth, but a smear. Found on clips: mouths of 60 pixels and
            more have at least 13, however compressed; those of faces of 40 pixels 7, and enlarged from that 9 to 11.
        sharp: pixels that an edge takes in a sharp picture: a portrait whose mouth has no more detail needs no more.
        many: share of the inside that must look like tooth, 0..1, before it is taken for teeth.
    """

    skin: tuple[float, float, float] = (1.0, 0.82, 0.72)
    coloured: float = 0.5
    white_spread: float = 0.55
    white_red: float = 0.38
    coarse: float = 12.0
    sharp: float = 2.5
    many: float = 0.08


LIMITS = PaletteLimits()


@dataclass(frozen=True)
class Palette:
    """What is seen of a face around its mouth. Luma and colours in levels, 0..255.

    Attributes:
        skin: luma of lit skin around the lips.
        tone: (3,) its colour, of luma 1.
        white: (3,) what a white thing would look like there.
        lip: (3,).
        black: luma of the face's darkest.
        dark: luma of the mouth's.
        tooth: luma of light teeth; NaN where none are seen.
        red_skin, red_lip, red_tooth: see `redness`.
        violet_tooth: see `violetness`; 0 where no teeth are seen.
        chroma: 0 in a picture without colours, 1 in one with full ones.
        grain: standard deviation of what changes from pixel to pixel, levels.
        relief: spread of luma over the teeth, against its local mean: low where a beauty filter was at work.
        slope: how much lighter than at its middle it is at the mouth's right end, as a share.
        width: of the mouth, pixels; 0 where none is seen.
        detail: how many edges, as soft as the mouth's own are, would find room side by side in its width.
    """

    skin: float
    black: float
    dark: float
    tooth: float
    red_skin: float
    red_lip: float
    red_tooth: float
    violet_tooth: float
    chroma: float
    grain: float
    relief: float
    slope: float
    width: float
    detail: float
    tone: Array
    white: Array
    lip: Array

    @property
    def unseen(self) -> bool:
        """Whether no mouth was looked at."""
        return self.width == 0

    @property
    def shows_teeth(self) -> bool:
        return bool(np.isfinite(self.tooth))

    @property
    def tones(self) -> Tones:
        return Tones(**{one.name: getattr(self, one.name) for one in dataclasses.fields(Tones)})

    def packed(self) -> Array:
        """(23,) all of it, in order."""
        return np.concatenate([np.atleast_1d(np.asarray(value, np.float64)) for value in vars(self).values()])

    @staticmethod
    def unpacked(values: Array) -> Palette:
        """What `packed` made."""
        scalars, colours = np.split(np.asarray(values, np.float64), [-9])
        fields = [*scalars.tolist(), *colours.reshape(3, 3)]
        return Palette(**dict(zip((one.name for one in dataclasses.fields(Palette)), fields, strict=True)))


@dataclass(frozen=True)
class Tones:
    """Those fields of a palette that need no look at all of a face, nor between its lips."""

    skin: float
    red_skin: float
    red_lip: float
    chroma: float
    detail: float
    tone: Array
    white: Array
    lip: Array

    @staticmethod
    def of(seen: Sequence[Seen]) -> Tones:
        """Of pictures of one face, at least one."""
        skin, lip = (np.median([getattr(one, name) for one in seen], axis=0) for name in ("skin", "lip"))
        skin = np.maximum(skin, 1.0)
        luma = float(skin @ LUMA)
        chroma = float(np.clip(np.ptp(skin) / skin.mean() / LIMITS.coloured, 0, 1))
        return Tones(
            skin=luma,
            red_skin=float(redness(skin)),
            red_lip=float(redness(lip)),
            chroma=chroma,
            detail=float(np.median([one.detail for one in seen])),
            tone=skin / luma,
            white=_white(skin, [white for one in seen for white in one.sclera], chroma),
            lip=lip,
        )


def tones(image: Image, points: Array) -> Tones:
    """Those of one picture, as `look` has them."""
    seen = observed(image, points)
    return UNSEEN.tones if seen is None else Tones.of([seen])


def look(pictures: Iterable[tuple[Image, Array]]) -> Palette:
    """The palette of one face.

    Args:
        pictures: of it, RGB, each with its (478, 2 or 3) points, pixels.
    """
    seen = [found for image, points in pictures if (found := observed(image, points)) is not None]
    if not seen:
        return UNSEEN
    own = Tones.of(seen)
    luma, red_skin, chroma = own.skin, own.red_skin, own.chroma
    black = float(np.median([one.black for one in seen]))
    insides = [one.inside for one in seen if one.inside is not None]
    teeth = _teeth(insides, luma, red_skin, own.red_lip)
    darks = [float(np.percentile(pixels @ LUMA, 4)) for pixels, _ in insides]
    dark = float(np.clip(np.percentile(darks, 30), 3.0, 0.25 * luma)) if darks else max(black, 0.12 * luma)
    unknown = float("nan"), min(red_skin, max(0.02 * chroma, 0.5 * red_skin)), 0.0, 1.0
    tooth, red_tooth, violet_tooth, relief = teeth or unknown
    return Palette(
        **vars(own),
        black=black,
        dark=dark,
        tooth=tooth,
        red_tooth=red_tooth,
        violet_tooth=violet_tooth,
        grain=float(np.median([one.grain for one in seen])),
        relief=relief,
        slope=float(np.median([one.slope for one in seen])),
        width=float(np.median([one.width for one in seen])),
    )


def too_coarse(theirs: Palette, own: Palette) -> bool:
    """Whether a performer's mouth is too small, or too blurred, to be shown in the portrait's."""
    return theirs.detail < min(LIMITS.coarse, own.width / LIMITS.sharp)


def _teeth(
    insides: list[tuple[Pixels, Pixels]], skin: float, red_skin: float, red_lip: float
) -> tuple[float, float, float, float] | None:
    """Luma, redness, violetness and relief of the teeth: what is light in a mouth and no redder than skin."""
    luma, reds, violets, spreads = [], [], [], []
    for pixels, relief in insides:
        light, red = pixels @ LUMA, redness(pixels)
        bright = light > max(0.6 * float(np.percentile(light, 97)), 0.35 * skin)
        guess = min(float(np.percentile(red[bright], 25)) if bright.any() else 1.0, red_skin + 0.004)
        teeth = bright & (red < min(guess + 0.45 * max(red_lip - guess, 0.04), red_skin + 0.004))
        if teeth.mean() <= LIMITS.many:
            continue
        luma.append(float(np.percentile(light[teeth], 75)))
        reds.append(float(np.median(red[teeth])))
        violets.append(float(np.median(violetness(pixels[teeth]))))
        spreads.append(float(relief[teeth & (light > 0.8 * luma[-1])].std()))
    if not luma:
        return None
    return float(np.percentile(luma, 65)), float(np.median(reds)), float(np.median(violets)), float(np.median(spreads))


def _white(skin: Array, sclera: list[Array], chroma: float) -> Array:
    """(3,) a white thing's colour: half from what light must be to make skin look so, half from the eyes' white."""
    luma = float(skin @ LUMA)
    white = _of_luma_1(skin / (1 - chroma * (1 - np.array(LIMITS.skin))))
    peak = luma
    if sclera:
        seen = np.median(sclera, axis=0)
        light = float(seen @ LUMA)
        if light > 0.45 * luma:
            white, peak = 0.5 * white + 0.5 * seen / light, max(luma, 1.08 * min(light, 1.6 * luma))
    tone = skin / luma
    spread, most = float(np.ptp(white) / white.mean()), LIMITS.white_spread * float(np.ptp(skin) / skin.mean())
    if spread > most > 0:
        white = 1 + (white - 1) * most / spread
    white = _of_luma_1(np.maximum(white, 1e-3))
    # nor greener than the way from grey to skin
    least, ours, skins = LIMITS.white_red * float(redness(skin)), float(redness(white * luma)), float(redness(skin))
    if ours < least:
        white = white + (tone - white) * (least - ours) / max(skins - ours, 1e-6)
    return _of_luma_1(white) * peak


def _of_luma_1(colour: Array) -> Array:
    return np.asarray(colour / max(float(colour @ LUMA), 1e-6))


UNSEEN = Palette(
    skin=128.0,
    black=10.0,
    dark=20.0,
    tooth=float("nan"),
    red_skin=0.1,
    red_lip=0.2,
    red_tooth=0.05,
    violet_tooth=0.0,
    chroma=1.0,
    grain=1.0,
    relief=1.0,
    slope=0.0,
    width=0.0,
    detail=0.0,
    tone=np.ones(3),
    white=np.full(3, 128.0),
    lip=np.array([140.0, 80.0, 80.0]),
)
"""Of a face of which nothing can be seen."""
