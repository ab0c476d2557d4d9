"""How good an engine's animations are, measured on real portraits and clips: the default one, or a network named.

    python -m bench.quality [--portraits a,b] [--clips c,d] [--frames 120] [--media DIR]
                            [--config duet-128 --checkpoint FILE]
                            [--json FILE] [--markdown FILE] [--strip FILE.png] [--start 0] [--step 1] [--count 8]

Every pair is rendered and its landmarks are found again. The detector both drives and judges, so look at the strips.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from bench._figures import INFORMATION, LIMITS, MEDIANS
from bench._media import BESIDE, CLIPS, PORTRAITS, Image, Media
from bench._pair import Clip, Network, Result, follow, measure
from bench._strip import close_up, strip
from engines.neural.files import CONFIGS
from landmarks import load_backend

COLUMNS = (*LIMITS, *INFORMATION)


def main() -> int:
    """Measure, print, write; 0 if every figure holds."""
    options = arguments()
    media = Media(options.media)
    portraits = [name for name in options.portraits if available("portrait", name, media.has_portrait(name), media)]
    clips = [name for name in options.clips if available("clip", name, media.clip_path(name) is not None, media)]
    show = set(range(options.start, options.start + options.step * options.count, options.step))
    show = show if options.strip else set()
    network = Network(CONFIGS / f"{options.config}.yaml", options.checkpoint) if options.checkpoint else None
    print(header())
    results: list[Result] = []
    pictures: list[Image] = []
    for clip_name in clips:
        with load_backend() as backend:
            clip = follow(media, clip_name, options.frames, backend)
        for name in portraits:
            with load_backend() as still, load_backend() as moving:
                result = measure((name, media.portrait(name)), clip, (still, moving), show, network)
            print(row(f"{name} x {clip_name}", result.figures), flush=True)
            results.append(result)
            pictures += [rows_of(clip, result)] if options.strip else []
    if not results:
        print("nothing to measure", file=sys.stderr)
        return 0
    medians = {name: float(np.nanmedian([r.figures[name] for r in results])) for name in MEDIANS}
    print(row("median", medians))
    failures = failed(results, medians)
    print("\n".join(failures) or "every figure holds")
    if options.json:
        pairs = [{"portrait": r.portrait, "clip": r.clip, **r.figures} for r in results]
        options.json.write_text(json.dumps({"pairs": pairs, "medians": medians, "failures": failures}, indent=1))
    if options.markdown:
        options.markdown.write_text(markdown(results))
    if options.strip:
        from media.image.images import write_png

        write_png(options.strip, np.concatenate(pictures, axis=0))
    return 1 if failures else 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description="Measure an engine.")
    parser.add_argument("--portraits", type=lambda text: text.split(","), default=list(PORTRAITS))
    parser.add_argument("--clips", type=lambda text: text.split(","), default=list(CLIPS))
    parser.add_argument("--frames", type=int, default=120, help="at most so many frames of each clip")
    parser.add_argument("--media", type=Path, default=BESIDE, help="the folder with portraits/ and driving/")
    parser.add_argument("--config", default="duet-128", help="of a network that moves pictures of any size")
    parser.add_argument("--checkpoint", type=Path, help="its checkpoint: measure the engine tpsmm")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--strip", type=Path, help="a PNG of consecutive frames, driver above result")
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--count", type=int, default=8)
    return parser.parse_args()


def available(kind: str, name: str, there: bool, media: Media) -> bool:
    """Say what is missing."""
    if not there:
        print(f"left out: no {kind} {name!r} in {media.root}", file=sys.stderr)
    return there


def header() -> str:
    """The table's first lines: names, then limits."""
    names = " ".join(f"{name[:10]:>10}" for name in COLUMNS)
    limits = " ".join(f"{LIMITS[name]!s:>10}" if name in LIMITS else " " * 10 for name in COLUMNS)
    return f"{'pair':26}{names}\n{'':26}{limits}"


def row(label: str, figures: dict[str, float]) -> str:
    """One line; a figure outside its limit is marked."""
    return f"{label:26}" + " ".join(cell(name, figures.get(name, float("nan"))) for name in COLUMNS)


def cell(name: str, value: float) -> str:
    if not np.isfinite(value):
        return f"{'-':>10}"
    broken = name in LIMITS and not LIMITS[name].holds(value)
    return f"{'*' if broken else ''}{value:.3g}".rjust(10)


def failed(results: list[Result], medians: dict[str, float]) -> list[str]:
    """One line for every figure outside its limit."""
    lines = []
    for result in results:
        for name, limit in LIMITS.items():
            value = result.figures[name]
            if not limit.holds(value):
                lines.append(f"FAIL {result.portrait} x {result.clip}: {name} {value:.3g}, wanted {limit}")
    for name, limit in MEDIANS.items():
        if not limit.holds(medians[name]):
            lines.append(f"FAIL median: {name} {medians[name]:.3g}, wanted {limit}")
    return lines


def markdown(results: list[Result]) -> str:
    """The table for docs/quality.md."""
    lines = ["| pair | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines.append("| *wanted* | " + " | ".join(str(LIMITS.get(name, "")) for name in COLUMNS) + " |")
    for result in results:
        cells = [cell(name, result.figures.get(name, float("nan"))).strip() for name in COLUMNS]
        lines.append(f"| {result.portrait} x {result.clip} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def rows_of(clip: Clip, result: Result) -> Image:
    """Driver above result; the portrait comes first."""
    side, reach = 320, 0.8
    face, scheme = result.crop.face.points, result.crop.face.scheme
    above = [close_up(result.crop.image, face, scheme, side, reach)]
    below = [above[0]]
    for index, frame in enumerate(clip.frames()):
        if index in result.shown:
            above.append(close_up(frame, clip.track.points[index], scheme, side, reach))
            below.append(close_up(result.shown[index], face, scheme, side, reach))
    return strip([above, below])


if __name__ == "__main__":
    sys.exit(main())
