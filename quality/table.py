"""Every measure of a result: its name, unit, limits, meaning and source. docs/checks.md says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quality.limits import Limit

Scope = Literal["sound", "picture", "performer"]
ANY = Limit()


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        scope: of the sound, of the finished picture, or of each performer.
        unit, range: of its values.
        fails, warns: outside the first a result fails, outside the second it is told; both may be open.
        means: its definition. shows: what a person would see or hear when it fails. source: where it comes from.
    """

    name: str
    scope: Scope
    unit: str
    range: str
    fails: Limit
    warns: Limit
    means: str
    shows: str
    source: str


def _at_least(fails: float | None, warns: float) -> tuple[Limit, Limit]:
    return (ANY if fails is None else Limit(low=fails)), Limit(low=warns)


def _at_most(fails: float | None, warns: float) -> tuple[Limit, Limit]:
    return (ANY if fails is None else Limit(high=fails)), Limit(high=warns)


def _within(fails: float | None, warns: float) -> tuple[Limit, Limit]:
    return (ANY if fails is None else Limit(-fails, fails)), Limit(-warns, warns)


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "av_offset",
            "sound",
            "seconds",
            "-0.5..0.5",
            *_within(0.04, 0.02),
            "how much later than planned a source is heard in the result: the peak of their cross-correlation at the "
            "beginning, in the middle and at the end, the worst of all sources",
            "lips and voice part; an offset that grows is drift",
            "EBU R 37: sound at most 40 ms early, 60 ms late",
        ),
        Measure(
            "loudness",
            "sound",
            "LUFS",
            "-70..0",
            Limit(low=-69.0),
            Limit(low=-40.0),
            "integrated, gated loudness; `audio.loudness_lufs` is compared with it in a row of its own",
            "silence where sound was promised, or a result that is louder or softer than its neighbours",
            "ITU-R BS.1770-4, EBU R 128, by ffmpeg's ebur128",
        ),
        Measure(
            "true_peak",
            "sound",
            "dBTP",
            "-70..",
            *_at_most(None, 1.0),
            "the highest peak of the signal between its samples",
            "crackle in loud places",
            "ITU-R BS.1770-4, annex 2, by ffmpeg's ebur128",
        ),
        Measure(
            "black",
            "picture",
            "seconds",
            "0..",
            *_at_most(1.0, 0.3),
            "the longest run of frames in which 98 % of the pixels are darker than a tenth of white",
            "the screen goes dark",
            "ffmpeg's blackdetect",
        ),
        Measure(
            "blank",
            "picture",
            "seconds",
            "0..",
            *_at_most(1.0, 0.3),
            "the longest run of frames whose luminance hardly varies (standard deviation under 2 levels)",
            "one flat colour, as when a network gives NaN",
            "own",
        ),
        Measure(
            "flashes",
            "picture",
            "frames",
            "0..",
            *_at_most(0, 0),
            "single frames whose mean level leaves both neighbours by more than 12, while those agree",
            "one frame flashes: black, white or broken",
            "own, after the flash of Rec. ITU-R BT.1702",
        ),
        Measure(
            "brightness_flicker",
            "picture",
            "levels of 255",
            "0..",
            *_at_most(1.0, 0.5),
            "mean distance of a frame's mean level from the mean of its two neighbours', away from cuts",
            "the whole picture pulses",
            "second difference over time, as in video deflickering",
        ),
        Measure(
            "frozen",
            "picture",
            "seconds",
            "0..",
            *_at_most(1.0, 0.4),
            "the longest stretch in which the picture does not change although the drivers of those on view move",
            "the film stands still while the sound goes on",
            "ffmpeg's freezedetect, against the driver",
        ),
        Measure(
            "repeated",
            "picture",
            "share",
            "0..1",
            *_at_most(0.1, 0.03),
            "frames that show the same as the one before, of those before which the driver moved",
            "movement stutters",
            "own",
        ),
        Measure(
            "picture_lag",
            "picture",
            "frames",
            "-4..4",
            *_within(None, 1),
            "the shift at which the picture's changes go best with the drivers' movements",
            "everything is late, or early",
            "cross-correlation of motion energies",
        ),
        Measure(
            "lost",
            "performer",
            "share",
            "0..1",
            *_at_most(0.1, 0.02),
            "looks at the result in which no face is found again",
            "the face falls apart, or is not there",
            "own",
        ),
        Measure(
            "mouth_r",
            "performer",
            "r",
            "-1..1",
            *_at_least(0.6, 0.85),
            "correlation of the mouth's opening (gap of the inner lips, of the face's height) in driver and result; "
            "where the driver's mouth moves by 0.03 or more",
            "the mouth does not sing what is heard",
            "Pearson's r",
        ),
        Measure(
            "mouth_slope",
            "performer",
            "ratio",
            "0..",
            Limit(0.3, 1.8),
            Limit(0.5, 1.4),
            "how much the result's mouth opens for the driver's: least squares, over `motion.mouth`",
            "mumbling, or a mouth torn open",
            "least squares",
        ),
        Measure(
            "mouth_lag",
            "performer",
            "frames",
            "-4..4",
            *_within(1, 0),
            "the shift at which the result's mouth goes best with the driver's",
            "lips late or early",
            "cross-correlation",
        ),
        Measure(
            "closed",
            "performer",
            "of the face's height",
            "0..",
            *_at_most(0.06, 0.03),
            "the result's mouth opening while the driver's is shut (under 0.012)",
            "a mouth that never closes",
            "own",
        ),
        Measure(
            "interior",
            "performer",
            "ratio",
            "0..",
            *_at_most(1.1, 0.9),
            "luminance between the lips over that of the skin, where the driver's mouth is wide open (over 0.05)",
            "skin, or glaring teeth, where the mouth should be dark",
            "own",
        ),
        Measure(
            "interior_contrast",
            "performer",
            "ratio",
            "0..",
            *_at_least(0.25, 0.3),
            "spread of the luminance between the lips over the driver's, where its mouth is wide open: teeth, tongue "
            "and dark make contrast, stretched lips none",
            "a smear of lip colour where the inside of the mouth should be",
            "own",
        ),
        Measure(
            "mouth_sound_r",
            "performer",
            "r",
            "-1..1",
            ANY,
            ANY,
            "correlation of the result's mouth opening with the sound's level in dB; told, not judged: speech gives "
            "0.2 to 0.7",
            "nothing by itself",
            "Pearson's r",
        ),
        Measure(
            "mouth_sound_lag",
            "performer",
            "frames",
            "-16..16",
            *_within(None, 2),
            "how much later the result's mouth goes best with the sound than the driver's own does, where the driver's "
            "correlates with it by 0.3 or more",
            "lips and voice part",
            "cross-correlation; cf. Chung and Zisserman, Out of Time, 2016",
        ),
        Measure(
            "blink_r",
            "performer",
            "r",
            "-1..1",
            *_at_least(None, 0.6),
            "correlation of the eyes' opening, where the driver blinks and the portrait's eyes are open",
            "a stare, or lids that flutter on their own",
            "Pearson's r",
        ),
        Measure(
            "yaw_r",
            "performer",
            "r",
            "-1..1",
            *_at_least(0.4, 0.75),
            "correlation of the head's turning, where the driver turns by 8 degrees or more",
            "the head does not turn with the driver's",
            "Pearson's r",
        ),
        Measure(
            "pitch_r",
            "performer",
            "r",
            "-1..1",
            *_at_least(None, 0.4),
            "correlation of the head's nodding, likewise; a detector confuses it with an opening mouth",
            "the head does not nod with the driver's",
            "Pearson's r",
        ),
        Measure(
            "roll_r",
            "performer",
            "r",
            "-1..1",
            *_at_least(0.4, 0.75),
            "correlation of the head's tilting, likewise",
            "the head does not tilt with the driver's",
            "Pearson's r",
        ),
        Measure(
            "identity_shape",
            "performer",
            "% of the face's height",
            "0..",
            *_at_most(5.0, 3.5),
            "distance of the landmarks that expressions move little from the portrait's, pose and scale taken out, on "
            "neutral frames",
            "another face's proportions",
            "Procrustes distance; Umeyama, TPAMI 1991",
        ),
        Measure(
            "identity_look",
            "performer",
            "distance",
            "0..2",
            *_at_most(0.5, 0.3),
            "one minus the normalised cross-correlation of the aligned faces' luminance, portrait against result, on "
            "neutral frames",
            "another person, or a face out of shape",
            "zero-mean normalised cross-correlation; no trained weights",
        ),
        Measure(
            "seam",
            "performer",
            "levels of 255",
            "0..",
            *_at_most(4.0, 2.0),
            "the sharpest step of the difference between result and portrait across the edge of the moving region",
            "a frame around the face",
            "own",
        ),
        Measure(
            "background",
            "performer",
            "dB",
            "0..100",
            *_at_least(None, 24.0),
            "PSNR against the portrait of what lies in the moving region and outside the head",
            "walls that bend with the head",
            "PSNR",
        ),
        Measure(
            "flicker",
            "performer",
            "ratio",
            "0..",
            *_at_most(4.5, 3.0),
            "how far the face's frames are from the mean of their neighbours, of their brightness, over the same of "
            "the driver's face",
            "the face shimmers or boils",
            "second difference over time",
        ),
        Measure(
            "pulse",
            "performer",
            "levels of 255",
            "0..",
            *_at_most(2.0, 1.0),
            "mean distance of the mean level of a face from the mean of its two neighbours' in time",
            "the face pulses in brightness",
            "second difference over time, as in video deflickering",
        ),
        Measure(
            "clipped",
            "performer",
            "share",
            "0..1",
            *_at_most(0.15, 0.05),
            "pixels of the face that are black or white through and through, beyond the portrait's own",
            "burnt or blacked-out parts of the face",
            "own",
        ),
        Measure(
            "stuck",
            "performer",
            "seconds",
            "0..",
            *_at_most(1.5, 0.8),
            "the longest stretch in which the face does not change although its driver moves",
            "one face stands still while the others sing",
            "ffmpeg's freezedetect, against the driver",
        ),
    )
}


def of(scope: Scope) -> list[Measure]:
    """The measures of a scope, in order."""
    return [measure for measure in MEASURES.values() if measure.scope == scope]


def markdown() -> str:
    """The table of docs/checks.md."""
    lines = ["| measure | of | unit | range | warns | fails | what it is | what one would notice | source |"]
    lines.append("|---" * 9 + "|")
    for one in MEASURES.values():
        limits = (_outside(one.warns), _outside(one.fails))
        cells = (f"`{one.name}`", one.scope, one.unit, one.range, *limits, one.means, one.shows, one.source)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _outside(limit: Limit) -> str:
    """When a limit is broken, in words."""
    text = str(limit)
    if not text:
        return "never"
    if text.startswith(">= "):
        return f"below {text[3:]}"
    return f"above {text[3:]}" if text.startswith("<= ") else f"outside {text}"
