"""An evaluation as files: a table of the clips, with their mean, and a plot."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from foundation.atomic import replacing
from media.text.fonts import packaged_fonts
from media.text.lettering import legible
from quality.reconstruction import NAMES, UNITS

Figures = Mapping[str, float]
SHOWN = (
    ("face_l1", "still_face_l1"),
    ("akd", "still_akd"),
    ("mkr", None),
    ("identity", None),
    ("ssim", None),
    ("psnr", None),
)


def averaged(rows: Sequence[Figures]) -> dict[str, float]:
    """Of every measure over the clips in which it is known."""
    known = {name: [row[name] for row in rows if math.isfinite(row[name])] for name in NAMES}
    return {name: sum(values) / len(values) if values else math.nan for name, values in known.items()}


def write_table(path: Path, rows: Mapping[str, Figures]) -> None:
    """CSV: a line a clip, and their mean; an empty cell is not known.

    Raises: StageError if it cannot be written.
    """
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("clip", *(f"{name} ({UNITS[name]})" for name in NAMES)))
        for clip, figures in {**rows, "mean": averaged(list(rows.values()))}.items():
            cells = (f"{figures[name]:.5g}" if math.isfinite(figures[name]) else "" for name in NAMES)
            writer.writerow((clip, *cells))


def write_plot(path: Path, rows: Mapping[str, Figures]) -> None:
    """PNG: a panel a measure, a bar a clip, the mean as a line, and the still picture's value as a grey bar behind.

    Raises: StageError if it cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  (half a second, for this alone)
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    figure = Figure(figsize=(12, 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    means, labels = averaged(list(rows.values())), [legible(clip) for clip in rows]
    families = ["DejaVu Sans"]
    if not "".join(labels).isascii():
        for file in packaged_fonts()["cjk"]:
            fontManager.addfont(file)
            families.append(fontManager.ttflist[-1].name)
    for axes, (name, still) in zip(figure.subplots(2, 3).ravel(), SHOWN, strict=True):
        places = range(len(rows))
        if still:
            axes.bar(
                places, [row[still] for row in rows.values()], color="#cfd4dc", width=0.85, label="first frame, still"
            )
        axes.bar(places, [row[name] for row in rows.values()], color="#1464d2", width=0.55, label="result")
        axes.axhline(means[name], color="#a96500", linewidth=1.2, label=f"mean {means[name]:.3g}")
        axes.set_ylim(bottom=0)
        axes.set_title(f"{name} ({UNITS[name]})")
        axes.set_xticks(list(places), labels, rotation=35, ha="right", fontsize=8, fontfamily=families)
        axes.legend(fontsize=8, frameon=False)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")
