"""How eyes look and move: every constant with its unit, the range that makes sense, and how it was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EyeStyle:
    """Lengths are in eye widths, corner to corner, unless another unit is named; pairs of a gaze are along and across.

    "Looks": frames at full size were looked at, with smaller and larger values. "Study": taken from a comparison of 17
    pairs of portraits and clips, and looked at again.

    Attributes:
        gaze_gain: how much of a gaze is shown; 0.8..1.1. Study; across, lids tell most of a gaze.
        gaze_limit: furthest that an iris's middle comes from the eye's; at most half an eye less an iris's radius,
            0.2: there the iris ends at the corner.
        gaze_rest: how far off the eye's middle an iris may be and still look straight on; 0..0.1. Study.
        gaze_tells: openness, 0..1, from which an eye's gaze is believed: irises of eyes that are more shut are guessed.
        lid_shows: how far an eye is shut, 0..1, when its lid begins to be drawn, and when it wholly is: below 0.35 the
            mesh stretches a lid by less than a third. Study.
        lid_meets: the same for lids that meet; 1 is shut. Looks.
        lid_from: where skin is taken above a lid, of the way from crease to brow, 0..1: lower down lies the crease's
            shadow. Study.
        lid_below: and how far below the eye; 0.1..0.2: nearer are lashes. Study.
        lid_mix: how much of what is below the eye is in the colour of a lid's edge, 0..1. Study.
        lid_seen: how tall the part of a lid that an open eye shows must be to tell its colour, and to tell it alone:
            less than 0.05 is lashes. Looks.
        lid_looks: where it is looked at, of the way from crease to edge, 0..1; the lightest counts, which is no liner.
        lid_pale: how warm, against the skin above and below, what is looked at must be to be lid, and to be it surely:
            the white of an eye is 0.4 of it or less. Frames of pearl_earring.
        lid_darkest: least light of a lid, against that of the skin below the eye; 0.6..0.8: a lid lies on a ball, and
            a brow's shade on the fold does not reach so far down. Frames of lady_agnew.
        lid_stretched: how many times as tall as at rest what is between crease and brow is when the lid begins to cover
            it, and when it wholly does. Frames of pearl_earring and lady_agnew.
        lid_search: how far below its landmarks an eye may go on; 0..0.15. Looks: eyes of a drawn boy do so by 0.08.
        lid_wider: how far a shut lid reaches beyond the corners; 0..0.05. Looks.
        lid_bulge: how much lighter a lid is in its middle, a share of its light: it covers a ball. Study.
        lid_edge: how much darker it is at its edge, likewise. Study.
        lash: thickness of the line of lashes; 0.03..0.06. Study.
        lash_shows: its opacity, 0..1. Study.
        lash_thinnest: half the thickness of the thinnest line, pixels; 0.7..1. Frames of lady_agnew, an eye of 17.
        iris_size: between which radii, as landmarks have it, an iris is taken to end. Looks: drawn eyes have irises
            that are a quarter larger than landmarks say.
        iris_step: levels by which light must grow there.
        iris_usual: where it is taken to end if that cannot be told. Looks.
        iris_rings: of so many rings the colours are measured; with more there are too few pixels in one.
        iris_off_lids: radii from the lids' edges in which what shows may be lid or lashes. Study.
        white_from: radii of an iris from which an eye is white: the edge is soft. Study.
        white_to: radii up to which what is beside the iris is replaced; beyond, it is the portrait's own. Study.
        white_under_lid: light on the white next to the upper lid, against its usual; 0.6..0.9. Study.
        white_corner: light on the white in an eye's corners, red, green and blue, against that in its middle: it has
            passed through skin; 0.4..0.7. Frames of mona_lisa, who looks aside.
        white_corner_from: where that begins, of the way from the middle to the corners; 0.3..0.6. Likewise.
        white_shows: how far, in its radii, an iris has moved where what it left is wholly white; nearer, the portrait's
            own eye shows through, so that an eye at rest is its own; 0.1..0.3. Frames of lady_agnew through duet-128.
    """

    gaze_gain: tuple[float, float] = (1.1, 0.8)
    gaze_limit: tuple[float, float] = (0.30, 0.10)
    gaze_rest: tuple[float, float] = (0.05, 0.06)
    gaze_tells: float = 0.5
    lid_shows: tuple[float, float] = (0.35, 0.70)
    lid_meets: tuple[float, float] = (0.75, 0.95)
    lid_from: float = 0.30
    lid_below: float = 0.14
    lid_mix: float = 0.55
    lid_seen: tuple[float, float] = (0.05, 0.10)
    lid_looks: tuple[float, ...] = (0.3, 0.45, 0.6)
    lid_pale: tuple[float, float] = (0.55, 0.85)
    lid_darkest: float = 0.72
    lid_stretched: tuple[float, float] = (1.2, 1.8)
    lid_search: float = 0.12
    lid_wider: float = 0.03
    lid_bulge: float = 0.04
    lid_edge: float = 0.12
    lash: float = 0.045
    lash_shows: float = 0.65
    lash_thinnest: float = 0.85
    iris_size: tuple[float, float] = (0.7, 1.5)
    iris_step: float = 12.0
    iris_usual: float = 1.08
    iris_rings: int = 8
    iris_off_lids: float = 0.12
    white_from: float = 1.25
    white_to: float = 1.30
    white_under_lid: float = 0.72
    white_corner: tuple[float, float, float] = (0.62, 0.50, 0.44)
    white_corner_from: float = 0.45
    white_shows: float = 0.20


STYLE = EyeStyle()
