"""Every measure of a result: its name, unit, limits, meaning and source. docs/checks.md says the same."""

from __future__ import annotations

from quality.convincing_measures import CONVINCING_MEASURES
from quality.face_measures import FACE_MEASURES
from quality.limits import Limit
from quality.measure import Measure, Scope, at_most, within
from quality.sung_measures import SUNG_MEASURES

MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "av_offset",
            "sound",
            "seconds",
            "-0.5..0.5",
            *within(0.04, 0.02),
            "how much later than planned a source is heard in the result: the peak of their cross-correlation at the "
            "beginning, in the middle and at the end, the worst of all that can be heard",
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
            *at_most(None, 1.0),
            "the highest peak of the signal between its samples",
            "crackle in loud places",
            "ITU-R BS.1770-4, annex 2, by ffmpeg's ebur128",
        ),
        Measure(
            "black",
            "picture",
            "seconds",
            "0..",
            *at_most(1.0, 0.3),
            "the longest run of frames in which 98 % of the pixels are darker than a tenth of white; beside a portrait "
            "whose lights are below level 64, than less in proportion",
            "the screen goes dark",
            "ffmpeg's blackdetect",
        ),
        Measure(
            "blank",
            "picture",
            "seconds",
            "0..",
            *at_most(1.0, 0.3),
            "the longest run of frames whose luminance hardly varies (standard deviation under 2 levels)",
            "one flat colour, as when a network gives NaN",
            "own",
        ),
        Measure(
            "flashes",
            "picture",
            "frames",
            "0..",
            *at_most(0, 0),
            "single frames whose mean level leaves both neighbours by more than 12, while those agree",
            "one frame flashes: black, white or broken",
            "own, after the flash of Rec. ITU-R BT.1702",
        ),
        Measure(
            "brightness_flicker",
            "picture",
            "levels of 255",
            "0..",
            *at_most(1.0, 0.5),
            "mean distance of a frame's mean level from the mean of its two neighbours', away from cuts",
            "the whole picture pulses",
            "second difference over time, as in video deflickering",
        ),
        Measure(
            "frozen",
            "picture",
            "seconds",
            "0..",
            *at_most(1.0, 0.4),
            "the longest stretch in which the picture does not change although the drivers of those on view move",
            "the film stands still while the sound goes on",
            "ffmpeg's freezedetect, against the driver",
        ),
        Measure(
            "repeated",
            "picture",
            "share",
            "0..1",
            *at_most(0.1, 0.03),
            "frames that show the same as the one before, of those before which the driver moved",
            "movement stutters",
            "own",
        ),
        Measure(
            "picture_lag",
            "picture",
            "frames",
            "-4..4",
            *within(None, 1),
            "the shift at which the picture's changes go best with the drivers' movements",
            "everything is late, or early",
            "cross-correlation of motion energies",
        ),
        *FACE_MEASURES,
        *CONVINCING_MEASURES,
        *SUNG_MEASURES,
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
