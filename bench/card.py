"""What sixteen cores make with one card, on paper: `python -m bench.card [--write]`.

The song of bench.scale with a network as its engine. What its tasks take of a core is measured here, that of
`animate` with everything but the network: reading, cutting, bytes in and out, pasting, encoding. What the network takes
of a card is assumed, for no card was at hand. A card computes for one worker at a time, while others read and encode.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from unittest import mock

import torch
import yaml
from torch import Tensor

import tpsmm
from bench._farm_model import Lines, critical_path, lines, simulated, works_of
from bench._farm_page import clock
from bench.scale import FPS, LENGTHS, SONG_SECONDS, driver, new, planned, rendered, song
from bench.speed import ROOT, machine
from foundation.temporary import temporary_folder
from networks.grouping import Tried
from pipeline.cli.job import store_at
from pipeline.cli.plan import plan_any
from pipeline.executors.inputs import Inputs
from pipeline.manifest.load import load_manifest
from pipeline.plan.needs import engine_of
from pipeline.plan.task_log import Spent, all_spent

CORES = 16
MS = (0.5, 2.0, 8.0)
"""Of a card, for a frame."""
SHARING = (1, 2, 4, 8)
"""Workers of the card."""
NEURAL = "animate"


def main() -> int:
    """Measure, simulate, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path, default=driver(), help="a driving clip")
    parser.add_argument("--folder", type=Path, help="render here, and find it again in another run")
    parser.add_argument("--write", action="store_true", help="write the table of docs/gpu.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = new(options.folder or Path(aside), "card")
        paths = [neural(song(folder, options.clip, frames)) for frames in LENGTHS]
        whole = lines(spent for path in paths for spent in all_spent(rendered(path, 1)))
        beside = lines(spent for path in paths for spent in beside_the_network(path))
        text = page({**whole, **beside}, neural(song(folder, options.clip, SONG_SECONDS * FPS)))
    print(text)
    if options.write:
        from bench.__main__ import write_section

        write_section(ROOT / "docs" / "gpu.md", "card", text)
    return 0


def neural(path: Path) -> Path:
    """The same manifest with a network that comes with Duet, driven by landmarks."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    told["defaults"] = {"engine": "tpsmm"}
    for performer in told["performers"].values():
        performer["tpsmm"] = {"config": "duet-128"}
    copy = path.with_name("neural.yaml")
    copy.write_text(yaml.safe_dump(told), encoding="utf-8")
    return copy


def beside_the_network(path: Path) -> Iterator[Spent]:
    """What the chunks of a rendered manifest take when the network costs nothing."""
    store = store_at(path.with_name("work1"))
    idle = mock.patch.multiple(tpsmm.Animator, tried=_at_rest, tried_pose=_at_rest)
    with idle, temporary_folder("card") as folder:
        for number, task in enumerate(plan_any(load_manifest(path), store).graph):
            if task.stage == NEURAL:
                began = time.process_time()
                run, out = task.spec.load(), new(folder, str(number))
                run(task.settings, Inputs(task, store, None).located, out, lambda done, total: None)
                spent = time.process_time() - began
                yield Spent(NEURAL, engine_of(task), task.frames, spent, spent, 0, 0)


def _at_rest(animator: tpsmm.Animator, given: Tensor, keep: Tensor | None = None) -> Tried:
    shown = animator.state.picture if animator.state.full is None else animator.state.full
    return Tried(shown.expand(len(given), *shown.shape[1:]), torch.ones(len(given), dtype=torch.bool))


def page(known: Lines, path: Path) -> str:
    """The table, with where and when."""
    graph, about = planned(path), machine()
    works = works_of(graph, known)
    chain, stages = critical_path(works)
    longest = [f"{stage} {clock(seconds)}" for stage, seconds in stages.items() if seconds > chain / 20]
    counts = [task.frames if task.stage == NEURAL else 0 for task in graph]
    lines = [
        f"Simulated on {about['date']} with what {about['machine']}, Python {about['python']}, took, by",
        f"`python -m bench.card --write`: {SONG_SECONDS} s of 1920x1080 at {FPS} frames a second, three performers,",
        f"{CORES} cores. The longest chain of tasks takes {clock(chain)}: {', '.join(longest)}.\n",
        "| a frame takes of the card | workers that share it | minutes | frames a second | card busy | cores busy |",
        "|---|---|---|---|---|---|",
    ]
    for ms, sharing in product(MS, SHARING):
        given = [replace(work, card=ms / 1000 * count) for work, count in zip(works, counts, strict=True)]
        ran = simulated(given, CORES, sharing=sharing)
        figures = f"{clock(ran.seconds)} | {sum(counts) / ran.seconds:.0f} | {ran.card:.0%} | {ran.workers:.0%}"
        lines.append(f"| {ms:g} ms | {sharing} | {figures} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
