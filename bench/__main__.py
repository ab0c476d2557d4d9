"""Everything that is measured, and the docs that say it: `make bench`, about ten minutes.

    python -m bench [--quick | --long | --merge FILE | --pairs | --networks NAME ... | --measures]

Writes bench/results/DATE.json, docs/quality.md and docs/performance.md with its plot. Let nothing else run meanwhile.
`--quick` leaves out the long clip, `--long` makes it ten minutes; `--merge` adds what `bench.speed --json FILE` or
`bench.pipeline --json FILE` measured later on the same day; `--pairs` measures how good the default engine is, and
writes docs/quality.md alone; `--networks` measures those networks alone, or, as `runtimes`, their parts against other
ways to run them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench._media import BESIDE
from bench._page import draw, performance
from bench.speed import machine
from quality.table import markdown

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
NETWORKS = ("tpsmm", "fomm", "liveportrait", "runtimes")
"""Each is a bench of that name, and a section of docs/performance.md."""


def main() -> int:
    """Measure in one go, write the docs."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure everything and write the docs.")
    parser.add_argument("--quick", action="store_true", help="leave out the long clip")
    parser.add_argument("--long", action="store_true", help="ten minutes of it, not two")
    parser.add_argument("--merge", type=Path, help="add these results of bench.speed to the day's")
    parser.add_argument("--measures", action="store_true", help="only write the table of docs/checks.md")
    parser.add_argument("--pairs", action="store_true", help="only measure the pairs of docs/quality.md")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, help="measure these alone")
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    if options.measures:
        write_section(ROOT / "docs" / "checks.md", "measures", markdown())
        return 0
    if options.networks:
        return networks(options.networks)
    if options.merge:
        return merge(options.merge)
    if options.pairs:
        pairs("python -m bench --pairs")
        return 0
    speed, jobs = (RESULTS / name for name in ("speed.jsonl", "jobs.jsonl"))
    jackie = BESIDE / "driving" / "jackie.mp4"
    clip = ["--clip", str(jackie)] if jackie.is_file() else []
    what = ["engine", "render", "edit"] if options.quick else ["engine", "render", "edit", "memory"]
    run("bench.speed", *what, *clip, "--seconds", "600" if options.long else "120", "--json", str(speed))
    run("bench.pipeline", *clip, "--json", str(jobs))
    measured = pairs("make bench")
    told = speed.read_text(encoding="utf-8") + jobs.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in told.splitlines()]
    keep({"machine": machine(), "speed": rows, "quality": json.loads(measured)})
    for file in (speed, jobs):
        file.unlink()
    return 0


def pairs(command: str) -> str:
    """Measure the pairs and write their section; returns what was measured, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        quality, table = Path(folder) / "quality.json", Path(folder) / "quality.md"
        run("bench.quality", "--json", str(quality), "--markdown", str(table), allowed=(0, 1))
        measured = quality.read_text(encoding="utf-8")
        text = quality_section(json.loads(measured), table.read_text(encoding="utf-8"), command)
    write_section(ROOT / "docs" / "quality.md", "pairs", text)
    return measured


def networks(names: list[str]) -> int:
    """Each network's variants against its published loop, in one interleaved run."""
    for name in names:
        command = [sys.executable, "-m", f"bench.{name}"]
        told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        print(told)
        text = measured_on(f"python -m bench --networks {name}") + f"```\n{told.rstrip()}\n```\n"
        write_section(ROOT / "docs" / "performance.md", name, text)
    return 0


def today() -> Path:
    return RESULTS / f"{machine()['date']}.json"


def keep(whole: dict[str, Any]) -> None:
    """Write the day's results, and the page of the speeds."""
    today().write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    plot = "\n![Milliseconds a frame by stage; frames a second of whole jobs](performance.png)\n"
    drawn = plot if draw(whole["speed"], ROOT / "docs" / "performance.png") else ""
    write_section(ROOT / "docs" / "performance.md", "speed", measured_on() + performance(whole["speed"]) + drawn)


def merge(file: Path) -> int:
    """Rows of the same bench are replaced."""
    whole = json.loads(today().read_text(encoding="utf-8"))
    added = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    names = {row["bench"] for row in added}
    keep(whole | {"speed": [row for row in whole["speed"] if row["bench"] not in names] + added})
    return 0


def run(module: str, *arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
    code = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode
    if code not in allowed:
        raise SystemExit(code)


def write_section(path: Path, name: str, text: str) -> None:
    """Replace what stands between the markers of that name; the prose around it stays."""
    start, end = f"<!-- bench: {name} -->", f"<!-- end: {name} -->"
    page = path.read_text(encoding="utf-8")
    before, rest = page.split(start)
    path.write_text(f"{before}{start}\n{text}{end}{rest.split(end)[1]}", encoding="utf-8")


def measured_on(command: str = "make bench") -> str:
    about = machine()
    return f"Measured on {about['date']}, {about['machine']}, Python {about['python']}, by `{command}`.\n\n"


def quality_section(measured: dict[str, Any], table: str, command: str) -> str:
    failures = measured["failures"]
    medians = ", ".join(f"{name} {value:.3g}" for name, value in measured["medians"].items())
    told = (
        "Every figure holds." if not failures else "Outside their limits:\n\n" + "\n".join(f"- {f}" for f in failures)
    )
    return measured_on(command) + table + f"\nMedians: {medians}.\n\n{told}\n"


if __name__ == "__main__":
    sys.exit(main())
