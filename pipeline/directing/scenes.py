"""Who is seen when: scenes that follow who sings, cut where lines end and bars begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.directing.paces import Cut, Layout, Pace
from speech.alignment import AlignedLine
from speech.beats import Beats
from speech.loudness import Curve, level_at


@dataclass(frozen=True, kw_only=True)
class CutStyle:
    """When scenes are cut. Times are in seconds.

    Set by looks: of videos whose scenes followed them.

    Attributes:
        alone: without a word, from which the music stands alone, and everybody is seen.
        late: how long a cut may come after a line has begun.
        early: how long before one has ended.
        breath: before a line, where is cut if no beat is there.
        quiet: dB under the loud parts of a song, at which a scene fades in.
        around: on either side of a cut, in which it is listened how loud the music is.
        overlap: how long lines of different singers must lie over one another to be sung together.
        insets: one of so many scenes of a single singer shows a listener, too: with an odd number, each of two singers
            in turn.
    """

    alone: float = 3.0
    late: float = 0.1
    early: float = 0.1
    breath: float = 0.2
    quiet: float = -15.0
    around: float = 0.25
    overlap: float = 0.5
    insets: int = 3


CUTS = CutStyle()


@dataclass(frozen=True)
class Music:
    """What scenes are cut by. `level`: dB, a value each hundredth of a second; `beats`: None where it has none."""

    seconds: float
    level: Curve
    beats: Beats | None


@dataclass(frozen=True)
class _Stretch:
    """A part of the song in which the same people sing. `start`, `end`: seconds of their words."""

    start: float
    end: float
    singers: frozenset[str]
    ends: tuple[float, ...] = ()


def cut_scenes(
    lines: Sequence[AlignedLine], music: Music, names: Sequence[str], pace: Pace, *, upright: bool
) -> list[Cut]:
    """The scenes of a song, the first at 0.

    Args:
        lines: with those who sing them.
        names: of all singers, in the order in which they stand.
        upright: the frame is higher than wide.
    """
    stretches = list(_split(_long_enough(_with_music(_stretches(lines), music.seconds), pace), pace))
    starts = [0.0, *(_between(one, other, music) for one, other in pairwise(stretches))]
    cuts: list[Cut] = []
    alone = 0
    for start, stretch in zip(starts, stretches, strict=True):
        alone += len(stretch.singers) == 1
        layout, seen = _shown(stretch, names, upright=upright, inset=pace.insets and alone % CUTS.insets == 2)
        if cuts and (cuts[-1].layout, cuts[-1].seen) == (layout, seen):
            continue
        cuts.append(Cut(round(start, 2), layout, seen))
    ends = [*(cut.start for cut in cuts[1:]), music.seconds]
    return [replace(cut, fade=_fade(cut, end, music, pace)) for cut, end in zip(cuts, ends, strict=True)]


def _stretches(lines: Sequence[AlignedLine]) -> list[_Stretch]:
    """Lines of the same singers, one after another, in one."""
    made: list[_Stretch] = []
    for line in sorted(lines, key=lambda line: line.start):
        own = _Stretch(line.start, line.end, frozenset(line.line.singers), (line.end,))
        last = made[-1] if made else None
        goes_on = last and own.singers == last.singers and own.start - last.end < CUTS.alone
        if last and (goes_on or own.start < last.end - CUTS.overlap):
            made[-1] = _joined(last, own)
        else:
            made.append(own)
    return made


def _with_music(stretches: Sequence[_Stretch], seconds: float) -> list[_Stretch]:
    """The same, and the parts in which the music plays alone."""
    made: list[_Stretch] = []
    at = 0.0
    for stretch in stretches:
        if stretch.start - at >= CUTS.alone:
            made.append(_Stretch(at, stretch.start, frozenset()))
        made.append(stretch)
        at = stretch.end
    return [*made, _Stretch(at, seconds, frozenset())] if seconds - at >= CUTS.alone or not made else made


def _long_enough(stretches: Sequence[_Stretch], pace: Pace) -> list[_Stretch]:
    """Those that are too short for a scene go together with the next; the last one, with the one before."""
    made: list[_Stretch] = []
    for stretch in stretches:
        if made and made[-1].end - made[-1].start < pace.shortest:
            made[-1] = _joined(made[-1], stretch)
        else:
            made.append(stretch)
    if len(made) > 1 and made[-1].end - made[-1].start < pace.shortest:
        made[-2:] = [_joined(*made[-2:])]
    return made


def _joined(one: _Stretch, other: _Stretch) -> _Stretch:
    return _Stretch(one.start, max(one.end, other.end), one.singers | other.singers, one.ends + other.ends)


def _split(stretches: Sequence[_Stretch], pace: Pace) -> Iterator[_Stretch]:
    """Those that are too long in parts, at the ends of lines."""
    for whole in stretches:
        rest = whole
        while rest.end - rest.start > pace.longest:
            latest = min(rest.start + pace.longest, rest.end - pace.shortest)
            places = [end for end in rest.ends if rest.start + pace.shortest <= end <= latest]
            if not places:
                break
            ends = [end for end in rest.ends if end > places[-1]]
            yield replace(rest, end=places[-1])
            rest = replace(rest, start=places[-1], ends=tuple(ends))
        yield rest


def _between(one: _Stretch, other: _Stretch, music: Music) -> float:
    """Where to cut: on the last bar between two stretches, else on the last beat, else shortly before the second."""
    for times in (music.beats.bars, music.beats.times) if music.beats else ():
        fit = [at for at in times if one.end - CUTS.early <= at <= other.start + CUTS.late]
        if fit:
            return fit[-1]
    return max(other.start - CUTS.breath, (one.end + other.start) / 2, 0.0)


def _shown(stretch: _Stretch, names: Sequence[str], *, upright: bool, inset: bool) -> tuple[Layout, tuple[str, ...]]:
    """The layout and who is in it. `inset`: who sings alone has somebody beside them who listens."""
    singing = tuple(name for name in names if name in stretch.singers)
    if len(names) == 1:
        return "full", tuple(names)
    if len(singing) == 1:
        others = [*names[names.index(singing[0]) + 1 :], *names[: names.index(singing[0])]]
        return ("picture_in_picture", (singing[0], others[0])) if inset else ("full", singing)
    seen = singing or tuple(names)
    if len(seen) > 3:
        return "grid", seen
    return "stacked" if upright else "side_by_side", seen


def _fade(cut: Cut, end: float, music: Music, pace: Pace) -> float:
    """How long a scene takes to come in: not at all where the music is loud."""
    loud = float(np.percentile(music.level, 90))
    around = level_at(music.level, max(cut.start - CUTS.around, 0), cut.start + CUTS.around)
    if cut.start > 0 and float(np.mean(around)) > loud + CUTS.quiet:
        return 0.0
    return round(min(pace.fade, (end - cut.start) / 2), 2)
