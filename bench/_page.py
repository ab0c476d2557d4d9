"""The pages that say what was measured: docs/performance.md with its plot, and the pairs of docs/quality.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Rows = dict[str, dict[str, Any]]


def performance(rows: list[dict[str, Any]]) -> str:
    """Everything but the heading."""
    by_name: Rows = {row["bench"]: row for row in rows}
    parts = [_goals(by_name), _stages(by_name), _chunks(by_name), _baselines(by_name)]
    return "\n".join(part for part in parts if part)


def _goals(rows: Rows) -> str:
    lines = ["| what | measured | wanted |", "|---|---|---|"]
    if "engine" in rows:
        engine = rows["engine"]
        alone = f"{engine['landmarks_ms']} + {engine['warp_and_overlay_ms']} = {engine['together_ms']} ms on one thread"
        two = f"{engine['warp_and_overlay_two_workers_ms']} = {engine['together_two_workers_ms']} ms with two workers"
        what = f"landmarks + warp and overlay, a face of {engine['face_px']} pixels, a frame"
        lines.append(f"| {what} | {alone}; {engine['landmarks_ms']} + {two}, as a render has them | 30 ms |")
    for name, what, wanted in (
        ("render", "one performer into 1280x720, end to end", 20),
        ("duet", "two performers into 1280x720, end to end, with checks, sheet and report", 12),
    ):
        if name in rows:
            told = (
                f"{rows[name]['frames_a_second']} frames a second ({rows[name]['frames']} in {rows[name]['seconds']} s)"
            )
            lines.append(f"| {what}, start-up included | {told} | {wanted} |")
    if "compact" in rows:
        row = rows["compact"]
        what = f"duet-128 moves a face of {row['face_px']} pixels, a worker on each processor"
        told = f"{row['animated_a_second']} frames a second; {row['frames_a_second']} end to end, start-up included"
        lines.append(f"| {what} | {told} ({row['frames']} in {row['seconds']} s) | 12 |")
    if "duet" in rows:
        share = 100 * rows["duet"]["checks_processor_share"]
        lines.append(f"| the checks' part of the processor time of that duet's tasks | {share:.1f} % | 15 % |")
    if "edit" in rows:
        edit = rows["edit"]
        told = f"{edit['frames_a_second']} frames a second; drawing alone takes {edit['draw_ms']} ms a frame, encoding "
        told += f"alone {edit['encode_ms']} ms"
        lines.append(f"| the edit of a duet into 1280x720, drawn and encoded | {told} | 40 |")
    if "memory" in rows:
        (short, long), (small, large) = rows["memory"]["seconds"], rows["memory"]["peak_mb"]
        told = f"{small} MB for {short} s, {large} MB for {long} s: {rows['memory']['ratio']} times"
        lines.append(f"| peak memory of all processes of a render | {told} | 1.1 times, 1500 MB |")
    text = "\n".join(lines) + "\n"
    if "duet" in rows:
        spent = rows["duet"]["processor_ms_a_frame"].items()
        told = ", ".join(f"{name} {ms}" for name, ms in spent if ms >= 0.1)
        text += f"\nWhere the processor time of that duet goes, milliseconds a frame: {told}.\n"
    return text


def _stages(rows: Rows) -> str:
    if "stages" not in rows:
        return ""
    lines = [
        "Each stage alone, one performer, one process:\n",
        "| stage | frames a second | peak memory, MB |",
        "|---|---|---|",
    ]
    for name, row in rows["stages"]["stages"].items():
        lines.append(f"| {name} | {row['frames_a_second']} | {row['peak_mb']} |")
    return "\n".join(lines) + "\n"


def _chunks(rows: Rows) -> str:
    if "chunks" not in rows:
        return ""
    rates = rows["chunks"]["frames_a_second"].items()
    told = "; ".join(f"{size} frames: {rate} a second" for size, rate in rates)
    return f"A whole render of {rows['chunks']['frames']} frames by chunk size: {told}.\n"


def _baselines(rows: Rows) -> str:
    """Ratios against what ffmpeg and the published loop take."""
    lines = []
    if "baselines" in rows and "duet" in rows:
        plain, ours = rows["baselines"], rows["duet"]["frames_a_second"]
        for name, what in (("decode", "decodes the driving clip"), ("encode", "encodes 1280x720 at the same settings")):
            lines.append(f"| ffmpeg {what} | {plain[name]} frames a second | {plain[name] / ours:.1f} times the duet |")
    if "network" in rows:
        spent = rows["network"]["milliseconds"]
        for name, value in spent.items():
            ratio = f"{spent['baseline'] / value:.2f} times the published loop"
            lines.append(f"| neural engine, 256 pixels, {name} | {1000 / value:.2f} frames a second | {ratio} |")
    if not lines:
        return ""
    return "Against named baselines:\n\n" + "\n".join(["| what | rate | ratio |", "|---|---|---|", *lines]) + "\n"


def draw(rows: list[dict[str, Any]], path: Path) -> bool:
    """A bar a stage, and the rates of whole jobs beside the baselines; whether there was enough to draw."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    by_name: Rows = {row["bench"]: row for row in rows}
    if "stages" not in by_name or "duet" not in by_name:
        return False
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    stages = by_name["stages"]["stages"]
    left.barh(list(stages), [1000 / row["frames_a_second"] for row in stages.values()], color="#1464d2")
    left.invert_yaxis()
    left.set_xlabel("milliseconds a frame, each stage alone")
    rates = {
        "one performer": by_name.get("render", {}).get("frames_a_second"),
        "duet": by_name["duet"]["frames_a_second"],
    }
    rates |= {f"chunks of {size}": rate for size, rate in by_name.get("chunks", {}).get("frames_a_second", {}).items()}
    rates |= {f"ffmpeg {name}": by_name.get("baselines", {}).get(name) for name in ("decode", "encode")}
    known = {name: rate for name, rate in rates.items() if rate}
    bars = right.barh(
        list(known), list(known.values()), color=["#a96500" if "ffmpeg" in n else "#1464d2" for n in known]
    )
    right.bar_label(bars, fmt="%.1f", padding=3)
    right.invert_yaxis()
    right.set_xscale("log")
    right.set_xlabel("frames a second, end to end (logarithmic)")
    figure.savefig(path, dpi=110)
    return True
