"""The curve of a training run: figures of its held-out clip against hours of training.

    python -m bench.training out/training/duet-128/log.csv --picture docs/training.png

Prints the table that docs/training.md shows, and draws it.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

FIGURES = ("face_l1", "still_l1", "flow", "still_flow", "keypoints", "mouth", "lids", "given_l1", "given_flow")
Row = dict[str, str]


def main() -> int:
    """Read, print, draw."""
    parser = argparse.ArgumentParser(prog="python -m bench.training", description="The curve of a training run.")
    parser.add_argument(
        "logs", type=Path, nargs="+", help="of one run, or of runs that each went on from the one before"
    )
    parser.add_argument("--picture", type=Path, help="a PNG of the curves")
    options = parser.parse_args()
    rows = joined(options.logs)
    clips = sorted({name.split(".")[0] for row in rows for name in row if name.endswith(".face_l1")})
    if not rows or not clips:
        print(f"{options.logs[0]} has no figures of a held-out clip", file=sys.stderr)
        return 1
    for clip in clips:
        print(table(rows, clip))
    if options.picture:
        draw(rows, clips[0], options.picture)
    return 0


def joined(logs: list[Path]) -> list[Row]:
    """The rows of all logs; hours and steps go on from log to log."""
    rows: list[Row] = []
    for log in logs:
        seconds, steps = (float(rows[-1]["seconds"]), int(rows[-1]["step"])) if rows else (0.0, 0)
        with log.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                later = {"seconds": str(float(row["seconds"]) + seconds), "step": str(int(row["step"]) + steps)}
                rows.append(row | later)
    return rows


def table(rows: list[Row], clip: str) -> str:
    """In Markdown."""
    lines = [f"| {clip}: hours | leg | step | " + " | ".join(FIGURES) + " |", "|---" * (len(FIGURES) + 3) + "|"]
    for row in rows:
        cells = [f"{float(row['seconds']) / 3600:.2f}", row["leg"], row["step"]]
        cells += [f"{float(row[f'{clip}.{name}']):.3g}" if row.get(f"{clip}.{name}") else "" for name in FIGURES]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def draw(rows: list[Row], clip: str, path: Path) -> None:
    """Three panels: difference in the face, error of flow and keypoints, correlation of openings."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    panels = (
        ("difference in the face, 0..1", ("face_l1", "given_l1", "still_l1")),
        ("pixels of 256", ("flow", "given_flow", "still_flow", "keypoints")),
        ("correlation with the driver", ("mouth", "lids")),
    )
    figure, axes = plt.subplots(1, len(panels), figsize=(12, 3.5), layout="constrained")
    for axis, (title, names) in zip(axes, panels, strict=True):
        for name in names:
            told = [(float(row["seconds"]) / 3600, float(row[key])) for row in rows if row.get(key := f"{clip}.{name}")]
            if told:
                axis.plot(*zip(*told, strict=True), marker=".", label=name.replace("_", " "))
        axis.set(title=title, xlabel="hours of training", ylim=(0, None))
        axis.legend()
    figure.savefig(path, dpi=100)
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
